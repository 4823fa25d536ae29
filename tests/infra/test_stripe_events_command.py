"""`make stripe-events`, against the Stripe stand-in and a stage that verifies signatures as the function does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import stripe

from infra.operations.event_destination import EVENTS, Destinations, Registered, Signing, register, signings_in
from infra.operations.stripe_events import SecretsManagerStore, is_event_taken
from local.stand_in.service import Answer, Request
from local.stripe.events.bodies import KINDS
from stripe_events.signature import is_signed
from tests.stripe_shop import Shop, served, shop, wait_until


@dataclass
class SecretsManager:
    """The secret of the stage. `fails`: whether it takes nothing more."""

    text: str = '{"secrets": [], "unused": "made with the stack"}'
    fails: bool = False

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        assert SecretId == "events"
        return {"SecretString": self.text}

    def put_secret_value(self, SecretId: str, SecretString: str) -> None:  # noqa: N803
        assert SecretId == "events"
        if self.fails:
            raise OSError
        self.text = SecretString

    def fetch(self, _max_age_seconds: int = 0) -> dict[str, object]:
        """What the function reads."""
        return dict(json.loads(self.text))


@dataclass
class Deployed:
    shop: Shop
    url: str
    secrets: SecretsManager
    taken: list[bytes]
    refused: list[bytes] = field(default_factory=list)

    @property
    def destinations(self) -> Destinations:
        return Destinations(self.shop.sdk, self.url, "Payment Chat test")

    @property
    def store(self) -> SecretsManagerStore:
        return SecretsManagerStore(self.secrets, "events")

    def register(self, *, rotate: bool = False) -> Registered:
        return register(
            self.destinations, self.store, lambda secret: is_event_taken(self.url, secret, 0), rotate=rotate
        )


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    secrets, taken, refused = SecretsManager(), [], []

    def receive(request: Request) -> Answer:
        if is_signed(request.body, request.headers.get("stripe-signature", ""), secrets):
            taken.append(request.body)
            return Answer(200, {})
        refused.append(request.body)
        return Answer(400, {})

    with shop() as opened, served(receive) as url:
        yield Deployed(opened, f"{url}/stripe/events", secrets, taken, refused)


def types(deployed: Deployed) -> list[str]:
    return [json.loads(body)["type"] for body in deployed.taken]


def test_stripe_is_told_where_to_send_thin_events_and_the_secret_is_stored(deployed: Deployed):
    registered = deployed.register()

    made = deployed.shop.sdk.v2.core.event_destinations.retrieve(registered.destination)
    assert (made.event_payload, made.status) == ("thin", "enabled")
    assert deployed.destinations.ids() == [made.id]
    assert made.enabled_events == list(EVENTS)
    (signing,) = signings_in(deployed.secrets.text)
    assert signing.destination == made.id
    assert signing.secret.startswith("whsec_")


def test_a_payment_is_told_to_the_stage_which_takes_the_event(deployed: Deployed):
    deployed.register()

    deployed.shop.payer(deployed.shop.checkout().url, "pay")

    wait_until(lambda: "v1.checkout.session.completed" in types(deployed))
    assert deployed.refused == []


def test_a_second_time_changes_nothing(deployed: Deployed):
    deployed.register()
    before = deployed.secrets.text

    again = deployed.register()

    assert (again.is_new, again.retired) == (False, 0)
    assert deployed.secrets.text == before
    assert len(deployed.destinations.ids()) == 1


def test_a_rotation_refuses_no_event_and_retires_the_old_destination(deployed: Deployed):
    first = deployed.register()

    second = deployed.register(rotate=True)

    assert second.destination != first.destination
    assert (second.is_new, second.retired) == (True, 1)
    assert deployed.destinations.ids() == [second.destination]
    assert [each.destination for each in signings_in(deployed.secrets.text)] == [second.destination]
    assert deployed.refused == []


def test_both_secrets_are_valid_until_the_new_one_is_seen_to_work(deployed: Deployed):
    first = deployed.register()

    with pytest.raises(SystemExit, match="nothing was retired"):
        register(deployed.destinations, deployed.store, lambda _: False, rotate=True)

    stored = [each.destination for each in signings_in(deployed.secrets.text)]
    assert len(stored) == 2
    assert stored[1] == first.destination
    assert set(deployed.destinations.ids()) == set(stored)


def test_a_rotation_that_was_broken_off_is_ended_by_the_next_run(deployed: Deployed):
    deployed.register()
    with pytest.raises(SystemExit):
        register(deployed.destinations, deployed.store, lambda _: False, rotate=True)

    again = deployed.register()

    assert (again.is_new, again.retired) == (False, 1)
    assert deployed.destinations.ids() == [again.destination]


def test_a_secret_that_cannot_be_stored_leaves_no_destination_behind(deployed: Deployed):
    deployed.secrets.fails = True

    with pytest.raises(OSError):  # noqa: PT011  (it is the store's own)
        deployed.register()

    assert deployed.destinations.ids() == []


def test_destinations_of_other_addresses_are_left_alone(deployed: Deployed):
    other = Destinations(deployed.shop.sdk, "https://another.example/stripe/events", "Another stage").create()

    deployed.register(rotate=True)

    assert other.destination in [each.id for each in deployed.shop.sdk.v2.core.event_destinations.list().data]


def test_a_secret_cannot_print_itself():
    assert "whsec_" not in repr(Signing("ed_1", "whsec_x"))


def test_a_key_without_the_right_is_told_so(deployed: Deployed):
    stranger = stripe.StripeClient("rk_test_without_rights", base_addresses={"api": deployed.shop.url})

    with pytest.raises(stripe.StripeError):
        Destinations(stranger, deployed.url, "x").ids()


def test_the_events_that_are_asked_for_are_those_that_can_end_or_complete_an_order():
    assert {each.removeprefix("v1.") for each in EVENTS} <= set(KINDS)
