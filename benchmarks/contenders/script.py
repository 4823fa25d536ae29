"""The dialogue of the peers: the minimum that the six steps need, so that their storage is what is measured."""

from benchmarks.conversation import WORDED

ASK = {
    "none": WORDED,
    "name": "Thank you. What is the card number?",
    "card": "Thanks. When does the card expire?",
    "expiry": "Thanks. What is the security code?",
    "cvv": "Please check: Visa ending 4242, 12/30. Shall I go on?",
    "confirm": "Done. Your payment token is pm_1Constant.",
}
NEXT = dict(zip(ASK, [*list(ASK)[1:], "done"], strict=True))
KEPT = {"name": "name", "card": "last4", "expiry": "expiry", "cvv": "cvv"}


def step(at: str, text: str) -> tuple[str, str, dict[str, str]]:
    """The next step, the reply, and the collected values. A question changes nothing."""
    if text.endswith(("?", "please")):
        return at, WORDED, {}
    collected = {KEPT[at]: text[-4:]} if at in KEPT else {}
    return NEXT[at], ASK[at], collected
