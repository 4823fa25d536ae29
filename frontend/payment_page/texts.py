"""The page's own words, one data file per language; what the assistant says comes from the API in its language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILES = Path(__file__).with_name("languages")
DEFAULT = "en"
RIGHT_TO_LEFT = frozenset({"ar"})
# Those that say their text in the conversation.
BUTTONS = ("start", "confirm", "change_name", "change_card", "change_expiry", "cancel")


@cache
def tags() -> frozenset[str]:
    return frozenset(file.stem for file in _FILES.glob("*.toml"))


@cache
def texts(tag: str) -> Mapping[str, str]:
    return tomllib.loads((_FILES / f"{tag}.toml").read_text(encoding="utf-8"))


@cache
def _on_buttons() -> frozenset[str]:
    return frozenset(texts(tag)[button].casefold() for tag in tags() for button in BUTTONS)


def is_on_a_button(text: str) -> bool:
    """Words of the page's own, in any of its languages, whoever says them."""
    return text.strip().casefold() in _on_buttons()


def choose(accept_language: str | None) -> str:
    """The best language that the page has for an Accept-Language header (RFC 9110, 12.5.4), as the API chooses."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.lower().split("-")[0]))
        except ValueError:
            continue
    best = sorted(wanted, key=lambda each: each[0])
    return next((tag for quality, tag in best if quality and tag in tags()), DEFAULT)


def direction(tag: str) -> str:
    return "rtl" if tag in RIGHT_TO_LEFT else "ltr"
