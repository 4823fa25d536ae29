"""The simulation of a flash sale: its limits against arithmetic and queueing theory, and what it never loses."""

import json
import random
from dataclasses import replace
from math import ceil

import pytest
from simpy import Environment

from benchmarks.flash_sale.limits import Executions, OnDemandTable, RateWindow, TokenBucket
from benchmarks.flash_sale.plan import Plan, Step, plan
from benchmarks.flash_sale.sale import PATIENCE_SECONDS, simulate
from benchmarks.flash_sale.settings import ALL_RAISED, AS_IT_IS, KNOBS, LADDER, STAGE_RAISED
from benchmarks.pages import bill
from benchmarks.pages.bill import CHAT_ORDER, HOSTED_ORDER
from benchmarks.places import DOCS


@pytest.mark.parametrize(("rate", "burst", "asked"), [(50, 100, 80), (25, 25, 30), (10, 1, 7)])
def test_a_token_bucket_grants_its_burst_and_then_its_rate(rate, burst, asked):
    bucket, seconds = TokenBucket(rate, burst), 100

    granted = sum(bucket.take(number / asked) for number in range(asked * seconds))

    assert granted == pytest.approx(min(asked * seconds, burst + rate * seconds), abs=2)


def test_a_token_bucket_grants_an_amount_whole_or_not_at_all():
    bucket = TokenBucket(rate=1, burst=10)

    assert [bucket.take(0, 6), bucket.take(0, 6), bucket.take(2, 6), bucket.take(2, 1)] == [True, False, True, False]


@pytest.mark.parametrize("rate", [50, 100, 400])
def test_the_firewall_blocks_an_address_at_the_first_look_after_its_limit(rate):
    limit = 10_000
    window = RateWindow(limit)

    blocked = next(second for second in range(1, 400) for _ in range(rate) if not window.take(second))

    assert blocked == ceil((limit / rate + 1e-9) / window.pause) * window.pause


def test_what_the_firewall_blocks_keeps_it_blocking_until_it_stops():
    window = RateWindow(limit=1_000)
    blocked = [not window.take(second) for second in range(400) for _ in range(10)]

    assert all(blocked[-10:])
    assert [window.take(400 + window.window + second) for second in range(1, 20)][-1]


def erlang_b(servers, load):
    """The share that a system of so many servers refuses, without a queue. https://en.wikipedia.org/wiki/Erlang_B"""
    refused = 1.0
    for each in range(1, servers + 1):
        refused = load * refused / (each + load * refused)
    return refused


@pytest.mark.parametrize(("servers", "load"), [(5, 4), (20, 25), (50, 40)])
def test_executions_refuse_what_erlang_says(servers, load):
    executions = Executions(servers, growth=1e9, per_second_each=1e9)
    env, rng, answers = Environment(), random.Random(7), []

    def run():
        answers.append(executions.take(env.now))
        if answers[-1]:
            yield env.timeout(1)
            executions.end()

    def arrive():
        for _ in range(6_000):
            yield env.timeout(rng.expovariate(load))
            env.process(run())

    env.process(arrive())
    env.run()

    assert 1 - sum(answers) / len(answers) == pytest.approx(erlang_b(servers, load), abs=0.03)
    assert executions.running == 0


def test_executions_grow_by_a_thousand_in_ten_seconds_and_are_used_again():
    executions = Executions(limit=10_000, growth=100, per_second_each=10)

    at_once = sum(executions.take(0) for _ in range(5_000))
    five_seconds_later = sum(executions.take(5) for _ in range(5_000))
    for _ in range(executions.running):
        executions.end()
    again = sum(executions.take(6) for _ in range(1_500))

    assert (at_once, five_seconds_later, again) == (1_000, 500, 1_500)


def test_short_invocations_are_limited_to_ten_a_second_for_each_execution():
    executions = Executions(limit=100, growth=1e9, per_second_each=10)
    begun = 0
    for number in range(20_000):  # 2,000 a second, none longer than an instant
        if executions.take(number / 2_000):
            begun += 1
            executions.end()

    assert begun == pytest.approx(1_000 + 10 * 1_000, rel=0.01)


def test_a_new_table_takes_its_4_000_units_a_second_however_many_are_asked_for():
    table, rng = OnDemandTable(4_000, 40_000, 1_000), random.Random(3)

    taken = sum(table.take(number / 8_000, 1, rng.random()) for number in range(8_000 * 4))

    assert taken == pytest.approx(4_000 * 5, rel=0.1)


def test_one_partition_takes_a_thousand_units_a_second_whatever_the_table_may():
    table = OnDemandTable(40_000, 40_000, 1_000)

    taken = sum(table.take(number / 5_000, 1, place=0.5) for number in range(5_000 * 4))

    assert taken == pytest.approx(1_000 * 5, rel=0.01)


def test_a_table_takes_twice_its_peak_half_an_hour_later_up_to_its_quota():
    table, small = OnDemandTable(4_000, 40_000, 1_000), OnDemandTable(4_000, 6_000, 1_000)
    for each in (table, small):
        for number in range(4_000):
            each.take(number / 4_000, 1, number % 4 / 4)
        each.take(1_799, 1, 0.5)
    before = table.warm, len(table.partitions)

    for each in (table, small):
        each.take(1_800, 1, 0.5)

    assert before == (4_000, 4)
    assert (table.warm, len(table.partitions)) == (8_000, 8)
    assert (small.warm, len(small.partitions)) == (6_000, 6)


@pytest.mark.parametrize("kind", [CHAT_ORDER, HOSTED_ORDER])
def test_a_plan_needs_what_was_counted(kind):
    counted = bill.turns(json.loads((DOCS / "benchmarks" / "results.json").read_text()), kind)
    mine = [turn for turn in counted if turn["function"] in ("chat", "orders")]

    planned = plan({"counted": {kind: of_one_round(counted)}}, kind)

    assert len(planned.steps) == len(mine)
    assert sum(each.kms for each in planned.steps) == bill.number(counted, "kms")
    asked = {request for each in planned.steps for request in each.stripe}
    assert asked == bill.by_operation(counted, "stripe").keys()


def of_one_round(counted):
    turns = [turn for turn in counted if turn["function"] != "webhooks"]
    return {"turns": turns, "cpu": [[turn["cpu"] for turn in turns]]}


def step(path="chat", function="chat", stripe=(), writes=(), seconds=0.1, thinking=1.0):
    return Step(path, function, thinking, seconds, writes, kms=0, model_tokens=0, stripe=stripe)


ASKS_STRIPE = Plan((step("orders", "orders"), step(), step(stripe=("POST /v1/x",))), events=(step("events", "orders"),))
RETURNS = Plan(
    (step("orders", "orders"), step(stripe=("POST /v1/x",)), step("refresh", stripe=("GET /v1/x",))),
    events=(step("events", "stripe_events", stripe=("GET /v1/x",)),),
)


@pytest.mark.parametrize("played", [ASKS_STRIPE, RETURNS])
@pytest.mark.parametrize("settings", LADDER.values(), ids=LADDER)
def test_every_payer_ends_once(played, settings):
    outcome = simulate(played, settings, peak=40, ramp=20)

    assert outcome.arrived == 400
    assert outcome.paid + outcome.left == outcome.arrived
    assert len(outcome.lost) == outcome.paid
    assert outcome.without_receipt <= outcome.paid


def test_the_same_seed_gives_the_same_sale_and_another_one_another():
    first, again, other = (simulate(RETURNS, AS_IT_IS, peak=60, ramp=20, seed=seed) for seed in (5, 5, 6))

    assert first == again
    assert first.lost != other.lost


def test_where_nothing_is_refused_nothing_is_lost_but_the_services_own_time():
    outcome = simulate(ASKS_STRIPE, ALL_RAISED, peak=50, ramp=20)

    assert (outcome.left, outcome.refusals.total()) == (0, 0)
    assert max(outcome.lost) == pytest.approx(3 * 0.1 + 0.5)


def test_stripe_lets_25_orders_a_second_through_whoever_waits():
    """The queue is as long as the fluid approximation says: what arrived, less what Stripe took meanwhile."""
    settings, arrived, ramp = replace(STAGE_RAISED, warm_writes=40_000), 1_000, 10

    outcome = simulate(ASKS_STRIPE, settings, peak=2 * arrived / ramp, ramp=ramp)

    assert set(outcome.refusals) == {"Stripe: requests a second of one endpoint"}
    assert outcome.left == 0
    assert outcome.ended == pytest.approx(arrived / 25, rel=0.2)


def test_who_waits_longer_than_people_do_leaves():
    settings = replace(STAGE_RAISED, stripe_endpoint=1)

    outcome = simulate(ASKS_STRIPE, settings, peak=30, ramp=20)

    assert outcome.left > 0
    assert outcome.paid <= 1 * (20 + PATIENCE_SECONDS + 20)


def test_a_share_of_the_payers_and_limits_ends_as_the_whole_does():
    few = replace(STAGE_RAISED, stripe_endpoint=4)
    whole = simulate(ASKS_STRIPE, few, peak=120, ramp=20)
    half = simulate(ASKS_STRIPE, few, peak=120, ramp=20, share=0.5)

    assert half.whole(half.arrived) == whole.arrived
    assert whole.left > 0
    assert half.whole(half.paid) == pytest.approx(whole.paid, rel=0.05)


def test_who_leaves_before_the_receipt_has_paid_all_the_same():
    never = replace(ALL_RAISED, stripe_endpoint=0.001)
    returns = Plan((step("refresh", stripe=("GET /v1/x",)),), events=())

    outcome = simulate(returns, never, peak=5, ramp=4)

    assert outcome.without_receipt == outcome.paid == outcome.arrived == 10


def test_whoever_comes_first_asks_stripe_how_the_checkout_stands():
    """The event does; the payer, who comes later, is told without a second request."""
    once_each = replace(ALL_RAISED, stripe_all=10, stripe_endpoint=10)
    event = step("events", "stripe_events", stripe=("GET /v1/x",), thinking=0)
    slow = step("refresh", stripe=("GET /v1/x",), thinking=1.0, seconds=3.0)

    outcome = simulate(Plan((slow,), (event,)), once_each, peak=10, ramp=2)

    assert outcome.refusals.total() == 0
    assert max(outcome.lost) == pytest.approx(3.0)


def test_every_limit_that_is_raised_has_a_name_and_a_place():
    named = {knob.field for knob in KNOBS}
    raised = {name for name in vars(AS_IT_IS) if getattr(AS_IT_IS, name) != getattr(ALL_RAISED, name)}

    assert named == raised
