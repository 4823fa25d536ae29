"""A conversation about an order whose card is entered on Stripe's page. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from chat.dialogue import order_replies, replies
from chat.dialogue.transition import Transition, asks_for_change, is_asked_whether_to_stop, is_confirmed
from chat.languages.language import load_language
from chat.values.session import Intent, Policy, Session, Step

if TYPE_CHECKING:
    from chat.understanding.interpret import Interpretation


def advance_hosted(session: Session, before: Session, heard: "Interpretation", policy: Policy) -> Transition:
    """The card is entered on Stripe's page: a value that is typed here is not kept."""
    typed_card = heard.card is not None or heard.early_cvv
    heard = replace(heard, name=None, card=None, expiry=None, cvv=None, partial_number=None, early_cvv=False)
    if is_confirmed(before, heard) and not typed_card:
        return Transition(before, "", confirmed=True)
    wants_back = heard.intent is Intent.RESTART or asks_for_change(heard)
    step = before.step if before.step is Step.ACTION and not wants_back else Step.CONFIRM
    after = replace(before, step=step, choosing=False, ending=is_asked_whether_to_stop(heard))
    if not typed_card:
        return Transition(after, replies.reply(session, heard, after, policy))
    reply = order_replies.hosted_card_typed(after, policy)
    if before.step is Step.NONE:
        reply = load_language(after.language).joiner.join((order_replies.opening(after, policy), reply))
    return Transition(after, reply)
