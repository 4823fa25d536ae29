"""What can be asked of the API: address, the type that judges the parameters, and who does it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.stripe.events.destinations import Destinations
from local.stripe.objects import checkouts, intents, payment_methods
from local.stripe.objects.world import Object, World


@dataclass(frozen=True)
class Asked:
    """`declined`: the decline that a plan wants, for the one request that asks the issuer."""

    world: World
    destinations: Destinations
    params: dict[str, Any]
    name: str = ""  # the id in the address
    declined: str | None = None


Deed = Callable[[Asked], Object]


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    params: str
    deed: Deed
    asks_issuer: bool = False

    @property
    def is_form(self) -> bool:
        """Whether parameters come as a form or as a query; API v2 takes JSON in bodies."""
        return self.method == "GET" or not self.path.startswith("/v2/")

    def matches(self, method: str, path: str) -> re.Match[str] | None:
        return re.fullmatch(self.path.replace("{id}", "(\\w+)"), path) if method == self.method else None


def retrieving(kind: str) -> Deed:
    return lambda asked: asked.world.get(kind, asked.name)


def confirm(kind: str) -> Deed:
    def deed(asked: Asked) -> Object:
        intent = asked.world.get(kind, asked.name)
        intents.confirm(asked.world, intent, asked.params, declined=asked.declined)
        return intent

    return deed


def cancel(kind: str) -> Deed:
    def deed(asked: Asked) -> Object:
        intent = asked.world.get(kind, asked.name)
        intents.cancel(asked.world, intent, asked.params)
        return intent

    return deed


def expire(asked: Asked) -> Object:
    session = asked.world.get("checkout.session", asked.name)
    checkouts.expire(asked.world, session)
    return session


def account(_asked: Asked) -> Object:
    return {
        "id": "acct_local_stage",
        "object": "account",
        "business_profile": {"name": "ACME"},
        "charges_enabled": True,
        "country": "US",
        "default_currency": "usd",
        "type": "standard",
    }


def intent_routes(kind: str, create: Callable[[World, dict[str, Any]], Object]) -> tuple[Route, ...]:
    path, module = f"/v1/{kind}s", f"_{kind}"
    types = "".join(word.title() for word in kind.split("_"))
    return (
        Route("POST", path, f"{module}_create_params.{types}CreateParams", lambda a: create(a.world, a.params)),
        Route("GET", f"{path}/{{id}}", f"{module}_retrieve_params.{types}RetrieveParams", retrieving(kind)),
        Route("POST", f"{path}/{{id}}/confirm", f"{module}_confirm_params.{types}ConfirmParams", confirm(kind), True),
        Route("POST", f"{path}/{{id}}/cancel", f"{module}_cancel_params.{types}CancelParams", cancel(kind)),
    )


METHODS, SESSIONS, DESTINATIONS = "/v1/payment_methods", "/v1/checkout/sessions", "/v2/core/event_destinations"
ROUTES = (
    Route("POST", METHODS, METHODS, lambda a: payment_methods.create(a.world, a.params)),
    Route(
        "GET",
        f"{METHODS}/{{id}}",
        "_payment_method_retrieve_params.PaymentMethodRetrieveParams",
        retrieving("payment_method"),
    ),
    Route(
        "POST",
        "/v1/customers",
        "_customer_create_params.CustomerCreateParams",
        lambda a: payment_methods.create_customer(a.world, a.params),
    ),
    Route("GET", "/v1/customers/{id}", "_customer_retrieve_params.CustomerRetrieveParams", retrieving("customer")),
    *intent_routes("payment_intent", intents.create_payment_intent),
    *intent_routes("setup_intent", intents.create_setup_intent),
    Route(
        "POST",
        SESSIONS,
        "checkout._session_create_params.SessionCreateParams",
        lambda a: checkouts.create(a.world, a.params),
    ),
    Route(
        "GET",
        f"{SESSIONS}/{{id}}",
        "checkout._session_retrieve_params.SessionRetrieveParams",
        retrieving("checkout.session"),
    ),
    Route("POST", f"{SESSIONS}/{{id}}/expire", "checkout._session_expire_params.SessionExpireParams", expire),
    Route(
        "POST",
        DESTINATIONS,
        "v2.core._event_destination_create_params.EventDestinationCreateParams",
        lambda a: a.destinations.create(a.world, a.params),
    ),
    Route(
        "GET",
        DESTINATIONS,
        "v2.core._event_destination_list_params.EventDestinationListParams",
        lambda a: a.destinations.listed(a.params),
    ),
    Route(
        "GET",
        f"{DESTINATIONS}/{{id}}",
        "v2.core._event_destination_retrieve_params.EventDestinationRetrieveParams",
        lambda a: a.destinations.retrieve(a.world, a.name, a.params),
    ),
    Route(
        "POST",
        f"{DESTINATIONS}/{{id}}",
        "v2.core._event_destination_update_params.EventDestinationUpdateParams",
        lambda a: a.destinations.update(a.world, a.name, a.params),
    ),
    Route(
        "DELETE",
        f"{DESTINATIONS}/{{id}}",
        "v2.core._event_destination_delete_params.EventDestinationDeleteParams",
        lambda a: a.destinations.delete(a.world, a.name),
    ),
    *(
        Route(
            "POST",
            f"{DESTINATIONS}/{{id}}/{verb}",
            f"v2.core._event_destination_{verb}_params.EventDestination{verb.title()}Params",
            lambda a, status=f"{verb}d": a.destinations.switch(a.world, a.name, status),  # type: ignore[misc]
        )
        for verb in ("enable", "disable")
    ),
    Route("GET", "/v1/account", "_account_retrieve_current_params.AccountRetrieveCurrentParams", account),
)
