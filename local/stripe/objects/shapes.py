"""The fields of Stripe's objects, out of the SDK's own types: what has no value here is null, as it is at Stripe."""

import typing
from functools import cache

import stripe

KINDS = {
    "payment_intent": stripe.PaymentIntent,
    "setup_intent": stripe.SetupIntent,
    "checkout.session": stripe.checkout.Session,
    "charge": stripe.Charge,
}


@cache
def nullable(kind: str) -> frozenset[str]:
    """The fields that may be null; none for kinds whose objects carry only some of their fields."""
    if kind not in KINDS:
        return frozenset()
    fields = KINDS[kind].__annotations__
    return frozenset(name for name, hint in fields.items() if type(None) in typing.get_args(hint))
