"""What becomes of a conversation after its confirmation: back to a step, over to Stripe, or its end. Pure."""

from dataclasses import replace

from chat.dialogue import order_replies, replies
from chat.dialogue.transition import Transition, end_conversation, forget, next_step
from chat.languages.language import load_language
from chat.values.card import Field, Refusal
from chat.values.session import Decline, Outcome, Policy, Session, Step

MAX_DECLINES = 3  # declined confirmations, after which the conversation ends

_BACK_TO = {
    "card_declined": (Field.CARD, Field.EXPIRY, Field.CVV),
    "card_expired": (Field.EXPIRY,),
    "cvv_incorrect": (Field.CVV,),
}


def settle(session: Session, decline: Decline, policy: Policy) -> Transition:
    """After a confirmation that `advance` announced did not go through.

    Once a PaymentMethod stands for the card its number is gone, so that every decline leads back to it.
    """
    forgotten = _BACK_TO.get(decline.code)
    if forgotten and (session.method or session.card is None):
        forgotten = _BACK_TO["card_declined"]
    session = replace(session, choosing=False, error=Refusal(decline.code, forgotten[0] if forgotten else None))
    if decline.code == "processor_busy":
        return Transition(session, replies.declined(session, policy))
    if not forgotten:
        return end_conversation(session, Outcome.FAILED, policy)
    session = replace(session, declines=session.declines + 1)
    if session.declines >= MAX_DECLINES:
        return end_conversation(
            replace(session, error=Refusal("too_many_attempts", forgotten[0])), Outcome.FAILED, policy
        )
    session = replace(forget(session, forgotten), method=None)
    session = replace(session, step=next_step(session))
    return Transition(session, replies.declined(session, policy))


def send_to_stripe(session: Session, policy: Policy) -> Transition:
    """The payer has to act at Stripe now: on its Checkout page, or in 3-D Secure."""
    session = replace(session, step=Step.ACTION, error=None, choosing=False, changing=None)
    return Transition(session, order_replies.action(session, policy))


def return_from_stripe(session: Session, policy: Policy) -> Transition:
    """What stood at Stripe has ended without a payment: the conversation offers the next try."""
    session = replace(session, error=None, choosing=False)
    session = replace(session, step=next_step(session))
    if session.is_hosted:
        return Transition(session, order_replies.checkout_expired(session, policy))
    return Transition(session, replies.question(session, policy, again=False))


def fail_authentication(session: Session, decline: Decline, policy: Policy) -> Transition:
    """The payer did not pass 3-D Secure. It counts as a declined card, and is told in its own words."""
    transition = settle(session, decline, policy)
    if transition.session.outcome:
        return transition
    after = transition.session
    parts = (order_replies.authentication_failed(after, policy), replies.question(after, policy, again=False))
    return replace(transition, reply=load_language(after.language).joiner.join(parts))


def give_up(session: Session, policy: Policy) -> Transition:
    """The order allows no further try."""
    error = Refusal("too_many_attempts", Field.CARD)
    return end_conversation(replace(session, error=error), Outcome.FAILED, policy)


def resume_at_stripe(session: Session, policy: Policy) -> Transition:
    """Opened again while the payer is at Stripe."""
    session = replace(session, step=Step.ACTION)
    parts = (order_replies.opening(session, policy), order_replies.action_waiting(session, policy))
    return Transition(session, load_language(session.language).joiner.join(parts))
