"""The fixed wording: what the conversation says, in the session's language. The phrases stand in `languages/`."""

from dataclasses import replace
from typing import TYPE_CHECKING

from chat.dialogue import order_replies
from chat.dialogue.answers import answer
from chat.dialogue.shown_name import shown_name
from chat.languages.language import DEFAULT, language_tags, load_language
from chat.languages.placeholders import fill
from chat.values.brands import Brand
from chat.values.card import Field, Refusal, masked_card

if TYPE_CHECKING:
    from chat.understanding.interpret import Interpretation
    from chat.values.session import Policy, Session

# Topics of a payer who is not sure yet, or wants to leave. An "ok" after their answer may mean the answer.
HESITATIONS = frozenset({
    "scam", "later", "leave", "moment", "refuse", "refund", "person", "no_card", "wrong_order", "complaint", "currency",
    "delivery", "discount", "includes", "instalments", "mistake", "others_card", "trouble",
})  # fmt: skip
_UNANSWERED = frozenset({"untold"})  # understood, without a word about it
_SHOWN_AT_THE_REVIEW = frozenset({"known", "how_confirm"})  # what these ask is what the review says


MAX_REFUSALS = 5  # refused values in a row for one field, after which the conversation ends


def choose_language(accept_language: str | None) -> str:
    """The best language we speak for an Accept-Language header (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:200].replace(" ", "").lower().split(","):
        tag, _, quality = part.partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.split("-")[0]))
        except ValueError:
            continue
    return next(
        (tag for quality, tag in sorted(wanted, key=lambda each: each[0]) if quality and tag in language_tags()),
        DEFAULT,
    )


def reply(before: "Session", heard: "Interpretation", after: "Session", policy: "Policy") -> str:
    """What is said after a message that neither ends nor confirms the conversation."""
    language = load_language(after.language)
    parts = []
    if before.step == "none":
        parts.append(order_replies.opening(after, policy) if after.order else language.says["welcome"])
    if after.language != before.language and before.step != "none":
        parts.append(language.says["language"])
    parts += _answer_digression(before, heard, after, policy)
    if after.error:
        parts += [refusal(after), *([language.says["early_cvv"]] if heard.early_cvv else [])]
        if after.error.code != "card_incomplete" or after.step != "card":
            parts.append(question(after, policy, again=after.error.field == after.step.value))
        if after.refusals == MAX_REFUSALS - 1:
            parts.append(language.says["last_attempt"])
    else:
        parts += [*_acknowledge(before, heard, after), _what_next(before, heard, after, policy)]
    return language.joiner.join(parts)


def _what_next(before: "Session", heard: "Interpretation", after: "Session", policy: "Policy") -> str:
    """The order is not said again right after the opening or an answer; a no to Stripe's page is heard."""
    if after.is_hosted and after.step == "confirm" and not after.ending:
        is_refused = before.step == "confirm" and heard.intent in ("no", "keep")
        is_known = before.step == "none" or heard.topic is not None
        return order_replies.review_hosted(after, policy, is_refused=is_refused, is_known=is_known)
    # The review says again how to pay; what to change is asked of those who want a change.
    wants_change = heard.vague or heard.private or heard.intent == "no"
    return question(after if wants_change else replace(after, choosing=False), policy, again=False)


def _answer_digression(before: "Session", heard: "Interpretation", after: "Session", policy: "Policy") -> list[str]:
    """The answer to an off-topic question, and to another one."""
    given = [each for each in (heard.name, heard.card, heard.expiry, heard.cvv) if each]
    topic = heard.topic or (None if given else _TOPICS.get((heard.intent or "", before.step == "confirm")))
    if topic in ("refuse", "moment", "repeat") and not all(isinstance(each, Refusal) for each in given):
        return []
    if topic in ("hello", "refuse", "not_yet") and before.step == "none":
        return []
    if topic == "refuse" and before.changing:
        return []
    if topic in _UNANSWERED or (topic in _SHOWN_AT_THE_REVIEW and after.step == "confirm"):
        return []
    if topic == "not_yet":
        return [load_language(after.language).says["not_yet"]]
    asked = [each for each in (topic, heard.also if topic else None) if each]
    return list(dict.fromkeys(answer(each, after, policy) for each in asked))


# Intents that mean something else, or nothing yet, before the review (`False`).
_TOPICS = {("no", False): "refuse", ("confirm", False): "not_yet"}


def _acknowledge(before: "Session", heard: "Interpretation", after: "Session") -> list[str]:
    says = load_language(after.language).says
    parts = []
    if isinstance(heard.name, str):
        parts.append(fill(says["thanks_name"], {"name": shown_name(heard.name)}))
    elif any(value and not isinstance(value, Refusal) for value in (heard.card, heard.expiry, heard.cvv)):
        parts.append(says["thanks"])
    if heard.early_cvv:
        parts.append(says["early_cvv"])
    if heard.different_card and not heard.card:
        parts.append(says["change" if after.is_hosted else "different_card"])  # hosted, no card was ever here
    elif after.changing and after.changing != before.changing:
        parts.append(says["change"])
    elif before.ending and heard.intent in ("no", "keep"):
        parts.append(says["go_on"])
    elif before.changing and not after.changing and heard.intent in ("no", "keep"):
        parts.append(says["kept"])
    elif (
        before.step == "confirm"
        and after.step == "confirm"
        and not parts
        and (heard.unsure == "confirm" or not heard.is_off_script)
    ):
        parts.append(says["not_confirmed"])
    return parts


def question(session: "Session", policy: "Policy", *, again: bool) -> str:
    """What is asked at the session's step."""
    says = load_language(session.language).says
    if session.ending:
        return says["confirm_end"]
    if session.unsure_name:
        return fill(says["confirm_name"], {"name": shown_name(session.unsure_name)})
    if session.choosing:
        return says["choose"]
    if session.order and session.step in ("confirm", "action"):
        return order_replies.question(session, policy)
    if session.step == "confirm":
        return review(session)
    key = session.step.value
    if key == Field.CVV and session.card and session.card.brand is Brand.AMEX:
        key = "cvv_amex"
    return says[f"{'again' if again else 'ask'}_{key}"]


def review(session: "Session") -> str:
    values = {
        "name": shown_name(session.name),
        "card": order_replies.shown_card(session.card),
        "expiry": str(session.expiry or ""),
    }
    return fill(load_language(session.language).says["review"], values)


def refusal(session: "Session") -> str:
    error = session.error or Refusal("card_not_found")
    text = load_language(session.language).refusal(error.code, error.brand, session.refusals)
    return text.format(brand=error.brand.label if error.brand else "")


def restart(session: "Session", policy: "Policy") -> str:
    language = load_language(session.language)
    return language.joiner.join((language.says["restart"], question(session, policy, again=False)))


def declined(session: "Session", policy: "Policy") -> str:
    """A confirmation that did not go through, and where the conversation goes back to."""
    language = load_language(session.language)
    text = language.refusal(session.error.code if session.error else "", None, 1)
    if session.step == "confirm":
        return text
    return language.joiner.join((text, question(session, policy, again=False)))


def end(session: "Session", policy: "Policy") -> str:
    language = load_language(session.language)
    if session.error:
        return language.refusal(session.error.code, None, 1).format(contact=policy.contact)
    if session.order and session.status == "cancelled":
        return order_replies.cancelled(session.language)
    return language.says[session.status]


def completed(language: str, token: str, brand: str, last4: str) -> str:
    return load_language(language).says["completed"].format(card=masked_card(Brand(brand), last4), token=token)
