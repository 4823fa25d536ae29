"""Which meanings make sense where the conversation stands."""

from chat.languages.language import Language
from chat.languages.likeness import load_weights
from chat.values.card import FIELDS
from chat.values.session import Session, Step

_FOR_A_CARD = frozenset({"another_card", "known", "which_name", "how_confirm"})


def meanings_at(session: Session, language: Language) -> frozenset[str]:
    """Those that make sense where the conversation stands."""
    meanings = frozenset(load_weights(language.tag).meanings)
    is_hosted = session.is_hosted
    known = set() if is_hosted else {each for each in FIELDS if each not in session.missing}
    absent = {f"change_{each}" for each in FIELDS if each not in known}
    absent |= {f"what_{each}" for each in FIELDS if is_hosted or (each in known and session.step != each.value)}
    if is_hosted:
        absent |= _FOR_A_CARD
    if session.step not in (Step.CONFIRM, Step.ACTION):
        absent.add("consent")
    if session.step not in (Step.NONE, Step.NAME, Step.CARD, Step.CONFIRM):
        absent.add("name")
    return meanings - absent
