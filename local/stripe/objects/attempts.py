"""One attempt on an intent: the issuer wants 3-D Secure, or agrees, or declines."""

import copy

from local.stripe.objects import payment_methods
from local.stripe.objects.issuers import DECLINES
from local.stripe.objects.world import Object, World
from local.stripe.requests.refusals import Refusal, card_refused

HOLD_SECONDS = 7 * 24 * 3600  # how long an uncaptured payment is held
AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide a new PaymentMethod to attempt to fulfill "
    "this intent again."
)


def attempt(
    world: World,
    intent: Object,
    method: Object,
    *,
    return_url: str | None,
    off_session: bool = False,
    declined: str | None = None,
) -> None:
    """Raises Refusal with the intent inside when the issuer, or a plan (`declined`), declines."""
    intent.update(payment_method=method["id"], next_action=None)
    intent[error_field(intent)] = None
    if declined is None and needs_authentication(world, method):
        if off_session:
            raise decline(world, intent, "authentication_required")
        intent["status"] = "requires_action"
        intent["next_action"] = next_action(challenge_url(world, intent), return_url)
        world.announce(f"{intent['object']}.requires_action", intent)
        return
    conclude(world, intent, declined=declined)


def next_action(url: str, return_url: str | None) -> Object:
    if return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
    return {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}


def challenge_url(world: World, intent: Object) -> str:
    return f"{world.site}/3ds/{intent['id']}"


def needs_authentication(world: World, method: Object) -> bool:
    wanted = world.issuers[method["id"]].authentication
    return wanted == "always" or (wanted == "unless_set_up" and method["id"] not in world.set_up)


def conclude(world: World, intent: Object, declined: str | None = None) -> None:
    """The issuer's last word. Raises Refusal when it declines."""
    issuer = world.issuers[intent["payment_method"]]
    reason = declined or (issuer.charge if intent["object"] == "payment_intent" else issuer.setup)
    if reason is not None:
        raise decline(world, intent, reason)
    succeed(world, intent)


def succeed(world: World, intent: Object) -> None:
    method = world.objects[intent["payment_method"]]
    intent["next_action"] = None
    if intent["object"] == "setup_intent":
        intent["status"] = "succeeded"
        world.set_up.add(method["id"])
        payment_methods.settle_owner(world, method, intent["customer"], attaches=True)
        world.announce("setup_intent.succeeded", intent)
        return
    held = intent["capture_method"] == "manual"
    charge = _charge(world, intent, method, captured=not held)
    if held:
        world.end_at(world.clock.timestamp() + HOLD_SECONDS, intent["id"])
    intent["latest_charge"] = charge["id"]
    intent["amount_capturable" if held else "amount_received"] = intent["amount"]
    intent["status"] = "requires_capture" if held else "succeeded"
    payment_methods.settle_owner(world, method, intent["customer"], attaches=intent["setup_future_usage"] is not None)
    if intent["setup_future_usage"] is not None:
        world.set_up.add(method["id"])
    world.announce("payment_intent.amount_capturable_updated" if held else "payment_intent.succeeded", intent)


def decline(world: World, intent: Object, reason: str) -> Refusal:
    """The intent waits for another PaymentMethod; the refusal that Stripe answers with."""
    known = DECLINES[reason]
    refusal = card_refused(
        known.code, known.message, decline_code=known.decline_code, advice_code=known.advice_code, param=None
    )
    _back_to_payment_method(world, intent, refusal)
    return refusal


def fail_authentication(world: World, intent: Object) -> Refusal:
    refusal = Refusal(400, AUTHENTICATION_FAILED, code=f"{intent['object']}_authentication_failure")
    _back_to_payment_method(world, intent, refusal)
    return refusal


def error_field(intent: Object) -> str:
    return "last_payment_error" if intent["object"] == "payment_intent" else "last_setup_error"


def _back_to_payment_method(world: World, intent: Object, refusal: Refusal) -> None:
    method = copy.deepcopy(world.objects[intent["payment_method"]])
    if intent["object"] == "payment_intent":
        failed = _charge(world, intent, method, captured=False, failure=refusal)
        intent["latest_charge"] = failed["id"]
        refusal.error["charge"] = failed["id"]
    refusal.error["payment_method"] = method
    intent[error_field(intent)] = copy.deepcopy(refusal.error)
    intent.update(status="requires_payment_method", payment_method=None, next_action=None)
    refusal.error[intent["object"]] = copy.deepcopy(intent)
    event = "payment_failed" if intent["object"] == "payment_intent" else "setup_failed"
    world.announce(f"{intent['object']}.{event}", intent)


def _charge(world: World, intent: Object, method: Object, *, captured: bool, failure: Refusal | None = None) -> Object:
    card = {name: method["card"][name] for name in ("brand", "country", "exp_month", "exp_year", "funding", "last4")}
    held = not captured and failure is None
    return world.add(
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"] if captured else 0,
        amount_refunded=0,
        billing_details=copy.deepcopy(method["billing_details"]),
        captured=captured,
        currency=intent["currency"],
        customer=intent["customer"],
        disputed=False,
        failure_code=failure and failure.error["code"],
        failure_message=failure and failure.error["message"],
        metadata=dict(intent["metadata"]),
        paid=failure is None,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={
            "type": "card",
            "card": {
                **card,
                "amount_authorized": None if failure else intent["amount"],
                "authorization_code": None,
                "capture_before": world.clock.timestamp() + HOLD_SECONDS if held else None,
                "wallet": method["card"]["wallet"],
            },
        },
        receipt_email=intent["receipt_email"],
        refunded=False,
        status="failed" if failure else "succeeded",
    )
