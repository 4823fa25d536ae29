"""PaymentMethods and the customers that they belong to."""

from typing import Any

from local.stripe.objects.cards import Card, card_of_token, check_card
from local.stripe.objects.world import Object, World
from local.stripe.requests.refusals import Refusal, invalid

NOT_YOURS = (
    "The payment method you provided is attached to a customer so for security purposes you must provide the customer "
    "in the request."
)
USED_UP = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)


def create(world: World, params: dict[str, Any]) -> Object:
    """Raises Refusal when Stripe finds the card malformed."""
    return keep(world, check_card(params["card"], world.clock.now().date()), params)


def keep(world: World, card: Card, params: dict[str, Any]) -> Object:
    """The PaymentMethod of a card whose number is forgotten here, and only its issuer's answers are remembered."""
    blank = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}
    made = world.add(
        "payment_method",
        allow_redisplay=params.get("allow_redisplay", "unspecified"),
        billing_details=blank | params.get("billing_details", {}),
        card=shown(card),
        customer=None,
        customer_account=None,
        metadata=dict(params.get("metadata", {})),
        type="card",
    )
    world.issuers[made["id"]] = card.issuer
    return made


def shown(card: Card) -> Object:
    wallet = card.wallet and {"type": card.wallet, "dynamic_last4": card.last4, card.wallet: {}}
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
        "country": "US",
        "display_brand": card.brand,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": None,
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": wallet or None,
    }


def usable(world: World, name: str, customer: str | None) -> Object:
    """The PaymentMethod of that id, or of a ready-made one (`pm_card_visa`), for a payment of this customer."""
    if name.startswith("pm_card_"):
        return keep(world, card_of_token(name, world.clock.now().date(), "payment_method"), {})
    method = world.get("payment_method", name, "payment_method", status=400)
    if method["customer"] not in (None, customer):
        raise invalid("payment_method", NOT_YOURS)
    if name in world.used_up:
        raise invalid("payment_method", USED_UP)
    return method


def settle_owner(world: World, method: Object, customer: str | None, *, attaches: bool) -> None:
    """After a success: the PaymentMethod belongs to the customer now, or has been used up."""
    if attaches and customer is not None:
        method["customer"] = customer
    elif method["customer"] is None:
        world.used_up.add(method["id"])


def create_customer(world: World, params: dict[str, Any]) -> Object:
    if "payment_method" in params or "source" in params:
        raise Refusal(400, "The stand-in attaches PaymentMethods through intents alone.", param="payment_method")
    return world.add(
        "customer",
        14,
        address=None,
        balance=0,
        currency=None,
        customer_account=None,
        default_source=None,
        delinquent=False,
        description=params.get("description"),
        discount=None,
        email=params.get("email"),
        invoice_prefix="ACME",
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata=dict(params.get("metadata", {})),
        name=params.get("name"),
        next_invoice_sequence=1,
        phone=params.get("phone"),
        preferred_locales=[],
        shipping=None,
        tax_exempt="none",
        test_clock=None,
    )
