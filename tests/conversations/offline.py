"""Plays a conversation on the pure turn: no HTTP, no storage; what is stored sealed is sealed here too."""

from dataclasses import replace
from datetime import date
from typing import Any

from chat.card import ACCEPTED, CardNumber, Cvv
from chat.dialogue import Decline, Line, PaymentToken, Policy, Sealed, Session, advance, settle
from chat.replies import choose_language
from chat.understand import understand

TODAY = date(2026, 11, 23)
POLICY = Policy(brands=ACCEPTED, contact="help@shop.example")


class Payer:
    """One conversation. `said` is every line that would have been remembered."""

    def __init__(self, language: str = "en", policy: Policy = POLICY) -> None:
        self.session = Session("abc", choose_language(language))
        self.policy = policy

    def send(self, message: str, decline: str | None = None) -> dict[str, Any]:
        heard = understand(message, self.session, TODAY, self.policy)
        move = advance(self.session, heard, self.policy)
        payment = None
        if move.confirmed:
            card = move.session.card
            token = PaymentToken("pm_test", card.brand.value, card.last4)
            move = settle(move.session, Decline(decline) if decline else token, self.policy)
            payment = None if decline else {"token": token.token, "brand": token.brand, "last4": token.last4}
        lines = (Line("user", heard.masked), Line("assistant", move.reply))
        self.session = sealed(replace(move.session, history=(*move.session.history, *lines)))
        return body(self.session, move.reply, payment)


def sealed(session: Session) -> Session:
    card = session.card
    if card and isinstance(card.number, CardNumber):
        card = replace(card, number=Sealed(b"sealed"))
    return replace(session, card=card, cvv=Sealed(b"sealed") if isinstance(session.cvv, Cvv) else session.cvv)


def body(session: Session, response: str, payment: dict[str, str] | None) -> dict[str, Any]:
    """The part of the contract's reply that the pure turn decides."""
    error, card = session.error, session.card
    collected = {
        "name": session.name,
        "brand": card.brand.value if card else None,
        "last4": card.last4 if card else None,
        "expiry": str(session.expiry) if session.expiry else None,
        "cvv": session.cvv is not None,
    }
    if payment:
        collected |= {"brand": payment["brand"], "last4": payment["last4"]}
    return {
        "response": response,
        "currentStep": session.step.value,
        "status": session.status,
        "collected": collected,
        "missing": [] if session.outcome else [each.value for each in session.missing],
        "error": {"code": error.code, "field": error.field.value if error.field else None} if error else None,
        "payment": payment,
    }
