"""PaymentIntents and SetupIntents: created unconfirmed, confirmed, cancelled."""

import secrets
from typing import Any

from local.stripe.objects import payment_methods
from local.stripe.objects.attempts import attempt
from local.stripe.objects.money import check_amount
from local.stripe.objects.world import Object, World
from local.stripe.requests.form import listed
from local.stripe.requests.refusals import Refusal, invalid

# Only together with `confirm=true`, when an intent is created.
OF_CONFIRMATION = ("return_url", "mandate_data", "off_session", "error_on_requires_action")
CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
CANCELLABLE = frozenset({*CONFIRMABLE, "requires_capture", "processing"})
MAY_REDIRECT = (
    "This intent is configured to accept payment methods enabled in your Dashboard. Because some of these payment "
    "methods might redirect your customer off of your page, you must provide a `return_url`."
)
UNSUPPORTED = ("payment_method_data", "confirmation_token", "mandate", "payment_method_configuration")


def create_payment_intent(world: World, params: dict[str, Any]) -> Object:
    """Raises Refusal."""
    amount, currency = int(params["amount"]), str(params["currency"]).lower()
    check_amount(amount, currency)
    made = _create(
        world,
        "payment_intent",
        params,
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        canceled_at=None,
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method="automatic",
        currency=currency,
        last_payment_error=None,
        latest_charge=None,
        processing=None,
        receipt_email=params.get("receipt_email"),
        review=None,
        setup_future_usage=params.get("setup_future_usage") or None,
        shipping=None,
        source=None,
        statement_descriptor=params.get("statement_descriptor"),
        statement_descriptor_suffix=params.get("statement_descriptor_suffix"),
        transfer_data=None,
        transfer_group=None,
    )
    return _confirm_at_once(world, made, params)


def create_setup_intent(world: World, params: dict[str, Any]) -> Object:
    """Raises Refusal."""
    made = _create(
        world,
        "setup_intent",
        params,
        last_setup_error=None,
        latest_attempt=None,
        mandate=None,
        single_use_mandate=None,
        usage=params.get("usage", "off_session"),
    )
    return _confirm_at_once(world, made, params)


def _create(world: World, kind: str, params: dict[str, Any], **fields: Any) -> Object:
    for name in UNSUPPORTED:
        if name in params:
            raise invalid(name, f"The stand-in does not take {name}.")
    for name in OF_CONFIRMATION:
        if name in params and params.get("confirm") != "true":
            raise invalid(name, f"The parameter `{name}` can only be passed when `confirm` is set to true.")
    customer = params.get("customer")
    if customer is not None:
        world.get("customer", customer, "customer", status=400)
    method = None
    if "payment_method" in params:
        method = payment_methods.usable(world, params["payment_method"], customer)["id"]
    types = listed(params.get("allowed_payment_method_types"))
    if types and "card" not in types:
        raise invalid("allowed_payment_method_types", "The stand-in's account takes cards alone.")
    made = world.add(
        kind,
        allowed_payment_method_types=types or None,
        application=None,
        automatic_payment_methods=automatic(params, types),
        cancellation_reason=None,
        customer=customer,
        customer_account=None,
        description=params.get("description"),
        metadata=dict(params.get("metadata", {})),
        next_action=None,
        on_behalf_of=None,
        payment_method=method,
        payment_method_options={},
        payment_method_types=["card"],
        status="requires_payment_method" if method is None else "requires_confirmation",
        **fields,
    )
    made["client_secret"] = f"{made['id']}_secret_{secrets.token_hex(12)}"
    return made


def automatic(params: dict[str, Any], types: list[str]) -> Object | None:
    """Whether the intent takes what the account's owner has switched on, which is so unless types are named."""
    asked = params.get("automatic_payment_methods", {})
    if types or asked.get("enabled") == "false":
        return None
    return {"allow_redirects": asked.get("allow_redirects", "always"), "enabled": True}


def _confirm_at_once(world: World, made: Object, params: dict[str, Any]) -> Object:
    if params.get("confirm") == "true":
        confirm(world, made, params)
    return made


def confirm(world: World, intent: Object, params: dict[str, Any], *, declined: str | None = None) -> None:
    """Asks the issuer. Raises Refusal: a decline, or because of the state that the intent is in.

    `declined` is a decline that a plan wants, whatever the issuer thinks.
    """
    for name in UNSUPPORTED:
        if name in params:
            raise invalid(name, f"The stand-in does not take {name}.")
    if intent["id"] in world.checkout_of:
        raise wrong_state(intent, "confirm", "it was created by a Checkout Session")
    if intent["status"] not in CONFIRMABLE:
        raise wrong_state(intent, "confirm", f"it has a status of {intent['status']}")
    if params.get("payment_method") or intent["payment_method"]:
        name = params.get("payment_method") or intent["payment_method"]
        method = payment_methods.usable(world, name, intent["customer"])
    else:
        raise wrong_state(intent, "confirm", "it's missing a payment method")
    if not params.get("return_url") and not {"use_stripe_sdk", "off_session"} & params.keys():
        redirects = intent["automatic_payment_methods"] or {}
        if redirects.get("allow_redirects") == "always":
            raise invalid("return_url", MAY_REDIRECT)
    if params.get("setup_future_usage"):
        intent["setup_future_usage"] = params["setup_future_usage"]
    attempt(
        world,
        intent,
        method,
        return_url=params.get("return_url"),
        off_session=params.get("off_session") in {"true", "one_off", "recurring"},
        declined=declined,
    )


def cancel(world: World, intent: Object, params: dict[str, Any]) -> None:
    """Raises Refusal because of the state that the intent is in."""
    session = world.checkout_of.get(intent["id"])
    if session is not None and world.objects[session]["status"] != "complete":
        raise wrong_state(intent, "cancel", "it was created by a Checkout Session; expire that instead")
    if intent["status"] not in CANCELLABLE:
        raise wrong_state(intent, "cancel", f"it has a status of {intent['status']}")
    end(world, intent, params.get("cancellation_reason"))


def end(world: World, intent: Object, reason: str | None) -> None:
    intent.update(status="canceled", cancellation_reason=reason, next_action=None)
    if intent["object"] == "payment_intent":
        intent.update(canceled_at=world.clock.timestamp(), amount_capturable=0)
    world.announce(f"{intent['object']}.canceled", intent)


def wrong_state(intent: Object, deed: str, why: str) -> Refusal:
    name = "PaymentIntent" if intent["object"] == "payment_intent" else "SetupIntent"
    inside: dict[str, Any] = {intent["object"]: dict(intent)}
    return Refusal(
        400,
        f"You cannot {deed} this {name} because {why}.",
        code=f"{intent['object']}_unexpected_state",
        **inside,
    )
