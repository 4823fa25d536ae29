"""What Stripe reports of an order's intent or Checkout, and what is asked of Stripe. Values and Protocols."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from runtime.aws import Unavailable

if TYPE_CHECKING:
    from payments.order import AtStripe, Order, SavedCard


@dataclass(frozen=True)
class Report:
    """An intent or Checkout as Stripe shows it now.

    `is_open`: the payer can still act on it (a Checkout that is open; an intent that is neither over nor processing).
    `intent_status`: of the intent, the Checkout's own included: requires_payment_method, requires_confirmation,
    requires_action, processing, requires_capture, succeeded, canceled; None while a Checkout has none.
    `url`: where the payer can act now (Checkout or 3-D Secure). `order_id`: the order that it was made for; None when
    Checkout and intent disagree, like `amount` and `currency`. `reference`: the merchant's, of a Checkout; else None.
    `decline_code`: why the issuer refused the last try: one of ours (card_declined, card_expired, cvv_incorrect,
    processor_busy); `decline_detail`: Stripe's code for it.
    """

    at: AtStripe
    order_id: str | None
    livemode: bool
    amount: int | None
    currency: str | None
    is_open: bool
    intent_id: str | None = None
    intent_status: str | None = None
    url: str | None = field(default=None, repr=False)
    card: SavedCard | None = None
    customer: str | None = None
    capture_before: int | None = None
    decline_code: str | None = None
    decline_detail: str = ""
    reference: str | None = None

    @property
    def authentication_failed(self) -> bool:
        """The payer did not pass 3-D Secure."""
        return self.decline_detail.endswith("_intent_authentication_failure")


class StripeRefused(Exception):
    """Stripe gave a definite no to a request about an order. `code`: Stripe's; `param`: the parameter it names."""

    def __init__(self, code: str, param: str = "") -> None:
        super().__init__(code, param)
        self.code, self.param = code, param


class StripeFailed(Unavailable):
    """Stripe failed at a request and will repeat that failure for its idempotency key: the next try needs another."""


class NotAtStripe(Unavailable):
    """Stripe does not know the Checkout or intent: it was made with another account's key, or in the other mode."""


class StripeReports(Protocol):
    """Raises Unavailable when Stripe does not answer (rate limit, 5xx, time-out, a refused key), NotAtStripe."""

    def retrieve(self, at: AtStripe) -> Report: ...

    def close(self, at: AtStripe) -> Report:
        """Expire the Checkout or cancel the intent; reports how it stands then, also when that was not possible."""


class StripeIntents(Protocol):
    """For chat capture. Every request repeats harmlessly: its idempotency key follows from order and generation."""

    def create_customer(self, order: Order) -> str: ...

    def create_intent(self, order: Order, customer: str | None) -> AtStripe:
        """Unconfirmed: nothing is charged. Key: order and generation. Raises StripeRefused, Unavailable."""

    def confirm_intent(self, at: AtStripe, payment_method: str, attempt: str, return_url: str) -> Report:
        """Asks the issuer. A decline is reported, not raised. `attempt`: the idempotency key of this request.

        Raises StripeFailed when another attempt has to be made, StripeRefused, Unavailable.
        """


class StripeCheckouts(Protocol):
    def create_checkout(self, order: Order, language: str, return_url: str, submit_text: str) -> AtStripe:
        """Expires at `order.handover_expires`; key: order, generation and that expiry. `submit_text`: by the button.

        Raises StripeRefused (`param` is expires_at when that is too near by now: nothing was made then), Unavailable.
        """
