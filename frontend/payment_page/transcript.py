"""What the page shows of what was said. Pure; holds no card digit but the last four."""

from dataclasses import dataclass

from payment_page.api_types import Reply

BRAND_NAMES = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
    "diners": "Diners Club",
    "jcb": "JCB",
    "unionpay": "UnionPay",
}
# Shown instead of the payer's words where their masked form is not known.
HIDDEN = "••••"


@dataclass(frozen=True)
class TranscriptLine:
    """One line of the conversation. `role` is user or assistant; `content` is masked."""

    role: str
    content: str


def show_field_value(step: str, reply: Reply) -> str:
    """What the transcript shows of a value from the form field of `step`: as the API understood it."""
    known = reply.collected
    if reply.error or reply.step in {step, "done"}:
        return HIDDEN
    if step == "card":
        return f"{BRAND_NAMES.get(known['brand'], '')} •••• {known['last4']}".strip()
    return "•••" if step == "cvv" else known.get(step) or HIDDEN


def find_masked_message(reply: Reply, lookup: Reply) -> str | None:
    """The API's masked form of the message that got `reply`; None if the conversation has gone on since."""
    last = lookup.history[-2:]
    if lookup.text != reply.text or [line["role"] for line in last] != ["user", "assistant"]:
        return None
    return last[0]["content"]
