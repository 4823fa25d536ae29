"""The fixed wording: what the conversation says, in the session's language. The phrases stand in `languages/`."""

from typing import TYPE_CHECKING

from chat.card import Brand, Field, Refusal
from chat.language import DEFAULT, speaks, tags

if TYPE_CHECKING:
    from chat.dialogue import Policy, Session
    from chat.understand import Heard


def choose_language(accept_language: str | None) -> str:
    """The best language we speak for an Accept-Language header (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.lower().split("-")[0]))
        except ValueError:
            continue
    return next(
        (tag for quality, tag in sorted(wanted, key=lambda each: each[0]) if quality and tag in tags()), DEFAULT
    )


def card_text(brand: Brand, last4: str) -> str:
    """The one masked form of a card."""
    return f"{brand.label} •••• {last4}"


def reply(before: "Session", heard: "Heard", after: "Session", policy: "Policy") -> str:
    """What is said after a message that neither ends nor confirms the conversation."""
    says = speaks(after.language).says
    parts = []
    if before.step == "none":
        parts.append(says["welcome"])
    if after.language != before.language:
        parts.append(says["language"])
    if heard.topic:
        parts.append(says[heard.topic].format(contact=policy.contact))
    if after.error:
        parts += [refusal(after), question(after, again=after.error.field == after.step.value)]
    else:
        parts += [*_thanks(before, heard, says), question(after, again=False)]
    return speaks(after.language).joiner.join(parts)


def _thanks(before: "Session", heard: "Heard", says: dict[str, str]) -> list[str]:
    parts = []
    if isinstance(heard.name, str):
        parts.append(says["thanks_name"].format(name=heard.name))
    elif any(value and not isinstance(value, Refusal) for value in (heard.card, heard.expiry, heard.cvv)):
        parts.append(says["thanks"])
    if heard.early_cvv:
        parts.append(says["early_cvv"])
    if heard.different_card:
        parts.append(says["different_card"])
    elif heard.changes:
        parts.append(says["change"])
    elif before.changing and heard.wish in ("no", "keep"):
        parts.append(says["kept"])
    return parts


def question(session: "Session", *, again: bool) -> str:
    """What is asked at the session's step."""
    says = speaks(session.language).says
    if session.step == "confirm":
        return says["choose"] if session.choosing else review(session)
    key = session.step.value
    if key == Field.CVV and session.card and session.card.brand is Brand.AMEX:
        key = "cvv_amex"
    return says[f"{'again' if again else 'ask'}_{key}"]


def review(session: "Session") -> str:
    card = session.card
    return speaks(session.language).says["review"].format(
        name=session.name, card=card_text(card.brand, card.last4) if card else "", expiry=session.expiry
    )  # fmt: skip


def refusal(session: "Session") -> str:
    error = session.error or Refusal("card_not_found")
    text = speaks(session.language).refusal(error.code, error.brand, session.refusals)
    return text.format(brand=error.brand.label if error.brand else "")


def restart(session: "Session") -> str:
    language = speaks(session.language)
    return language.joiner.join((language.says["restart"], question(session, again=False)))


def declined(session: "Session") -> str:
    """A confirmation that did not go through, and where the conversation goes back to."""
    language = speaks(session.language)
    text = language.refusal(session.error.code if session.error else "", None, 1)
    if session.step == "confirm":
        return text
    return language.joiner.join((text, question(session, again=False)))


def end(session: "Session", policy: "Policy") -> str:
    language = speaks(session.language)
    if session.error:
        return language.refusal(session.error.code, None, 1).format(contact=policy.contact)
    return language.says[session.status]


def completed(language: str, token: str, brand: str, last4: str) -> str:
    return speaks(language).says["completed"].format(card=card_text(Brand(brand), last4), token=token)
