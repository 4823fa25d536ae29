"""What people say at the review to agree, to end it, to correct something: how much of it is heard, by language.

`PYTHONPATH=.:lambdas python -m tests.families.sayings [tag …]` prints the rates and what is missed of the seen half.
The sayings were written before the rules. Every second one is held out: it is counted, and not shown.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chat.understanding.interpret import interpret
from chat.values.session import Intent
from tests.conversations.offline import POLICY, TODAY, Payer
from tests.families.consent import BARE_YES, DECIDED, at_the_review

FOLDER = Path(__file__).parent / "sayings"
SAYINGS = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))}
KINDS = ("consent", "refusal", "correction")


class Rate(NamedTuple):
    heard: int
    said: int

    def __str__(self) -> str:
        return f"{self.heard}/{self.said}"


def is_consent_heard(tag: str, text: str) -> bool:
    return at_the_review(tag).send(text)["status"] == "completed"


def is_refusal_heard(tag: str, text: str) -> bool:
    """Ended, or asked back in the fixed words that say how to end; and never paid by it."""
    payer = at_the_review(tag)
    heard = interpret(text, payer.session, TODAY, POLICY)
    return Intent.CANCEL in (heard.intent, heard.unsure) or heard.topic == "leave"


def is_correction_heard(tag: str, text: str, field: str, value: str | None = None) -> bool:
    """The new value is in the review, or the field is asked for; and a bare yes does not pay the old one."""
    payer = at_the_review(tag)
    reply = payer.send(text)
    if reply["currentStep"] == field:
        return True
    shown = reply["collected"].get(field)
    wanted = True if value == "set" else (value or "").casefold()
    return reply["status"] not in DECIDED and bool(value) and (shown == wanted or str(shown).casefold() == wanted)


def missed(tag: str, kind: str) -> Iterator[tuple[bool, list[str]]]:
    """By saying: whether it is held out, and the saying if it was not heard."""
    for number, saying in enumerate(SAYINGS[tag][kind]):
        parts = [saying] if isinstance(saying, str) else saying
        hear = {"consent": is_consent_heard, "refusal": is_refusal_heard, "correction": is_correction_heard}[kind]
        yield number % 2 == 1, [] if hear(tag, *parts) else parts


def rates(tag: str, kind: str) -> tuple[Rate, Rate]:
    """Of the seen half and of the one that was held out."""
    results = list(missed(tag, kind))
    halves = [[parts for is_held, parts in results if is_held is held] for held in (False, True)]
    seen, held_out = (Rate(sum(not parts for parts in half), len(half)) for half in halves)
    return seen, held_out


def is_harmful(payer: Payer, tag: str, text: str, value: str | None) -> bool:
    """Whether a correction pays the old value: at once, or by a bare yes to what it was not understood as."""
    before = payer.session
    if payer.send(text)["status"] in DECIDED:
        return True
    after = payer.session
    is_unchanged = (before.name, before.expiry, before.card and before.card.last4) == (
        after.name, after.expiry, after.card and after.card.last4,
    )  # fmt: skip
    return value != "set" and is_unchanged and payer.send(BARE_YES[tag])["status"] == "completed"


def harm(tag: str) -> int:
    """Corrections after which the old value is paid, and agreements and corrections that delete."""
    corrections = [(text, value[0] if value else None) for text, _, *value in SAYINGS[tag]["correction"]]
    paid = sum(is_harmful(at_the_review(tag), tag, text, value) for text, value in corrections)
    deleted = sum(at_the_review(tag).send(text)["status"] == "cancelled" for text in SAYINGS[tag]["consent"])
    paid_by_refusal = sum(at_the_review(tag).send(text)["status"] == "completed" for text in SAYINGS[tag]["refusal"])
    return paid + deleted + paid_by_refusal


def main(tags: list[str]) -> None:
    print("language  " + "  ".join(f"{kind:>10} seen, held out" for kind in KINDS) + "  harm")
    for tag in tags or SAYINGS:
        cells = [f"{seen!s:>13} {held!s:>11}" for seen, held in (rates(tag, kind) for kind in KINDS)]
        print(f"{tag:8}", *cells, f"{harm(tag):5}")
    for tag in tags:
        for kind in KINDS:
            for is_held, parts in missed(tag, kind):
                if parts and not is_held:
                    print(f"  {kind}: {' → '.join(parts)}")


if __name__ == "__main__":
    main(sys.argv[1:])
