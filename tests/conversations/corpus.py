"""The repair corpus: conversations as text, one file per behaviour, and how one is played against anything.

    # Behaviour                           the first line of a file
    == what happens [es]                  a conversation; in brackets its Accept-Language, if not English
    order: charge hosted 4990 eur Tickets its order, if it is about one: purpose, capture, amount, currency, description
    * decline cvv_incorrect               what comes of the next confirmation, if not a token
    > 4242 4242 4242 4241                 the payer; \\n and \\u200b as in Python
    card collecting !card_checksum | John the step, the status, the error code and what is collected, after "|", by ";"
    ~ mistyped                            words that the reply has in it

`PYTHONPATH=.:lambdas python -m tests.conversations.corpus` prints the table of docs/conversation.md.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat.dialogue.replies import choose_language
from payments.order import Capture, Purpose, Terms

FOLDER = Path(__file__).parent
_TITLE = re.compile(r"== (?P<about>.+?)(?: \[(?P<language>[^\]]+)\])?$")
_EXPECTED = re.compile(r"(?P<step>\w+) (?P<status>\w+)(?: !(?P<error>\w+))?(?: \|(?P<collected>.*))?$")
_ORDER = re.compile(
    r"order: (?P<purpose>\w+) (?P<capture>\w+) (?:(?P<amount>\d+) (?P<currency>\w+) )?(?P<description>.+)"
)
_CARD = re.compile(r"(?P<brand>[a-z]+) (?P<last4>\d{4})")


@dataclass
class Turn:
    say: str
    expected: dict[str, Any]
    reply_has: list[str]
    decline: str | None


@dataclass(frozen=True)
class Conversation:
    behaviour: str
    about: str
    language: str
    turns: tuple[Turn, ...]
    order: Terms | None = None

    @property
    def needs_declines(self) -> bool:
        return any(turn.decline for turn in self.turns)


# Says a message, with the decline that its confirmation is to meet, and gives back the contract's reply body.
Send = Callable[[str, str | None], dict[str, Any]]


def play(conversation: Conversation, send: Send, *, word_for_word: bool = True) -> None:
    """Raises AssertionError at the first turn that is not as expected. Shows no value that the payer typed.

    `word_for_word`: replies are the fixed wording, so what they are to have in them is looked for.
    """
    for number, turn in enumerate(conversation.turns, 1):
        body = send(turn.say, turn.decline)
        got = {
            "step": body["currentStep"],
            "status": body["status"],
            "error": body["error"]["code"] if body["error"] else None,
            "collected": {name: value for name, value in body["collected"].items() if value},
        }
        where = f"{conversation.behaviour}: {conversation.about}, turn {number}"
        assert got == turn.expected, f"{where}: expected {turn.expected}, got {got}"
        for text in turn.reply_has if word_for_word else ():
            assert text in body["response"], f"{where}: {text!r} is not in {body['response']!r}"


def load() -> list[Conversation]:
    return [conversation for file in sorted(FOLDER.glob("*.txt")) for conversation in read(file)]


def read(file: Path) -> Iterator[Conversation]:
    heading, *lines = file.read_text(encoding="utf-8").splitlines()
    behaviour = heading.removeprefix("# ")
    title, order, turns, decline = None, None, [], None
    for line in [*lines, "== end"]:
        match line[:2]:
            case "==":
                if title:
                    yield Conversation(behaviour, title["about"], title["language"] or "en", tuple(turns), order)
                title, order, turns, decline = _TITLE.match(line), None, [], None
            case "or":
                order = _order(line)
            case "* ":
                decline = line.removeprefix("* decline ")
            case "> " | ">":
                turns.append(Turn(_unescaped(line[2:]), {}, [], decline))
                decline = None
            case "~ ":
                turns[-1].reply_has.append(line[2:])
            case _ if line.strip():
                turns[-1].expected = _expected(line)


def _order(line: str) -> Terms:
    found = _ORDER.fullmatch(line)
    assert found, f"not an order: {line}"
    purpose, capture = Purpose(found["purpose"]), Capture(found["capture"])
    amount = int(found["amount"]) if found["amount"] else None
    return Terms("INV-1042", purpose, found["description"], capture, amount, found["currency"])


def _unescaped(text: str) -> str:
    return re.sub(r"\\n|\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)) if found[1] else "\n", text)


def _expected(line: str) -> dict[str, Any]:
    found = _EXPECTED.match(line)
    assert found, f"not an expectation: {line}"
    collected: dict[str, Any] = {}
    for item in filter(None, (each.strip() for each in (found["collected"] or "").split(";"))):
        if card := _CARD.fullmatch(item):
            collected |= card.groupdict()
        elif re.fullmatch(r"\d\d/\d\d", item):
            collected["expiry"] = item
        else:
            collected |= {"cvv": True} if item == "cvv" else {"name": item}
    return {"step": found["step"], "status": found["status"], "error": found["error"], "collected": collected}


def table(conversations: list[Conversation]) -> str:
    """Conversations and turns by behaviour and language, as Markdown."""
    head = ["| behaviour | conversations | in English | turns | languages |", "|---|---:|---:|---:|---|"]
    behaviours = dict.fromkeys(each.behaviour for each in conversations)
    rows = [_row(name, [each for each in conversations if each.behaviour == name]) for name in behaviours]
    return "\n".join([*head, *rows, _row("**all**", conversations)])


def _row(name: str, conversations: list[Conversation]) -> str:
    languages = Counter(choose_language(each.language) for each in conversations)
    turns = sum(len(each.turns) for each in conversations)
    return f"| {name} | {len(conversations)} | {languages['en']} | {turns} | {' '.join(sorted(languages))} |"


if __name__ == "__main__":
    print(table(load()))
