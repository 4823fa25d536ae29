"""The state machine of the conversation: what was heard goes in, the next state and its reply come out. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chat.dialogue import replies
from chat.values.card import FIELDS, CardNumber, Cvv, Expiry, Field, Refusal
from chat.values.session import Decline, Intent, KeptCard, Outcome, PartialNumber, Policy, Sealed, Session, Step

if TYPE_CHECKING:
    from chat.understanding.interpret import Interpretation

REFUSALS, DECLINES = 5, 3
"""Refused values in a row for one field, and declined confirmations, after which the conversation ends."""


@dataclass(frozen=True)
class Transition:
    """`reply`: fixed wording. `reword`: the model may word it. `confirmed`: tokenize now, then `settle`."""

    session: Session
    reply: str
    reword: bool = False
    confirmed: bool = False


def _with(session: Session, **changes: Any) -> Session:
    """`dataclasses.replace`, at a fraction of its cost: it happens several times a turn, mostly to no change."""
    kept = session.__dict__
    if all(kept[name] is value for name, value in changes.items()):
        return session
    return Session(**{**kept, **changes})


def advance(session: Session, heard: "Interpretation", policy: Policy) -> Transition:
    """One message later. The caller seals what the returned session holds in the clear before it is stored."""
    before = _with(session, language=heard.language or session.language, error=None)
    if heard.wish is Intent.CANCEL:
        return _end(before, Outcome.CANCELLED, policy)
    if heard.wish is Intent.RESTART:
        return _restart(before)
    if _is_confirmed(before, heard):
        return Transition(before, "", confirmed=True)
    taken = _taken(heard)
    after = _change(_take(before, heard, taken), heard, taken)
    error = _error(before, heard, taken)
    if error:
        after = _count(after, error, progress=bool(taken))
        if after.refusals >= REFUSALS:
            return _end(_with(after, error=Refusal("too_many_attempts", error.field)), Outcome.FAILED, policy)
    elif taken:
        after = _with(after, refused=None, refusals=0)
    step = _next_step(after)
    choosing = step is before.step and not taken and _is_choosing(before, heard)
    after = _with(after, step=step, part=_still_begun(after, step), choosing=choosing, changing=_still_changing(after))
    return Transition(after, replies.reply(session, heard, after, policy), reword=_may_reword(before, heard, after))


def _still_begun(session: Session, step: Step) -> PartialNumber | Sealed | None:
    """The first part of a card number is kept only while the rest may come: a card is asked for, or none is known."""
    return session.part if step is Step.CARD or session.card is None else None


def _still_changing(session: Session) -> Field | None:
    """Nothing is changed once its old value is gone, as another card takes expiry and security code with it."""
    return None if session.changing in session.missing else session.changing


def _is_confirmed(session: Session, heard: "Interpretation") -> bool:
    if session.step is not Step.CONFIRM or heard.changes or _taken(heard):
        return False
    return heard.wish is Intent.CONFIRM or (heard.wish is Intent.YES and not session.choosing)


def _is_choosing(before: Session, heard: "Interpretation") -> bool:
    """Also at the review when digits were sent that are no card or expiry: they are not passed over in silence."""
    if heard.vague or (before.step is Step.CONFIRM and (heard.wish is Intent.NO or heard.private)):
        return True
    return before.choosing and heard.topic is not None


def _taken(heard: "Interpretation") -> tuple[Field, ...]:
    """The fields that the message gave an accepted value for."""
    return tuple(each for each in FIELDS if isinstance(getattr(heard, each), (str, CardNumber, Expiry, Cvv)))


def _take(session: Session, heard: "Interpretation", taken: tuple[Field, ...]) -> Session:
    if isinstance(heard.card, CardNumber):
        session = _take_card(session, heard.card)
    elif heard.card:
        session = _with(session, part=heard.part)
    values = {each.value: getattr(heard, each) for each in taken if each is not Field.CARD}
    changing = None if session.changing in taken else session.changing
    return _with(session, **values, changing=changing)


def _take_card(session: Session, number: CardNumber) -> Session:
    """Another card has another expiry and security code; a corrected number only another security code."""
    kept = session.card
    card = KeptCard(number.brand, number.last4, number)
    session = _with(session, card=card, part=None)
    if kept is None or (kept.brand, kept.last4) == (card.brand, card.last4):
        return session
    return _with(session, cvv=None, expiry=session.expiry if session.changing is Field.CARD else None)


def _change(session: Session, heard: "Interpretation", taken: tuple[Field, ...]) -> Session:
    """Start, or give up, asking for a new value of what is known already."""
    if heard.wish in (Intent.NO, Intent.KEEP) and not taken:
        session = _with(session, changing=None)
    if heard.different_card and not heard.card:
        return _with(session, card=None, expiry=None, cvv=None, changing=None)
    known = [each for each in FIELDS if getattr(session, each) is not None]
    back = known[-1:] if heard.wish is Intent.BACK else ()
    wanted = [each for each in known if each in heard.changes or each in back if each not in taken]
    if not wanted:
        return session
    first, *others = wanted
    if Field.CARD in wanted:
        session = _with(session, cvv=None)
    return _with(_forget(session, others), changing=first)


def _forget(session: Session, fields: Iterable[Field]) -> Session:
    return _with(session, **{each.value: None for each in fields})


def _next_step(session: Session) -> Step:
    if session.changing and session.changing not in session.missing:
        return Step(session.changing.value)
    return Step(session.missing[0].value) if session.missing else Step.CONFIRM


def _error(session: Session, heard: "Interpretation", taken: tuple[Field, ...]) -> Refusal | None:
    """The first value of the message that was refused; or that nothing of use was in it."""
    for each in FIELDS:
        value = getattr(heard, each)
        if isinstance(value, Refusal):
            return value
    if taken or heard.is_off_script or session.choosing or session.step in (Step.NONE, Step.CONFIRM):
        return None
    missed = Field(session.step.value)
    return Refusal("name_invalid" if missed is Field.NAME else f"{missed}_not_found", missed)


def _count(session: Session, error: Refusal, *, progress: bool) -> Session:
    in_a_row = session.refusals if session.refused is error.field and not progress else 0
    return _with(session, error=error, refused=error.field, refusals=in_a_row + 1)


def _may_reword(before: Session, heard: "Interpretation", after: Session) -> bool:
    """The opening, the name and what is off the script; never with card data, never the review."""
    if heard.private or after.step is Step.CONFIRM:
        return False
    return before.step in (Step.NONE, Step.NAME) or (heard.is_off_script and after.error is None)


def _restart(session: Session) -> Transition:
    fresh = Session(session.id, session.language, Step.NAME, history=session.history, declines=session.declines)
    return Transition(fresh, replies.restart(fresh))


def _end(session: Session, outcome: Outcome, policy: Policy) -> Transition:
    """Nothing of the card or the payer outlives the conversation."""
    ended = Session(
        session.id, session.language, Step.DONE, outcome, history=session.history, error=session.error,
        refused=session.refused, refusals=session.refusals, declines=session.declines,
    )  # fmt: skip
    return Transition(ended, replies.end(ended, policy))


_BACK_TO = {
    "card_declined": (Field.CARD, Field.EXPIRY, Field.CVV),
    "card_expired": (Field.EXPIRY,),
    "cvv_incorrect": (Field.CVV,),
}


def settle(session: Session, decline: Decline, policy: Policy) -> Transition:
    """After a confirmation that `advance` announced did not go through."""
    forgotten = _BACK_TO.get(decline.code)
    session = _with(session, choosing=False, error=Refusal(decline.code, forgotten[0] if forgotten else None))
    if decline.code == "processor_busy":
        return Transition(session, replies.declined(session))
    if not forgotten:
        return _end(session, Outcome.FAILED, policy)
    session = _with(session, declines=session.declines + 1)
    if session.declines >= DECLINES:
        return _end(_with(session, error=Refusal("too_many_attempts", forgotten[0])), Outcome.FAILED, policy)
    session = _forget(session, forgotten)
    session = _with(session, step=_next_step(session))
    return Transition(session, replies.declined(session))
