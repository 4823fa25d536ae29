"""Plays a conversation on the pure turn: no HTTP, no storage; what is stored sealed is sealed here too."""

from dataclasses import replace
from datetime import date
from typing import Any

from chat.dialogue import order_replies
from chat.dialogue.replies import choose_language
from chat.dialogue.settling import settle
from chat.dialogue.state_machine import advance
from chat.http.body import reply_body
from chat.turns.results import TurnResult, result_of_receipt
from chat.turns.stored import Receipt
from chat.understanding.interpret import interpret
from chat.values.brands import ACCEPTED
from chat.values.card import CardNumber, Cvv
from chat.values.session import Decline, Line, OrderVisit, Outcome, PaymentToken, Policy, Sealed, Session, Step
from payments.order import Terms

TODAY = date(2026, 11, 23)
POLICY = Policy(brands=ACCEPTED, contact="help@shop.example", merchant="ACME", wallets=True)


class Payer:
    """One conversation. `said` is every line that would have been remembered."""

    def __init__(self, language: str = "en", policy: Policy = POLICY, order: Terms | None = None) -> None:
        visit = OrderVisit("ord_1", order, livemode=False) if order else None
        self.session = Session("abc", choose_language(language), order=visit)
        self.policy = policy

    def send(self, message: str, decline: str | None = None) -> dict[str, Any]:
        heard = interpret(message, self.session, TODAY, self.policy)
        move = advance(self.session, heard, self.policy)
        if move.confirmed:
            card = move.session.card
            if move.session.order:
                return self._ask_stripe(move.session.order)
            if not decline:
                token = PaymentToken("pm_test", card.brand, card.last4)
                self.session = Session("abc", self.session.language, Step.DONE, Outcome.COMPLETED)
                return reply_body(result_of_receipt(Receipt("abc", "hash", token, self.session.language, created=0)))
            move = settle(move.session, Decline(decline), self.policy)
        lines = (Line("user", heard.masked), Line("assistant", move.reply))
        self.session = sealed(replace(move.session, history=(*move.session.history, *lines)))
        return reply_body(TurnResult(self.session, move.reply))

    def _ask_stripe(self, order: OrderVisit) -> dict[str, Any]:
        """Stripe's page or its intent: the payer is sent to the page; the intent succeeds."""
        if order.is_hosted:
            self.session = replace(self.session, step=Step.ACTION)
            return reply_body(TurnResult(self.session, order_replies.action(self.session, self.policy)))
        said = order_replies.completed(order.terms, self.policy, self.session.language, self.session.card)
        self.session = Session("abc", self.session.language, Step.DONE, Outcome.COMPLETED, order=order)
        return reply_body(TurnResult(self.session, said))


def sealed(session: Session) -> Session:
    card = session.card
    if card and isinstance(card.number, CardNumber):
        card = replace(card, number=Sealed(b"sealed"))
    return replace(session, card=card, cvv=Sealed(b"sealed") if isinstance(session.cvv, Cvv) else session.cvv)
