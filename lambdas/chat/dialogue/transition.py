"""What one message makes of a conversation, and the small decisions that every way through it shares. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chat.dialogue import replies
from chat.values.card import FIELDS, CardNumber, Cvv, Expiry, Field
from chat.values.session import Intent, Outcome, Policy, Session, Step

if TYPE_CHECKING:
    from chat.understanding.interpret import Interpretation


@dataclass(frozen=True)
class Transition:
    """`reply`: fixed wording. `reword`: the model may word it. `off_script`: the message was more than a value.

    `confirmed`: a clear yes to the review.
    """

    session: Session
    reply: str
    reword: bool = False
    off_script: bool = False
    confirmed: bool = False


def say_instead(decided: Transition, pointed: Transition) -> Transition:
    """What the rules decided, said in the words for what a model pointed at.

    Of the state that follows from its choice only what is asked back is taken, and that nothing was refused.
    """
    after = pointed.session
    session = replace(
        decided.session,
        choosing=decided.session.choosing or after.choosing,
        ending=after.ending,
        unsure_name=after.unsure_name,
        error=after.error,
        refused=after.refused,
        refusals=after.refusals,
    )
    return replace(decided, session=session, reply=pointed.reply, reword=False)


def is_confirmed(session: Session, heard: "Interpretation") -> bool:
    if session.step not in (Step.CONFIRM, Step.ACTION) or heard.changes or accepted_fields(heard):
        return False
    return heard.intent is Intent.CONFIRM or (heard.intent is Intent.YES and not (session.choosing and heard.is_short))


def asks_for_change(heard: "Interpretation") -> bool:
    """Whether the payer wants to pay otherwise than was reviewed: with another card, or by beginning anew."""
    given = any(getattr(heard, each) is not None for each in FIELDS)
    return bool(given or heard.changes or heard.different_card or heard.intent in (Intent.BACK, Intent.RESTART))


def is_asked_whether_to_stop(heard: "Interpretation") -> bool:
    """It seems so, and nothing in the message goes on with the payment."""
    return heard.unsure is Intent.CANCEL and not asks_for_change(heard)


def accepted_fields(heard: "Interpretation") -> tuple[Field, ...]:
    """The fields that the message gave an accepted value for."""
    return tuple(each for each in FIELDS if isinstance(getattr(heard, each), (str, CardNumber, Expiry, Cvv)))


def forget(session: Session, fields: Iterable[Field]) -> Session:
    forgotten: dict[str, Any] = dict.fromkeys(fields)
    return replace(session, **forgotten)


def next_step(session: Session) -> Step:
    if session.is_hosted:
        return Step.CONFIRM
    if session.changing and session.changing not in session.missing:
        return Step(session.changing.value)
    return Step(session.missing[0].value) if session.missing else Step.CONFIRM


def restart(session: Session, policy: Policy) -> Transition:
    fresh = Session(
        session.id, session.language, history=session.history, declines=session.declines, order=session.order
    )
    fresh = replace(fresh, step=next_step(fresh))
    return Transition(fresh, replies.restart(fresh, policy))


def end_conversation(session: Session, outcome: Outcome, policy: Policy) -> Transition:
    """Nothing of the card or the payer outlives the conversation."""
    ended = Session(
        session.id, session.language, Step.DONE, outcome, history=session.history, error=session.error,
        refused=session.refused, refusals=session.refusals, declines=session.declines, order=session.order,
    )  # fmt: skip
    return Transition(ended, replies.end(ended, policy))
