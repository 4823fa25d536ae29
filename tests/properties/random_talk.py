"""Talks of a payer who says anything at all, and what has to be true of the session after every message.

The messages come from a seed of their own, so the same seed gives the same talk whatever else a run has loaded.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from chat.dialogue.settling import MAX_DECLINES
from chat.dialogue.state_machine import MAX_REFUSALS
from chat.languages.folding import fold
from chat.languages.language import language_tags
from chat.understanding.digits.normalize import normalize
from chat.values.session import Outcome, Session, Step
from tests.conversations.corpus import load
from tests.conversations.offline import Payer
from tests.evidence import canary
from tests.families.consent import BARE_YES
from tests.families.sayings import SAYINGS

MAX_MESSAGES = 100  # in one talk

SAID = [turn for each in load() for turn in each.turns]
CLEAR_YES = {turn.say for turn in SAID if turn.expected["status"] == "completed" or turn.decline} | {
    *BARE_YES.values(),
    *(text for sayings in SAYINGS.values() for text in sayings["consent"]),
    "I want to pay",
    "I would like to pay",
    "pago",
    "付款",
    "ok",
    "looks good",
    "sure",
}
YES_IN_ONE_SIGN = re.compile(r"[\W_]*[yjso👍👌✅✔☑🆗][\W_]*")
NO_CLEAR_YES = [
    "no", "don't confirm", "yes but the name is wrong", "confirm?", "not yet", "hm", "yes, 12/31", "yes 4242", "",
    "is that all?", "change it", "confirming", "yes if you say so", "confirm confirm not", "never confirm", "no yes",
]  # fmt: skip
VALUES = [
    "Ada", "my name is Grace", "John 3", "12/30", "dec 2031", "0130", "13/30", "12/20", "1 31", "987", "cvv 987",
    "9876", "98", "nine eight seven", "９８７", "change the name", "use a different card", "go back",
    "the expiry is wrong",
]  # fmt: skip
YES = sorted(CLEAR_YES)
ANYTHING = sorted({turn.say for turn in SAID} | set(NO_CLEAR_YES) | CLEAR_YES)
DECLINES_OF_STRIPE = ("card_declined", "card_expired", "cvv_incorrect", "processor_busy")

MASKED_CARD_OR_EXPIRY = re.compile(r"•••• \d{4}(?!\d)|(?<!\d)\d\d/\d\d(?!\d)", re.ASCII)
NUMBERS_OF_THE_WORDING = re.compile(r"(?<!\d)(?:16|15|100|20|01|12|1|2|3|4|5|6)(?!\d)", re.ASCII)

Said = tuple[str, str | None]
"""A message, and the code with which Stripe declines if the message confirms."""
MakePayer = Callable[[str], Payer]


def talks(language: str, messages: int, seed: str, make: MakePayer = Payer) -> tuple[Counter[str], list[str]]:
    """Play so many messages. What was met (steps and outcomes), and what was wrong: the shortest talk that shows it."""
    random = Random(seed)
    met: Counter[str] = Counter()
    while met["messages"] < messages:
        payer, said = make(language), []
        while not payer.session.outcome and len(said) < MAX_MESSAGES and met["messages"] < messages:
            said.append(_message(random, payer.session.step))
            met["messages"] += 1
            if what := next(wrong_after(payer, *said[-1]), None):
                return met, [f"{what}, {language}: {_shortest(said, language, make)}"]
            met[payer.session.outcome or payer.session.step] += 1
    return met, []


def wrong_after(payer: Payer, message: str, decline: str | None) -> Iterator[str]:
    """Say this message, and tell what is wrong then."""
    before = payer.session
    body = payer.send(message, decline)
    yield from impossible(payer.session)
    yield from shown(payer.session)
    if not body["response"].strip(" ."):
        yield "an empty reply"
    if _was_confirmed(body):
        if before.step is not Step.CONFIRM:
            yield "confirmed without a review"
        if not is_clear_yes(message):
            yield "confirmed without a clear yes"


def is_clear_yes(message: str) -> bool:
    return message in CLEAR_YES or YES_IN_ONE_SIGN.fullmatch(fold(normalize(message).plain)) is not None


def impossible(session: Session) -> Iterator[str]:
    """Why a session can never be as this one is."""
    if (session.step is Step.DONE) != (session.outcome is not None):
        yield "a step that does not fit the outcome"
    if session.language not in language_tags():
        yield "a language that nobody speaks here"
    if session.outcome is not Outcome.FAILED and (session.refusals >= MAX_REFUSALS or session.declines >= MAX_DECLINES):
        yield "more refused values or declines than are allowed"
    if session.outcome:
        if any((session.name, session.card, session.expiry, session.cvv, session.partial_number)):
            yield "a value that outlives the conversation"
        return
    if session.cvv and not session.card:
        yield "a security code without its card"
    if session.partial_number and session.card and session.step is not Step.CARD:
        yield "a begun card number that nobody will finish"
    yield from _wrong_step(session)


def _wrong_step(session: Session) -> Iterator[str]:
    if session.changing:
        if session.step.value != session.changing.value or session.changing in session.missing:
            yield "a change of something else than what is asked for"
    elif session.step is Step.CONFIRM:
        if session.missing:
            yield "a review with a field missing"
    elif session.step not in (Step.NONE, Step.DONE) and session.step.value != session.missing[0].value:
        yield "a question that is not about the first missing field"


def shown(session: Session) -> Iterator[str]:
    """Digits in the last two lines that are neither a masked card, an expiry, nor words of our own."""
    for line in session.history[-2:]:
        text = MASKED_CARD_OR_EXPIRY.sub("", line.content)
        if line.role == "assistant":
            text = NUMBERS_OF_THE_WORDING.sub("", text)
        if any(char.isdigit() for char in text):
            yield f"a digit in a line of the {line.role}"


def _was_confirmed(body: dict[str, Any]) -> bool:
    return bool(body["payment"]) or (body["error"] or {}).get("code") in DECLINES_OF_STRIPE


def _message(random: Random, step: Step) -> Said:
    decline = random.choice((None, None, *DECLINES_OF_STRIPE))
    chance = random.random()
    if chance < 0.3:
        return canary.turn(random, step.value).text, decline
    if chance < 0.6:
        return random.choice(ANYTHING), decline
    if chance < 0.75:
        return random.choice(VALUES), decline
    if chance < 0.8:
        return random.choice(YES), decline
    if chance < 0.9:
        number = canary.number(random)
        return canary.written(random, number if random.random() < 0.5 else canary.mistyped(random, number)), decline
    return "".join(chr(_code_point(random)) for _ in range(random.randrange(30))), decline


def _code_point(random: Random) -> int:
    """Of ASCII, of any script of the first plane, or of any plane; no surrogates."""
    code_point = random.randrange(random.choice((0x80, 0x3100, 0x10000, 0x11_0000)))
    return code_point if not 0xD800 <= code_point < 0xE000 else 0x20


def _shortest(said: list[Said], language: str, make: MakePayer) -> list[Said]:
    """The talk without the messages that it takes nothing of to go wrong."""
    for place in reversed(range(len(said))):
        fewer = said[:place] + said[place + 1 :]
        payer = make(language)
        if any(list(wrong_after(payer, *each)) for each in fewer):
            return _shortest(fewer, language, make)
    return said
