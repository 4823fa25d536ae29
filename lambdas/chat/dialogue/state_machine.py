"""The state machine of the conversation: what was heard goes in, the next state and its reply come out. Pure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from chat.dialogue import replies
from chat.dialogue.hosted import advance_hosted
from chat.dialogue.replies import MAX_REFUSALS
from chat.dialogue.transition import (
    Transition,
    accepted_fields,
    asks_for_change,
    end_conversation,
    forget,
    is_asked_whether_to_stop,
    is_confirmed,
    next_step,
    restart,
)
from chat.values.card import FIELDS, CardNumber, Field, Refusal
from chat.values.session import Intent, KeptCard, Outcome, PartialNumber, Policy, Sealed, Session, Step

if TYPE_CHECKING:
    from chat.understanding.interpret import Interpretation

_MAX_CHATTER = 2  # messages without any value count up to here, so that the wording grows and nothing ends by them


def advance(session: Session, heard: "Interpretation", policy: Policy) -> Transition:
    """One message later. The caller seals what the returned session holds in the clear before it is stored."""
    heard = _with_end_asked_back(session, _with_name_asked_back(session, heard))
    before = replace(session, language=heard.language or session.language, error=None, unsure_name=None, ending=False)
    if heard.intent is Intent.CANCEL:
        return end_conversation(before, Outcome.CANCELLED, policy)
    if before.is_hosted:
        return advance_hosted(session, before, heard, policy)
    if heard.intent is Intent.RESTART:
        return restart(before, policy)
    if is_confirmed(before, heard):
        return Transition(before, "", confirmed=True)
    if before.step is Step.ACTION and not asks_for_change(heard):
        after = replace(before, ending=is_asked_whether_to_stop(heard))
        return Transition(after, replies.reply(session, heard, after, policy))
    if before.method and asks_for_change(heard):
        before = replace(before, method=None)
    taken = accepted_fields(heard)
    after = _start_change(_store_values(before, heard, taken), heard, taken)
    error = _first_refusal(before, heard, taken)
    if error:
        after = _count_refusal(after, error, progress=bool(taken), is_value=_is_value(heard))
        if after.refusals >= MAX_REFUSALS:
            return end_conversation(
                replace(after, error=Refusal("too_many_attempts", error.field)), Outcome.FAILED, policy
            )
    elif taken:
        after = replace(after, refused=None, refusals=0)
    step = next_step(after)
    choosing = step is before.step and not taken and _is_choosing(before, heard)
    after = replace(
        after,
        step=step,
        partial_number=_pending_number(after, step),
        choosing=choosing,
        changing=_pending_change(after),
        unsure_name=heard.unsure_name,
        ending=is_asked_whether_to_stop(heard),
    )
    reword = _may_reword(before, heard, after)
    reply = replies.reply(session, heard, after, policy)
    return Transition(after, reply, reword=reword, off_script=heard.is_off_script)


def _with_name_asked_back(session: Session, heard: "Interpretation") -> "Interpretation":
    """A yes to the question whether this is the name gives the name, and confirms nothing else."""
    is_yes = heard.intent in (Intent.YES, Intent.CONFIRM)
    if not (session.unsure_name and is_yes) or heard.name or heard.unsure_name:
        return heard
    return replace(heard, intent=None, name=session.unsure_name)


def _with_end_asked_back(session: Session, heard: "Interpretation") -> "Interpretation":
    """A bare yes to the question whether to stop ends the conversation. "Yes, go on" goes on; nothing confirms."""
    if not session.ending or asks_for_change(heard):
        return heard
    if heard.intent is Intent.YES and heard.is_short:
        return replace(heard, intent=Intent.CANCEL)
    return replace(heard, intent=Intent.KEEP) if heard.intent in (Intent.YES, Intent.CONFIRM, Intent.NO) else heard


def _pending_number(session: Session, step: Step) -> PartialNumber | Sealed | None:
    """The first part of a card number is kept only while the rest may come: a card is asked for, or none is known."""
    return session.partial_number if step is Step.CARD or session.card is None else None


def _pending_change(session: Session) -> Field | None:
    """Nothing is changed once its old value is gone, as another card takes expiry and security code with it."""
    return None if session.changing in session.missing else session.changing


def _is_choosing(before: Session, heard: "Interpretation") -> bool:
    """Whether a bare yes must not confirm next: after a vague wish for a change, a hesitation, words not understood."""
    if heard.vague or (before.choosing and heard.topic is not None):
        return True
    hesitates = heard.topic in replies.HESITATIONS or heard.also in replies.HESITATIONS
    if before.step is Step.CONFIRM and (hesitates or heard.unsure is Intent.CANCEL):
        return True
    is_understood = heard.is_off_script and heard.unsure is None and heard.topic != "unclear" and not heard.is_doubtful
    is_number = heard.private and heard.topic is None  # beside a question it is an amount: "is it 15 a month?"
    return before.step is Step.CONFIRM and (heard.intent is Intent.NO or is_number or not is_understood)


def _store_values(session: Session, heard: "Interpretation", taken: tuple[Field, ...]) -> Session:
    if isinstance(heard.card, CardNumber):
        session = _store_card(session, heard.card)
    elif heard.card or heard.early_cvv or heard.cvv or heard.expiry:  # a code or a date in between ends a begun number
        session = replace(session, partial_number=heard.partial_number)
    values = {each.value: getattr(heard, each) for each in taken if each is not Field.CARD}
    changing = None if session.changing in taken else session.changing
    return replace(session, **values, changing=changing)


def _store_card(session: Session, number: CardNumber) -> Session:
    """Another card has another expiry and security code; a corrected number only another security code."""
    kept = session.card
    card = KeptCard(number.brand, number.last4, number)
    session = replace(session, card=card, partial_number=None)
    if kept is None or (kept.brand, kept.last4) == (card.brand, card.last4):
        return session
    return replace(session, cvv=None, expiry=session.expiry if session.changing is Field.CARD else None)


def _start_change(session: Session, heard: "Interpretation", taken: tuple[Field, ...]) -> Session:
    """Start, or give up, asking for a new value of what is known already."""
    if heard.intent in (Intent.NO, Intent.KEEP) and not taken:
        session = replace(session, changing=None)
    if heard.different_card and not heard.card:
        return replace(session, card=None, expiry=None, cvv=None, changing=None)
    known = [each for each in FIELDS if getattr(session, each) is not None]
    back = known[-1:] if heard.intent is Intent.BACK else ()
    wanted = [each for each in known if each in heard.changes or each in back if each not in taken]
    if not wanted:
        return session
    first, *others = wanted
    if Field.CARD in wanted:
        session = replace(session, cvv=None)
    return replace(forget(session, others), changing=first)


def _first_refusal(session: Session, heard: "Interpretation", taken: tuple[Field, ...]) -> Refusal | None:
    """The first value of the message that was refused; or that nothing of use was in it."""
    for each in FIELDS:
        value = getattr(heard, each)
        if isinstance(value, Refusal):
            return value
    if taken or heard.is_off_script or session.choosing or session.step in (Step.NONE, Step.CONFIRM, Step.ACTION):
        return None
    missed = Field(session.step.value)
    return Refusal("name_invalid" if missed is Field.NAME else f"{missed}_not_found", missed)


def _is_value(heard: "Interpretation") -> bool:
    """Whether something was refused, and not only nothing found."""
    return any(isinstance(getattr(heard, each), Refusal) for each in FIELDS)


def _count_refusal(session: Session, error: Refusal, *, progress: bool, is_value: bool) -> Session:
    in_a_row = session.refusals if session.refused is error.field and not progress else 0
    counted = in_a_row + 1 if is_value else max(in_a_row, min(in_a_row + 1, _MAX_CHATTER))
    return replace(session, error=error, refused=error.field, refusals=counted)


def _may_reword(before: Session, heard: "Interpretation", after: Session) -> bool:
    """The opening, the name and what is off the script; never with card data or an order's facts, never the review."""
    tells_of_order = after.order is not None and (before.step is Step.NONE or heard.topic is not None)
    if heard.private or tells_of_order or after.step in (Step.CONFIRM, Step.ACTION):
        return False
    return before.step in (Step.NONE, Step.NAME) or (heard.is_off_script and after.error is None)
