"""Where Stripe sends its events: one destination for a stage, and the secrets that its events are signed with.

A new destination has a new secret. It is stored beside the old one before Stripe can use it, so that no event is
refused; the old destination goes once the stage takes events that are signed with the new secret.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import stripe

# What may change an order: docs.stripe.com/api/events/types, by the names of thin events.
EVENTS = (
    "v1.checkout.session.completed",
    "v1.checkout.session.expired",
    "v1.payment_intent.amount_capturable_updated",
    "v1.payment_intent.canceled",
    "v1.payment_intent.succeeded",
    "v1.setup_intent.canceled",
    "v1.setup_intent.succeeded",
)
SECRET, ADDRESS = "webhook_endpoint.signing_secret", "webhook_endpoint.url"


@dataclass(frozen=True)
class Signing:
    """A destination and the secret that its events are signed with."""

    destination: str
    secret: str

    def __repr__(self) -> str:
        return f"Signing({self.destination})"


class SigningStore(Protocol):
    def load(self) -> list[Signing]:
        """The newest first."""

    def save(self, signings: list[Signing]) -> None: ...


@dataclass(frozen=True)
class Destinations:
    """The stage's destinations at Stripe. `url`: the address for events. All raise stripe.StripeError."""

    client: stripe.StripeClient
    url: str
    name: str

    def ids(self) -> list[str]:
        found = self.client.v2.core.event_destinations.list({"include": [ADDRESS], "limit": 100})
        endpoints = ((each.id, each.webhook_endpoint) for each in found.auto_paging_iter())
        return [id_ for id_, endpoint in endpoints if endpoint and endpoint.url == self.url]

    def create(self) -> Signing:
        made = self.client.v2.core.event_destinations.create(
            {
                "name": self.name,
                "type": "webhook_endpoint",
                "event_payload": "thin",
                "enabled_events": list(EVENTS),
                "webhook_endpoint": {"url": self.url},
                "include": [SECRET],
            }
        )
        assert made.webhook_endpoint  # noqa: S101  (asked for by its type)
        return Signing(made.id, made.webhook_endpoint.signing_secret or "")

    def delete(self, id_: str) -> None:
        self.client.v2.core.event_destinations.delete(id_)


@dataclass(frozen=True)
class Registered:
    """`retired`: how many destinations of the same address are gone."""

    destination: str
    is_new: bool
    retired: int


def register(
    destinations: Destinations, store: SigningStore, is_taken: Callable[[str], bool], *, rotate: bool
) -> Registered:
    """Repeated after a failure, it goes on where it stopped. `is_taken`: whether an event signed with this secret is.

    Raises SystemExit when the new secret does not work: then the old one is still in use beside it.
    """
    present = destinations.ids()
    known = [signing for signing in store.load() if signing.destination in present]
    is_new = rotate or not known
    if is_new:
        known.insert(0, _created(destinations, store, known))
    newest = known[0]
    if not is_taken(newest.secret):
        raise SystemExit("The stage does not take events under the new secret yet; nothing was retired. Try again.")
    others = [id_ for id_ in present if id_ != newest.destination]
    for id_ in others:
        destinations.delete(id_)
    if known != [newest]:
        store.save([newest])
    return Registered(newest.destination, is_new, len(others))


def _created(destinations: Destinations, store: SigningStore, known: list[Signing]) -> Signing:
    made = destinations.create()
    try:
        store.save([made, *known])
    except BaseException:
        destinations.delete(made.destination)  # its secret is shown once, and now nobody has it
        raise
    return made


def signings_in(text: str) -> list[Signing]:
    """Of the secret that the function reads: `{"secrets": [...], "destinations": [...]}`, the newest first."""
    value = json.loads(text)
    return [Signing(*each) for each in zip(value.get("destinations", []), value.get("secrets", []), strict=False)]


def signing_text(signings: list[Signing]) -> str:
    return json.dumps(
        {"secrets": [each.secret for each in signings], "destinations": [each.destination for each in signings]}
    )
