"""The promises of docs/security.md over HTTP, with few repetitions; `make evidence` measures them with many."""

import time

import pytest

from sweep.handler import sweep
from tests.evidence import hosted_times, house, orders_over_http, over_http, stage_faults, stage_life

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def on_this_machine(stage):
    if stage.stripe_stand_in is None:
        pytest.skip("races, faults and forgeries are tested on the local stage only")
    house.environment()


def test_eight_confirmations_at_once_deliver_one_token(stage):
    assert over_http.double_confirms(stage, 3).wrong == []


@pytest.mark.parametrize("rival", over_http.RIVALS)
def test_no_token_for_what_was_not_reviewed(stage, rival):
    assert over_http.confirms_against(stage, rival, 6).wrong == []


def test_no_answer_that_was_taken_is_lost(stage):
    assert over_http.lost_updates(stage, 8).wrong == []


def test_an_expired_session_is_refused_and_deleted_on_sight(stage):
    assert over_http.expired(stage, turns=(1, 5)).wrong == []


def test_no_card_data_remains_anywhere_on_the_stage(stage):
    found = over_http.canaries(stage, 5)

    assert not found.found
    assert {"reply", "item", "prompt", "file function.log", "Stripe's record"} <= found.texts.keys()


def test_an_order_that_is_confirmed_eight_times_at_once_is_charged_once(stage):
    assert orders_over_http.confirmations(stage, 2).wrong == []


def test_events_the_return_the_sweep_and_a_cancel_at_once_leave_one_outcome(stage):
    assert orders_over_http.settlings(stage, 3).wrong == []


def test_no_number_client_secret_or_order_token_remains_anywhere_on_the_stage(stage):
    found = orders_over_http.canaries(stage, hosted=3, chat=2)

    assert (found.search.found, found.secrets, found.completed) == ({}, {}, 5)
    assert max(found.requests) <= 3
    assert {"reply", "webhook", "table Orders", "file function.log"} <= found.search.texts.keys()


def test_what_a_hosted_payer_waits_for_is_told_apart(stage):
    found = hosted_times.waits(stage, 2, warm_up=1)

    for waited in (found.to_stripe, found.from_stripe):
        # What the emulator reports of a function is taken after the answer, and not within what the client waited.
        assert all(min(each.wall, each.function) > each.stripe > 0 for each in waited), waited
        assert len(waited) == 2
    assert len(found.cpu_to_stripe) == len(found.cpu_from_stripe) == 2


def test_forged_events_are_refused_before_stripe_is_asked(stage):
    found = orders_over_http.forgeries(stage, of_each=1)

    assert set(found.statuses) <= {"400", "413"}
    assert not found.asked


@pytest.mark.parametrize("how", ["throttled", "failed", "reset"])
def test_a_failing_aws_service_leads_to_a_503_and_an_unchanged_session(stage, how):
    assert [fault for fault in stage_faults.of_aws(stage, (how,)) if fault.wrong] == []


@pytest.mark.parametrize("trouble", stage_faults.STRIPE, ids=lambda trouble: f"{trouble.behaviour} {trouble.error}")
def test_stripe_in_trouble_leads_where_it_should(stage, trouble):
    assert [fault for fault in stage_faults.of_stripe(stage, (trouble,)) if fault.wrong] == []


def test_card_testing_is_stopped_before_stripe(stage):
    numbers = ["4242424242424242", "4000056655665556", "4000000000000002", "4000000000009995", "4000000000000069"]

    assert stage_faults.many_cards(stage, numbers, limit=3).ok
    assert stage_faults.many_codes(stage, "4012888888881881", codes=5, limit=3).ok


def test_random_bytes_and_wrong_requests_are_answered_as_documented(stage):
    assert stage_life.by_bytes(stage, 40).failures == ()
    assert stage_life.by_schema(stage, 60).failures == ()


def test_the_sweep_deletes_expired_sessions_and_no_others(stage):
    over, live = stage.conversation_at("card", "over"), stage.conversation_at("cvv", "live")
    over_http.expire(stage, over)

    swept = sweep(stage.client("dynamodb"), stage.tables["sessions"], int(time.time()))

    assert stage.session_item(over) is None
    assert stage.session_item(live) is not None
    assert swept.deleted["card"] >= 1
    assert swept.leftovers == 0


def test_the_sweep_reports_a_session_that_should_have_been_deleted_long_ago(stage):
    talk = stage.conversation_at("card", "left")
    table = stage.aws.resource("dynamodb", endpoint_url=stage.endpoint).Table(stage.tables["sessions"])
    table.update_item(
        Key={"sessionId": talk.id},
        UpdateExpression="SET lastUpdated = :long_ago",
        ExpressionAttributeValues={":long_ago": "2026-01-01T00:00:00Z"},
    )

    assert sweep(stage.client("dynamodb"), stage.tables["sessions"], int(time.time())).leftovers == 1
    table.delete_item(Key={"sessionId": talk.id})
