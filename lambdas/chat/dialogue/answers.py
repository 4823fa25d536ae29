"""Answers to the payer's questions, by topic: from the order where there is one, and true where there is none."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chat.dialogue.order_replies import facts, shown_card
from chat.dialogue.shown_name import shown_name
from chat.languages.language import load_language
from chat.languages.placeholders import fill
from chat.values.brands import Brand
from payments.order import Purpose

if TYPE_CHECKING:
    from chat.values.session import Policy, Session

_FIELDS = ("name", "card", "expiry", "cvv")
_WITHOUT_ORDER = {"release": "refund", "delete_card": "saved"}  # what these ask needs an order
_EXPLAINED_BY = {"name": "name_invalid", "card": "card_not_found", "expiry": "expiry_not_found"}


def answer(topic: str, session: "Session", policy: "Policy") -> str:
    """`session`: as it stands after the message that asks. `topic`: as the language files name it."""
    language = load_language(session.language)
    if session.order is None:
        topic = _WITHOUT_ORDER.get(topic, topic)
    elif topic == "refund" and session.order.terms.purpose is Purpose.AUTHORIZE:
        topic = "release"  # nothing is charged that could be paid back
    if topic == "why":
        topic = _why(session)
    elif topic == "known":
        shown = _known(session)
        return fill(language.answers["known"], {"known": shown}) if shown else language.answers["known_nothing"]
    elif topic == "what":
        asked = session.step.value
        if asked in _EXPLAINED_BY:
            return language.refusal(_EXPLAINED_BY[asked], None, 2)
        topic = "after_confirm" if session.order and asked != "cvv" else "what_cvv"
    written = next(key for key in _narrowest_first(topic, session, policy) if key in language.answers)
    return fill(language.answers[written], _values(session, policy))


def _why(session: "Session") -> str:
    if session.step.value in _FIELDS:
        return f"why_{session.step}"
    return "why_page" if session.order else "why_cvv"


def _known(session: "Session") -> str:
    """Nothing that is not shown anyway."""
    card, expiry = session.shown_card, session.shown_expiry
    parts = (shown_name(session.name), shown_card(card) if card else None, str(expiry) if expiry else None)
    return ", ".join(each for each in parts if each)


def _narrowest_first(topic: str, session: "Session", policy: "Policy") -> Iterator[str]:
    """The keys under which the answer may be written for this order, at this step."""
    visit = session.order
    if visit and not (topic == "wallets" and not policy.wallets):
        terms = visit.terms
        yield f"{topic}_{terms.purpose}_{terms.capture}"
        yield f"{topic}_{session.step}"
        yield f"{topic}_{terms.capture}"
        yield f"{topic}_{terms.purpose}"
        yield f"{topic}_order"
    yield topic


def _values(session: "Session", policy: "Policy") -> dict[str, str]:
    brands = ", ".join(brand.label for brand in Brand if brand in policy.brands)
    known = facts(session.order.terms, policy, session.language) if session.order else {"contact": policy.contact}
    return {**known, "brands": brands}
