"""What a person wrote, understood: the fields it gives, what it asks, and the form of it that may be remembered."""

import re
from dataclasses import dataclass, field
from datetime import date

from chat import digits, fields, intents, names, redact
from chat.card import CardNumber, Cvv, Expiry, Field, Refusal
from chat.dialogue import Digits, Policy, Session, Step, Wish
from chat.language import Language, speaks


@dataclass(frozen=True)
class Heard:
    """One message. A field holds the accepted value, why it was refused, or nothing.

    `masked`: what the history may keep. `private`: digits were in it, so the model never works on this turn.
    `part`: the begun number to keep when `card` is refused as incomplete.
    `topic`: a question beside the way, a key of the wording. `early_cvv`: a security code before its card.
    """

    masked: str
    private: bool = False
    wish: Wish | None = None
    topic: str | None = None
    language: str | None = None
    changes: tuple[Field, ...] = ()
    different_card: bool = False
    name: str | Refusal | None = None
    card: CardNumber | Refusal | None = None
    expiry: Expiry | Refusal | None = None
    cvv: Cvv | Refusal | None = None
    part: Digits | None = field(default=None, repr=False)
    early_cvv: bool = False

    @property
    def is_off_script(self) -> bool:
        """It asks or says something other than a value."""
        return bool(self.wish or self.topic or self.language or self.changes or self.different_card or self.early_cvv)


def understand(message: str, session: Session, today: date, policy: Policy) -> Heard:
    """`session.part`, when there is one, has been opened to Digits. `today`: where the card is presented."""
    language = speaks(session.language)
    text = digits.read(message)
    part = session.part.digits if isinstance(session.part, Digits) else ""
    brand = session.card.brand if session.card else None
    found = fields.find(
        text.plain, step=session.step, brand=brand, part=part, brands=policy.brands, today=today, language=language
    )
    private = any(char.isdigit() for char in text.plain)
    parts = intents.clauses(text.plain)
    wish = intents.wish(parts, language)
    if private and wish in (Wish.YES, Wish.CONFIRM):
        wish = None
    different = intents.different_card(parts, language)
    changes = () if different else intents.changes(parts, language)
    topic = None if wish else intents.topic(parts, language)
    name = None if wish or changes or different or topic else _name(text, session, found, language)
    if topic is None and wish is None and name is None and "?" in message and not private:
        topic = "unclear"
    return Heard(
        masked=redact.masked(message, text.plain, found.card, found.expiry, found.cvv),
        private=private, wish=wish, topic=topic, changes=changes, different_card=different, name=name,
        card=found.card, expiry=found.expiry, cvv=found.cvv,
        part=Digits(found.part) if found.part else None, early_cvv=found.early_cvv,
    )  # fmt: skip


def _name(text: digits.Text, session: Session, found: fields.Found, language: Language) -> str | Refusal | None:
    led = names.after_lead(text.plain, language)
    if led:
        return names.check_name(led)
    if session.step is not Step.NAME or "?" in text.plain:
        return None
    left = re.sub(r"[\d/-]+", " ", text.plain) if found.card or found.expiry or found.cvv else text.plain
    if (found.card or found.expiry or found.cvv or found.early_cvv) and not re.search(r"[^\W\d_]", left):
        return Refusal("name_looks_like_card", Field.NAME) if found.card else None
    return names.check_name(left)
