"""The Stripe stand-in's objects have the fields and the kinds of values that the pinned SDK's types say."""

import types
import typing
from typing import Any, ForwardRef

import pytest
import stripe
import typing_extensions
from jsonschema import Draft7Validator
from stripe import StripeObject

from local.stripe.objects.expand import HIDDEN
from tests.stripe_shop import CHALLENGED, DECLINED, shop

SIMPLE = {str: "string", int: "integer", bool: "boolean", float: "number", type(None): "null"}
CLASSES = {
    "payment_method": stripe.PaymentMethod,
    "customer": stripe.Customer,
    "payment_intent": stripe.PaymentIntent,
    "setup_intent": stripe.SetupIntent,
    "checkout.session": stripe.checkout.Session,
    "charge": stripe.Charge,
    "v2.core.event_destination": stripe.v2.core.EventDestination,
}


def schema(hint: Any) -> dict[str, Any]:
    origin, arguments = typing_extensions.get_origin(hint), typing_extensions.get_args(hint)
    if hint in SIMPLE:
        return {"type": SIMPLE[hint]}
    if isinstance(hint, ForwardRef | str):  # another kind of object, where an id stands until it is expanded
        return {"type": "object"}
    if origin in (typing.Literal, typing_extensions.Literal):
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        words = [each for each in arguments if typing_extensions.get_origin(each) is typing_extensions.Literal]
        return {"anyOf": [schema(each) for each in arguments if not (words and each is str)]}
    if origin is list:
        return {"type": "array", "items": schema(arguments[0])}
    if origin is not None:  # ListObject and UntypedStripeObject
        return {"type": "object"}
    if isinstance(hint, type) and issubclass(hint, StripeObject):
        return of_class(hint)
    return {}


def of_class(kind: type) -> dict[str, Any]:
    fields = {name: hint for name, hint in kind.__annotations__.items() if not name.isupper() and name[0] != "_"}
    return {
        "type": "object",
        "properties": {name: schema(hint) for name, hint in fields.items()},
        "required": [name for name, hint in fields.items() if type(None) not in typing.get_args(hint)],
        "additionalProperties": False,
    }


@pytest.fixture(scope="module")
def busy():
    """A stand-in in which everything has happened once."""
    with shop() as store:
        confirm, customer = store.sdk.v1.payment_intents.confirm, store.customer()
        confirm(store.payment(customer=customer, setup_future_usage="off_session").id)
        confirm(store.payment(capture_method="manual").id)
        confirm(store.payment("pm_card_authenticationRequired").id, {"return_url": "http://127.0.0.1:1/"})
        store.sdk.v1.setup_intents.confirm(store.setup(customer=customer).id)
        for mode in ("payment", "setup"):
            for card in (DECLINED, CHALLENGED, None):
                session = store.checkout(mode)
                store.payer(session.url, "pay", card=card)
            store.payer(session.url, "pay", wallet="apple_pay")
            store.form(f"/c/pay/{store.checkout(mode).id}", do="wallet")
            store.sdk.v1.checkout.sessions.expire(store.checkout(mode).id)
        with pytest.raises(stripe.CardError):
            confirm(store.payment("pm_card_visa_chargeDeclined").id)
        store.sdk.v1.payment_intents.cancel(store.payment().id)
        yield store


@pytest.mark.parametrize("kind", CLASSES)
def test_every_object_is_as_the_sdk_describes_it(busy, kind):
    judge = Draft7Validator(of_class(CLASSES[kind]))
    made = [{k: v for k, v in each.items() if k not in HIDDEN} for each in busy.stand_in.world.of_kind(kind)]

    errors = {
        f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for each in made for e in judge.iter_errors(each)
    }

    assert made
    assert errors == set()


def test_an_object_of_another_shape_would_be_noticed(busy):
    judge = Draft7Validator(of_class(stripe.PaymentIntent))
    (intent, *_) = busy.stand_in.world.of_kind("payment_intent")

    assert list(judge.iter_errors(intent | {"status": "paid"}))
    assert list(judge.iter_errors(intent | {"colour": "red"}))
    assert list(judge.iter_errors({name: value for name, value in intent.items() if name != "amount"}))
