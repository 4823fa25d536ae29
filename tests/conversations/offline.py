"""Plays a conversation on the pure turn: no HTTP, no storage; what is stored sealed is sealed here too."""

from dataclasses import replace
from datetime import date
from typing import Any

from chat.dialogue.replies import choose_language
from chat.dialogue.settling import settle
from chat.dialogue.state_machine import advance
from chat.http.body import reply_body
from chat.turns.results import TurnResult, result_of_receipt
from chat.turns.stored import Receipt
from chat.understanding.interpret import interpret
from chat.values.brands import ACCEPTED
from chat.values.card import CardNumber, Cvv
from chat.values.session import Decline, Line, Outcome, PaymentToken, Policy, Sealed, Session, Step

TODAY = date(2026, 11, 23)
POLICY = Policy(brands=ACCEPTED, contact="help@shop.example")


class Payer:
    """One conversation. `said` is every line that would have been remembered."""

    def __init__(self, language: str = "en", policy: Policy = POLICY) -> None:
        self.session = Session("abc", choose_language(language))
        self.policy = policy

    def send(self, message: str, decline: str | None = None) -> dict[str, Any]:
        heard = interpret(message, self.session, TODAY, self.policy)
        move = advance(self.session, heard, self.policy)
        if move.confirmed:
            card = move.session.card
            if not decline:
                token = PaymentToken("pm_test", card.brand, card.last4)
                self.session = Session("abc", self.session.language, Step.DONE, Outcome.COMPLETED)
                return reply_body(result_of_receipt(Receipt("abc", "hash", token, self.session.language, created=0)))
            move = settle(move.session, Decline(decline), self.policy)
        lines = (Line("user", heard.masked), Line("assistant", move.reply))
        self.session = sealed(replace(move.session, history=(*move.session.history, *lines)))
        return reply_body(TurnResult(self.session, move.reply))


def sealed(session: Session) -> Session:
    card = session.card
    if card and isinstance(card.number, CardNumber):
        card = replace(card, number=Sealed(b"sealed"))
    return replace(session, card=card, cvv=Sealed(b"sealed") if isinstance(session.cvv, Cvv) else session.cvv)
