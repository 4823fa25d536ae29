"""The fixed wording: what the conversation says, in the session's language. The phrases stand in `languages/`."""

from typing import TYPE_CHECKING

from chat.dialogue import order_replies
from chat.languages.language import DEFAULT, language_tags, load_language
from chat.values.brands import Brand
from chat.values.card import Field, Refusal, masked_card

if TYPE_CHECKING:
    from chat.understanding.interpret import Interpretation
    from chat.values.session import Policy, Session


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
    if after.language != before.language:
        parts.append(language.says["language"])
    parts += _answer_digression(before, heard, after, policy)
    if after.error:
        parts += [refusal(after), *([language.says["early_cvv"]] if heard.early_cvv else [])]
        if after.error.code != "card_incomplete" or after.step != "card":
            parts.append(question(after, policy, again=after.error.field == after.step.value))
    else:
        parts += [*_acknowledge(before, heard, after), question(after, policy, again=False)]
    return language.joiner.join(parts)


def _answer_digression(before: "Session", heard: "Interpretation", after: "Session", policy: "Policy") -> list[str]:
    """The answer to what was said beside the way."""
    language = load_language(after.language)
    given = [each for each in (heard.name, heard.card, heard.expiry, heard.cvv) if each]
    topic = heard.topic or (None if given else _TOPICS.get((heard.intent or "", before.step == "confirm")))
    if topic in ("refuse", "moment", "repeat") and not all(isinstance(each, Refusal) for each in given):
        return []
    if topic in ("hello", "unclear", "refuse", "not_yet") and before.step == "none":
        return []
    if topic in ("why", "what"):
        asked = after.step.value if after.step in ("name", "card", "expiry", "cvv") else "cvv"
        if topic == "what" and asked == "cvv":
            return [language.says["what_cvv"]]
        text = (
            language.says[f"why_{asked}"] if topic == "why" else language.refusal(f"{asked}_{_MISSED[asked]}", None, 2)
        )
        return [text]
    if topic == "refuse" and before.changing:
        return []
    return [language.says[topic].format(contact=policy.contact)] if topic else []


# Wishes that mean something else, or nothing yet, before the review (`False`).
_TOPICS = {("no", False): "refuse", ("confirm", False): "not_yet"}
_MISSED = {"name": "invalid", "card": "not_found", "expiry": "not_found"}


def _acknowledge(before: "Session", heard: "Interpretation", after: "Session") -> list[str]:
    says = load_language(after.language).says
    parts = []
    if isinstance(heard.name, str):
        parts.append(says["thanks_name"].format(name=heard.name))
    elif any(value and not isinstance(value, Refusal) for value in (heard.card, heard.expiry, heard.cvv)):
        parts.append(says["thanks"])
    if heard.early_cvv:
        parts.append(says["early_cvv"])
    if heard.different_card and not heard.card:
        parts.append(says["different_card"])
    elif after.changing and after.changing != before.changing:
        parts.append(says["change"])
    elif before.changing and not after.changing and heard.intent in ("no", "keep"):
        parts.append(says["kept"])
    elif before.step == "confirm" and after.step == "confirm" and not (parts or heard.is_off_script):
        parts.append(says["not_confirmed"])
    return parts


def question(session: "Session", policy: "Policy", *, again: bool) -> str:
    """What is asked at the session's step."""
    says = load_language(session.language).says
    if session.choosing:
        return says["choose"]
    if session.step == "action":
        return order_replies.action_waiting(session, policy)
    if session.step == "confirm":
        return order_replies.review(session, policy) if session.order else review(session)
    key = session.step.value
    if key == Field.CVV and session.card and session.card.brand is Brand.AMEX:
        key = "cvv_amex"
    return says[f"{'again' if again else 'ask'}_{key}"]


def review(session: "Session") -> str:
    card = session.card
    return load_language(session.language).says["review"].format(
        name=session.name, card=masked_card(card.brand, card.last4) if card else "", expiry=session.expiry
    )  # fmt: skip


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
    return language.says[session.status]


def completed(language: str, token: str, brand: str, last4: str) -> str:
    return load_language(language).says["completed"].format(card=masked_card(Brand(brand), last4), token=token)
