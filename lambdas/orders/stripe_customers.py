"""Stripe: the customers that a merchant names in its orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.at_stripe import StripeRefused
from runtime.aws import Unavailable

if TYPE_CHECKING:
    from payments.adapters.stripe_client import StripeAccount


class Customers:
    def __init__(self, account: StripeAccount) -> None:
        self._account = account

    def has(self, customer: str) -> bool:
        """Whether Stripe has this customer for the stage's key, and has not deleted it. Raises Unavailable."""
        try:
            found = self._account.ask(lambda stripe: stripe.v1.customers.retrieve(customer))
        except StripeRefused as refused:
            if refused.code == "resource_missing":
                return False
            raise Unavailable("stripe", refused.code) from None
        return not getattr(found, "deleted", False)
