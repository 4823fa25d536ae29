"""Everything in consent.toml, put together: what must neither confirm nor delete, by language; and how it is heard."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from chat.dialogue.replies import HESITATIONS
from chat.languages.language import FILES as LANGUAGE_FILES
from chat.understanding.interpret import interpret
from tests.conversations.offline import POLICY, TODAY, Payer

UNSPACED = {"ja", "zh"}
DATA = tomllib.loads(Path(__file__).with_name("consent.toml").read_text(encoding="utf-8"))
BARE_YES = {
    "en": "yes", "es": "sí", "fr": "oui", "de": "ja", "pt": "sim", "it": "sì", "nl": "ja", "sw": "ndiyo", "ja": "はい",
    "zh": "是", "ar": "نعم",
}  # fmt: skip
POLITE_YES = {
    "en": "yes, please", "es": "sí, por favor", "fr": "oui, s'il vous plaît", "de": "ja, bitte", "pt": "sim, por favor",
    "it": "sì, per favore", "nl": "ja, alstublieft", "sw": "ndiyo, tafadhali", "ja": "はい、お願いします",
    "zh": "是，请", "ar": "نعم، من فضلك",
}  # fmt: skip
DECIDED = ("completed", "cancelled", "failed")


def utterances(tag: str) -> list[str]:
    data, joint = DATA[tag], "" if tag in UNSPACED else " "
    around = [before + joint + yes for before in data["before"] for yes in data["yes"]]
    around += [yes + joint + after for yes in data["yes"] for after in data["after"]]
    tagged = [act + joint + tag for act in data["acts"] for tag in data["tags"]]
    return [*around, *tagged, *data["whole"]]


def at_the_review(tag: str) -> Payer:
    payer = Payer(tag)
    for text in ("hello", "Ada Lovelace", "4242 4242 4242 4242", "12/30", "123"):
        payer.send(text)
    return payer


def deciding(tag: str) -> Iterator[str]:
    """The utterances that confirm or delete."""
    for text in utterances(tag):
        if at_the_review(tag).send(text)["status"] in DECIDED:
            yield text


def followed_by_consent(tag: str) -> Iterator[str]:
    """The utterances that were not understood, and after which a bare yes confirms all the same."""
    for text in utterances(tag):
        payer = at_the_review(tag)
        topic = interpret(text, payer.session, TODAY, POLICY).topic
        is_at_review = payer.send(text)["currentStep"] == "confirm"
        is_answered = topic not in (None, "unclear")
        if not is_at_review or is_answered:
            continue
        asked_back = payer.session
        for bare in (BARE_YES[tag], POLITE_YES[tag]):
            payer.session = asked_back
            if payer.send(bare)["status"] == "completed":
                yield f"{text} → {bare}"


def hesitations(tag: str) -> Iterator[str]:
    """Questions of a payer who is not sure yet or wants to leave, which are answered at the review."""
    language = tomllib.loads((LANGUAGE_FILES / f"{tag}.toml").read_text(encoding="utf-8"))
    for topic, phrases in language["topics"].items():
        for phrase in phrases if topic in HESITATIONS else ():
            text = f"{phrase.rstrip('?')}?"
            heard = interpret(text, at_the_review(tag).session, TODAY, POLICY)
            if heard.topic in HESITATIONS:
                yield text
