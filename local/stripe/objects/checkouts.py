"""Checkout Sessions: open, paid or set up on their page, expired by request or by the clock."""

import heapq
import secrets
from string import ascii_letters
from typing import Any
from urllib.parse import urlsplit

from local.stripe.objects import intents
from local.stripe.objects.money import check_amount
from local.stripe.objects.world import Object, World
from local.stripe.requests.form import listed
from local.stripe.requests.refusals import Refusal, invalid

MIN_SECONDS, MAX_SECONDS = 30 * 60, 24 * 3600
INTENT_OF_MODE = {"payment": "payment_intent", "setup": "setup_intent"}


def create(world: World, params: dict[str, Any]) -> Object:
    """Raises Refusal."""
    mode = params.get("mode")
    if mode is None:
        raise invalid("mode", "Missing required param: mode.", "parameter_missing")
    check_together(params, mode)
    check_addresses(params)
    if params.get("customer"):
        world.get("customer", params["customer"], "customer", status=400)
    items = [line_item(item, number) for number, item in enumerate(listed(params.get("line_items")))]
    total = sum(item["amount_total"] for item in items) if mode == "payment" else None
    currency = items[0]["currency"] if items else params.get("currency")
    if total is not None:
        check_amount(total, str(currency), "line_items")
    customer = params.get("customer")
    custom_text = {"after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None}
    made = world.add(
        "checkout.session",
        58,
        adaptive_pricing={"enabled": params.get("adaptive_pricing", {}).get("enabled", "true") == "true"},
        allowed_payment_method_types=listed(params.get("allowed_payment_method_types")) or None,
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=currency,
        custom_fields=[],
        custom_text={**custom_text, **params.get("custom_text", {})},
        customer=customer,
        customer_creation=None if customer else params.get("customer_creation", "if_required"),
        customer_details=None,
        customer_email=params.get("customer_email"),
        expires_at=expiry(world, params),
        line_items={"object": "list", "data": items, "has_more": False, "url": ""},
        locale=params.get("locale"),
        metadata=dict(params.get("metadata", {})),
        mode=mode,
        payment_intent=None,
        payment_link=None,
        payment_method_collection="always" if mode == "setup" else "if_required",
        payment_method_options={},
        payment_method_types=["card"],
        payment_status="no_payment_required" if mode == "setup" else "unpaid",
        setup_intent=None,
        shipping_options=[],
        status="open",
        subscription=None,
        success_url=params["success_url"],
        ui_mode="hosted_page",
    )
    # Stripe's own addresses carry a long fragment too.
    made["url"] = f"{world.site}/c/pay/{made['id']}#fid{''.join(secrets.choice(ascii_letters) for _ in range(200))}"
    world.end_at(made["expires_at"], made["id"])
    world.intent_data[made["id"]] = dict(params.get(f"{INTENT_OF_MODE[mode]}_data", {}))
    if mode == "setup":  # a PaymentIntent is made when the payer first tries to pay, a SetupIntent at once
        intent_of(world, made)
    return made


def check_together(params: dict[str, Any], mode: str) -> None:
    """Raises Refusal for parameters that do not go together."""
    if mode not in INTENT_OF_MODE:
        raise invalid("mode", "The stand-in has no subscriptions.")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("ui_mode", "The stand-in serves hosted pages alone.")
    other = INTENT_OF_MODE["setup" if mode == "payment" else "payment"] + "_data"
    if other in params:
        raise invalid(other, f"You can not pass `{other}` in `{mode}` mode.")
    if (mode == "payment") != bool(params.get("line_items")):
        raise invalid("line_items", f"`line_items`: required in `payment` mode, not taken in `{mode}` mode.")
    types = listed(params.get("allowed_payment_method_types"))
    if mode == "setup" and not types and not params.get("currency"):
        raise invalid("currency", "`currency` is required in `setup` mode.", "parameter_missing")
    if types and "card" not in types:
        raise invalid("allowed_payment_method_types", "The stand-in's account takes cards alone.")
    check_texts(params)


def check_texts(params: dict[str, Any]) -> None:
    """Raises Refusal for what belongs to one payer in two ways, and for what is too long."""
    if params.get("customer") and params.get("customer_email"):
        raise invalid("customer_email", "You may only specify one of these parameters: customer, customer_email.")
    if params.get("customer") and params.get("customer_creation"):
        raise invalid("customer_creation", "You can not pass `customer_creation` together with `customer`.")
    if len(params.get("custom_text", {}).get("submit", {}).get("message", "")) > 1200:
        raise invalid("custom_text[submit][message]", "At most 1200 characters.")
    if len(params.get("client_reference_id", "")) > 200:
        raise invalid("client_reference_id", "At most 200 characters.")


def check_addresses(params: dict[str, Any]) -> None:
    if "success_url" not in params:
        raise invalid("success_url", "Missing required param: success_url.", "parameter_missing")
    if "return_url" in params:
        raise invalid("return_url", "`return_url` is not taken with `ui_mode: hosted_page`.")
    for name in ("success_url", "cancel_url"):
        url = urlsplit(params.get(name, "https://example.com"))
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise invalid(name, "Not a valid URL", "url_invalid")


def expiry(world: World, params: dict[str, Any]) -> int:
    now = world.clock.timestamp()
    asked = int(params.get("expires_at", now + MAX_SECONDS))
    if asked < now + MIN_SECONDS:
        raise invalid("expires_at", "The `expires_at` timestamp must be at least 30 minutes from now.")
    if asked > now + MAX_SECONDS:
        raise invalid("expires_at", "The `expires_at` timestamp must be less than 24 hours from now.")
    return asked


def line_item(item: dict[str, Any], number: int) -> Object:
    name = f"line_items[{number}]"
    price = item.get("price_data")
    if price is None or "product_data" not in price or "unit_amount" not in price:
        raise invalid(f"{name}[price_data]", "The stand-in takes `price_data` with `product_data` and `unit_amount`.")
    if "quantity" not in item:
        raise invalid(f"{name}[quantity]", f"Missing required param: {name}[quantity].", "parameter_missing")
    total = int(price["unit_amount"]) * int(item["quantity"])
    return {
        "id": f"li_{number}",
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"].lower(),
        "description": price["product_data"]["name"],
        "quantity": int(item["quantity"]),
    }


def intent_of(world: World, session: Object) -> Object:
    """The session's own intent, made when it is first needed."""
    kind = INTENT_OF_MODE[session["mode"]]
    if session[kind] is not None:
        return world.objects[session[kind]]
    types = {str(number): name for number, name in enumerate(session["allowed_payment_method_types"] or ["card"])}
    params = {**world.intent_data[session["id"]], "allowed_payment_method_types": types}
    if session["customer"] is not None:
        params["customer"] = session["customer"]
    if kind == "payment_intent":
        params |= {"amount": session["amount_total"], "currency": session["currency"]}
        made = intents.create_payment_intent(world, params)
    else:
        made = intents.create_setup_intent(world, params)
    session[kind] = made["id"]
    world.checkout_of[made["id"]] = session["id"]
    return made


def expire(world: World, session: Object) -> None:
    """Raises Refusal unless the session is open."""
    if session["status"] != "open":
        raise Refusal(400, 'Only Checkout Sessions with a status in ["open"] can be expired.', param="session")
    session.update(status="expired", url=None)
    kind = INTENT_OF_MODE[session["mode"]]
    if session[kind] is not None and world.objects[session[kind]]["status"] in intents.CANCELLABLE:
        intents.end(world, world.objects[session[kind]], "abandoned")
    world.announce("checkout.session.expired", session)


def pass_time(world: World) -> None:
    """What the clock ends: Checkouts that nobody finished, payments that nobody captured."""
    now = world.clock.timestamp()
    while world.deadlines and world.deadlines[0][0] <= now:
        kept = world.objects[heapq.heappop(world.deadlines)[1]]
        if kept["object"] == "checkout.session" and kept["status"] == "open":
            expire(world, kept)
        elif kept["object"] == "payment_intent" and kept["status"] == "requires_capture":
            intents.end(world, kept, "automatic")
