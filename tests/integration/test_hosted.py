"""Orders whose card is taken by Stripe's own page, over HTTP; and events that Stripe never sent."""

import hashlib
import hmac
import json
import time

import pytest

from infra.operations.outputs import stage_outputs
from infra.stages import LOCAL
from tests.order_on_stage import VISA, place, sweep
from tests.stripe_shop import CHALLENGED, DECLINED

pytestmark = pytest.mark.timeout(120)

PURPOSES = {"charge": "succeeded", "authorize": "requires_capture", "save": "succeeded"}
MAX_REQUESTS = 3  # to Stripe, when all is well


@pytest.fixture
def hosted(stage):
    assert stage.stripe
    assert stage.merchant
    return lambda purpose="charge", **changed: place(stage, purpose, capture="hosted", **changed)


def checkout_of(placed):
    return placed.at_stripe("checkout.session")[-1]


def requests_about(placed):
    """How often Stripe was asked about the order's Checkouts and intents."""
    kinds = ("checkout.session", "payment_intent", "setup_intent")
    ids = {each["id"] for kind in kinds for each in placed.at_stripe(kind)}
    return [each for each in placed.stage.stripe.listed("requests") if each.get("object") in ids]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_an_order_is_paid_at_stripe_and_the_merchant_is_told(hosted, purpose):
    placed = hosted(purpose)

    opening = placed.opens()
    assert (opening["currentStep"], opening["missing"]) == ("confirm", [])
    sent = placed.says("yes")
    assert (sent["currentStep"], sent["action"]["type"]) == ("action", "checkout")
    assert placed.payer(sent["action"]["url"], "pay", card=VISA).is_success
    placed.becomes("completed")
    reply = placed.refreshes()

    shown = placed.shown()
    assert reply["payment"] == {"token": None, "brand": "visa", "last4": "4242"}
    assert shown["result"]["intent"]["status"] == PURPOSES[purpose]
    assert bool(shown["result"]["customer"]) == (purpose == "save")
    assert placed.is_told("order.completed")[0]["body"]["data"] == shown
    assert len(requests_about(placed)) <= MAX_REQUESTS
    assert "url" not in reply.body["order"]


def test_whoever_pays_and_closes_everything_has_paid(hosted):
    placed = hosted()
    sent = placed.confirms()

    placed.payer(sent["action"]["url"], "pay")

    placed.becomes("completed")
    assert placed.is_told("order.completed")
    assert placed.opens()["payment"]["last4"] == "4242"


def test_when_every_event_is_lost_the_return_settles_within_five_seconds(hosted):
    placed = hosted()
    placed.stripes_events("drop")
    sent = placed.confirms()
    placed.payer(sent["action"]["url"], "pay")
    back = time.monotonic()

    assert placed.refreshes()["status"] == "completed"

    assert time.monotonic() - back <= 5
    assert placed.is_told("order.completed")


def test_when_nobody_returns_either_the_sweep_settles(hosted, stage):
    placed = hosted()
    placed.stripes_events("drop")
    sent = placed.confirms()
    placed.payer(sent["action"]["url"], "pay")
    placed.is_told("order.started")
    placed.changes_item(sweepAt=int(time.time()) - 1)

    sweep(stage)

    assert placed.shown()["status"] == "completed"
    assert placed.is_told("order.completed")


def test_a_card_that_stripe_declines_is_followed_by_another_on_the_same_page(hosted):
    placed = hosted()
    sent = placed.confirms()

    assert placed.payer(sent["action"]["url"], "pay", card=DECLINED).status_code == 402
    assert placed.shown()["status"] == "in_progress"
    assert placed.payer(sent["action"]["url"], "pay").is_success

    assert placed.becomes("completed")
    assert len(placed.at_stripe("checkout.session")) == 1


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("passes", [True, False], ids=["passed", "failed"])
def test_three_d_secure_on_stripes_page(hosted, purpose, passes):
    placed = hosted(purpose)
    url = placed.confirms()["action"]["url"]

    placed.payer(url, "pay", card=CHALLENGED)
    placed.payer(url, "authenticate" if passes else "fail_authentication")

    if passes:
        assert placed.becomes("completed")["result"]["intent"]["status"] == PURPOSES[purpose]
        return
    assert placed.refreshes()["currentStep"] in ("action", "confirm")
    assert placed.shown()["status"] == "in_progress"
    assert placed.payer(url, "pay").is_success
    assert placed.becomes("completed")


def test_a_payer_who_comes_back_without_paying_gets_the_same_page_again(hosted):
    placed = hosted()
    sent = placed.confirms()
    placed.payer(sent["action"]["url"], "back")

    assert placed.refreshes()["status"] in ("requires_action", "awaiting_confirmation")
    again = placed.says("yes")

    assert again["action"]["url"] == sent["action"]["url"]
    assert len(placed.at_stripe("checkout.session")) == 1


def test_a_card_that_is_typed_anyway_is_kept_nowhere(hosted, stage):
    placed = hosted()
    placed.opens()

    reply = placed.says(f"my card is {VISA[:4]} {VISA[4:8]} {VISA[8:12]} {VISA[12:]}")

    assert (reply["currentStep"], reply["collected"]["last4"]) == ("confirm", None)
    assert VISA not in str(stage.session_item(placed.talk)).replace(" ", "")
    assert VISA not in str(placed.talk.get().body).replace(" ", "")


def test_a_cancel_at_the_page_expires_it_first(hosted):
    placed = hosted()
    sent = placed.confirms()

    assert placed.cancels()["status"] == "cancelled"

    assert checkout_of(placed)["status"] == "expired"
    assert not placed.payer(sent["action"]["url"], "pay").is_success
    assert placed.refreshes()["error"]["code"] in ("order_closed", "session_expired")
    assert placed.is_told("order.cancelled")


def test_what_was_paid_meanwhile_cannot_be_cancelled(hosted):
    placed = hosted()
    placed.stripes_events("drop")
    sent = placed.confirms()
    placed.payer(sent["action"]["url"], "pay")

    refused = placed.cancels()

    assert (refused.status, refused["error"]["code"]) == (409, "order_final")
    assert placed.shown()["status"] == "completed"


def test_a_second_opening_while_the_payer_is_at_stripe_starts_there(hosted):
    placed = hosted()
    sent = placed.confirms()

    again = placed.opens()

    assert (again["currentStep"], again["action"]["url"]) == ("action", sent["action"]["url"])


def test_a_payer_who_cancels_at_the_page_expires_it_and_the_link_still_works(hosted):
    placed = hosted()
    placed.confirms()

    assert placed.says("cancel")["status"] == "cancelled"

    assert checkout_of(placed)["status"] == "expired"
    placed.payer(placed.confirms()["action"]["url"], "pay")
    assert placed.becomes("completed")
    assert [each["status"] for each in placed.at_stripe("checkout.session")].count("complete") == 1


@pytest.mark.parametrize("change", [{"amount_total": 1}, {"currency": "usd"}, {"client_reference_id": "another"}])
def test_what_does_not_match_at_stripe_completes_nothing(hosted, stage, change):
    placed = hosted()
    placed.stripes_events("drop")
    sent = placed.confirms()
    placed.payer(sent["action"]["url"], "pay")
    stage.stripe.ask("POST", "/_control/tamper", {"id": checkout_of(placed)["id"], **change})

    placed.refreshes()

    assert placed.shown()["status"] == "in_progress"
    assert placed.item()["mismatched"]


@pytest.mark.parametrize("behaviour", ["wrong_secret", "stale", "unsigned"])
def test_a_forged_event_asks_stripe_nothing_and_changes_nothing(hosted, behaviour):
    placed = hosted()
    sent = placed.confirms()
    placed.stripes_events(behaviour)
    placed.payer(sent["action"]["url"], "pay")
    before = len(requests_about(placed))
    delivered = lambda: [each["statuses"] for each in placed.stage.stripe.listed("events", order=placed.id)]  # noqa: E731
    end = time.monotonic() + 20
    while not any(delivered()):
        assert time.monotonic() < end
        time.sleep(0.1)

    assert {status for statuses in delivered() for status in statuses if status} <= {200, 400}
    assert 400 in {status for statuses in delivered() for status in statuses}
    assert placed.shown()["status"] == "in_progress"
    assert len(requests_about(placed)) == before
    assert placed.refreshes()["status"] == "completed"


def signed(stage, body):
    """As Stripe signs it."""
    name = stage_outputs(stage.aws, LOCAL, stage.endpoint)["StripeEventsSecret"]
    stored = stage.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    moment = str(int(time.time()))
    key = json.loads(stored)["secrets"][0].encode()
    return f"t={moment},v1={hmac.new(key, f'{moment}.'.encode() + body, hashlib.sha256).hexdigest()}"


def event_about(checkout):
    return json.dumps({"type": "checkout.session.completed", "related_object": {"id": checkout["id"]}}).encode()


@pytest.mark.parametrize(
    ("forged", "statuses", "asked"),
    [
        pytest.param(lambda body, sign: (body, sign(body)), {200}, 1, id="Stripe's own"),
        pytest.param(lambda body, sign: (body + b" ", sign(body)), {400}, 0, id="tampered"),
        pytest.param(lambda body, _: (body, None), {400}, 0, id="unsigned"),
        pytest.param(lambda _, sign: (b"\xff\x00 garbage", sign(b"")), {400}, 0, id="garbage"),
        pytest.param(lambda _, sign: (b"not JSON", sign(b"not JSON")), {400}, 0, id="signed, but no JSON"),
        pytest.param(lambda body, sign: (body + b" " * 300_000, sign(body)), {400, 413}, 0, id="too long"),
        pytest.param(lambda body, sign: (b"x" * 10_000_000, sign(body)), {400, 413}, 0, id="10 MB"),
    ],
)
def test_what_stripe_did_not_send_is_refused_without_asking_stripe(hosted, stage, forged, statuses, asked):
    placed = hosted()
    placed.confirms()
    before = len(requests_about(placed))
    body, signature = forged(event_about(checkout_of(placed)), lambda body: signed(stage, body))

    headers = {"Stripe-Signature": signature} if signature else {}
    reply = stage.api.call("POST", "/stripe/events", headers=headers, body=body)

    assert reply.status in statuses
    assert len(requests_about(placed)) - before == asked
    assert placed.shown()["status"] == "in_progress"
