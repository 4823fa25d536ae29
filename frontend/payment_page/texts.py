"""The page's own words, one data file per language. What the assistant says comes from the API, in its language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILES = Path(__file__).with_name("languages")
DEFAULT_LANGUAGE = "en"
RIGHT_TO_LEFT = frozenset({"ar"})
# The buttons whose text is sent as a message of the conversation.
MESSAGE_BUTTONS = ("start", "confirm", "change_name", "change_card", "change_expiry", "cancel")
MAX_HEADER_CHARS = 200


@cache
def languages() -> frozenset[str]:
    """The language tags that the page has texts for."""
    return frozenset(file.stem for file in _FILES.glob("*.toml"))


@cache
def texts(language: str) -> Mapping[str, str]:
    return tomllib.loads((_FILES / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def _texts_of(*buttons: str) -> frozenset[str]:
    return frozenset(texts(language)[button].casefold() for language in languages() for button in buttons)


def is_button_text(text: str) -> bool:
    """Whether the message is a button's text in any language, be it pressed or typed."""
    return text.strip().casefold() in _texts_of(*MESSAGE_BUTTONS)


def is_start_text(text: str) -> bool:
    """Whether it is what the page sends to begin, in any language."""
    return text.strip().casefold() in _texts_of("start")


def choose_language(accept_language: str | None) -> str:
    """The best language of the page for an Accept-Language header (RFC 9110, 12.5.4), as the API chooses its own."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:MAX_HEADER_CHARS].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.lower().split("-")[0]))
        except ValueError:
            continue
    best = sorted(wanted, key=lambda each: each[0])
    return next((tag for quality, tag in best if quality and tag in languages()), DEFAULT_LANGUAGE)


def text_direction(language: str) -> str:
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
