"""What may be remembered of a message: no digit that was typed, whatever it was meant to be."""

import re

from chat.card import CardNumber, Cvv, Expiry, Refusal
from chat.replies import card_text

_RUN = re.compile(r"\d(?:[\s.,_·/-]{0,3}\d)*", re.ASCII)
BULLETS = "••••"


def masked(
    typed: str,
    plain: str,
    card: CardNumber | Refusal | None = None,
    expiry: Expiry | Refusal | None = None,
    cvv: Cvv | Refusal | None = None,
) -> str:
    """`plain` is the message with every digit as ASCII. A message without digits stands as it was typed.

    With digits its words stay and each run becomes bullets; what was accepted is added as the code renders it.
    """
    if not _RUN.search(plain):
        return typed
    rendered = []
    if isinstance(card, CardNumber):
        rendered.append(card_text(card.brand, card.last4))
    if isinstance(expiry, Expiry):
        rendered.append(str(expiry))
    if isinstance(cvv, Cvv):
        rendered.append("•••")
    words = _RUN.sub(lambda _: BULLETS, plain)
    if not rendered:
        return words
    kept = _RUN.sub(" ", plain).strip(" .,;:/-\n")
    return f"{kept} ({', '.join(rendered)})" if kept else ", ".join(rendered)
