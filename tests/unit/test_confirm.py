"""The confirmation: claim, call, finish; at most one token, whatever happens in between."""

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.turns.attempts import Limits
from chat.turns.claims import CLAIM_SECONDS, RETRY_SECONDS
from chat.turns.errors import Busy, SessionExpired, TooManyRequests
from chat.turns.results import TurnResult
from chat.turns.stored import Conflict, Receipt
from chat.values.session import Decline, PaymentToken, Step
from runtime.aws import Unavailable
from tests.fakes import NOON, Payer, World

FUNCTION_SECONDS = 25  # the function's timeout


def crash(*_):
    raise RuntimeError("the process died")


def reviewing() -> tuple[World, Payer]:
    world = World()
    payer = Payer(world)
    payer.reaches_review()
    return world, payer


def twin(payer: Payer) -> Payer:
    other = Payer(payer.world, payer.session_id)
    other.token = payer.token
    return other


def test_stripe_gets_what_was_reviewed_and_the_session_as_metadata():
    world, payer = reviewing()

    payer.says("confirm")

    (payment,) = world.processor.payments
    assert (payment.session_id, payment.name, str(payment.expiry)) == ("abc-123", "John", "12/30")
    assert payment.card.last4 == "4242"


def test_a_second_confirmation_waits_for_the_first_and_gets_its_token():
    world, payer = reviewing()
    other = twin(payer)
    stripe_is_asked, stripe_answers = Event(), Event()

    def answer_when_told():
        stripe_is_asked.set()
        assert stripe_answers.wait(10)

    world.processor.meanwhile = answer_when_told
    with ThreadPoolExecutor() as pool:
        first = pool.submit(payer.says, "confirm")
        assert stripe_is_asked.wait(10)
        world.sleep = lambda _: (stripe_answers.set(), first.result(10))
        second = other.says("confirm")

    assert second.payment == first.result().payment
    assert len(world.processor.payments) == 1


def test_a_second_confirmation_that_waited_in_vain_is_busy_and_gets_the_token_when_repeated():
    world, payer = reviewing()
    other = twin(payer)

    def confirm_a_second_time():
        world.processor.meanwhile = lambda: None
        with pytest.raises(Busy):
            other.says("confirm")

    world.processor.meanwhile = confirm_a_second_time
    answers = [payer.says("confirm"), other.says("confirm")]

    assert answers[0].payment == answers[1].payment
    assert len(world.processor.payments) == 1


def test_a_waiting_confirmation_returns_as_soon_as_the_first_has_finished():
    world, payer = reviewing()
    other = twin(payer)
    paid = PaymentToken("pm_first", "visa", "4242")
    pauses = []

    def finish_in_the_first_pause(seconds):
        pauses.append(seconds)
        claimed = world.sessions.load("abc-123")
        world.sessions.finish(claimed, Receipt("abc-123", claimed.token_hash, paid, "en", int(world.time)))

    def confirm_a_second_time():
        world.sleep = finish_in_the_first_pause
        assert other.says("confirm").payment == paid

    world.processor.meanwhile = confirm_a_second_time
    answer = payer.says("confirm")

    assert answer.payment == paid
    assert len(pauses) == len(world.processor.payments) == 1


@pytest.mark.parametrize("text", ["change the name", "cancel", "what is a CVV?", "12/31"])
def test_anything_else_during_a_confirmation_is_busy(text):
    world, payer = reviewing()
    other = twin(payer)

    def meddle():
        with pytest.raises(Busy):
            other.says(text)

    world.processor.meanwhile = meddle

    assert payer.says("confirm").payment


@pytest.mark.parametrize(
    ("code", "step", "kept"),
    [
        ("card_declined", Step.CARD, {"name"}),
        ("card_expired", Step.EXPIRY, {"name", "card", "cvv"}),
        ("cvv_incorrect", Step.CVV, {"name", "card", "expiry"}),
        ("processor_busy", Step.CONFIRM, {"name", "card", "expiry", "cvv"}),
    ],
)
def test_a_refusal_goes_back_to_the_right_step_and_keeps_nothing_that_was_refused(code, step, kept):
    world, payer = reviewing()
    world.processor.script = [Decline(code)]

    answer = payer.says("confirm")

    session = answer.session
    assert (session.step, session.error.code) == (step, code)
    assert {field for field in ("name", "card", "expiry", "cvv") if getattr(session, field)} == kept
    assert world.sessions.items["abc-123"]["collectionData"]["M"].keys() == kept
    assert answer.expires


def test_our_own_failure_ends_the_session_and_erases_the_card():
    world, payer = reviewing()
    world.processor.script = [Decline("processor_unavailable")]

    answer = payer.says("confirm")

    assert (answer.session.status, answer.session.error.code) == ("failed", "processor_unavailable")
    assert world.sessions.items == {}


def test_three_declined_confirmations_end_the_session():
    world, payer = reviewing()
    world.processor.script = [Decline("card_declined")] * 3

    for _ in range(2):
        payer.says("confirm")
        for text in ("4242 4242 4242 4242", "12/30", "123"):
            payer.says(text)
    answer = payer.says("confirm")

    assert (answer.session.status, answer.session.error.code) == ("failed", "too_many_attempts")
    assert world.sessions.items == {}


def test_a_declined_confirmation_repeated_gets_the_same_answer_and_no_second_call():
    world, payer = reviewing()
    world.processor.script = [Decline("cvv_incorrect")]

    first = payer.says("confirm", message_id="m9")
    second = payer.says("confirm", message_id="m9")

    assert first.response == second.response
    assert len(world.processor.payments) == 1


def test_a_failed_conversation_whose_delete_was_sent_twice_still_gets_its_reply():
    world, payer = reviewing()
    world.processor.script = [Decline("processor_unavailable")]
    delete = world.sessions.delete
    world.sessions.delete = lambda record: (delete(record), delete(record))

    answer = payer.says("confirm")

    assert (answer.session.status, answer.session.error.code) == ("failed", "processor_unavailable")


def test_another_last_four_than_the_sealed_numbers_is_no_review_of_it():
    world, payer = reviewing()
    world.sessions.items["abc-123"]["collectionData"]["M"]["card"]["M"]["last4"] = {"S": "4444"}

    with pytest.raises(SessionExpired):
        payer.says("confirm")

    assert (world.processor.payments, world.sessions.items) == ([], {})


def attempts(world: World) -> list[str]:
    return [payment.attempt for payment in world.processor.payments]


def test_an_uncertain_answer_keeps_the_attempt_so_that_stripe_cannot_do_it_twice():
    world, payer = reviewing()
    world.processor.script = [Decline("processor_busy", definite=False)]

    payer.says("confirm")
    payer.says("confirm")

    first, second = attempts(world)
    assert first == second


def test_a_definite_answer_renews_the_attempt():
    world, payer = reviewing()
    world.processor.script = [Decline("processor_busy")]

    payer.says("confirm")
    payer.says("confirm")

    first, second = attempts(world)
    assert first != second


def test_an_edit_renews_the_attempt():
    world, payer = reviewing()
    world.processor.script = [Decline("processor_busy", definite=False)]

    payer.says("confirm")
    payer.says("change the name")
    payer.says("Jane")
    payer.says("confirm")

    first, second = attempts(world)
    assert first != second
    assert world.processor.payments[1].name == "Jane"


def test_a_digression_at_the_review_keeps_the_attempt():
    world, payer = reviewing()
    world.processor.script = [Decline("processor_busy", definite=False)]

    payer.says("confirm")
    payer.says("what is a CVV?")
    payer.says("confirm")

    first, second = attempts(world)
    assert first == second


def test_a_crash_after_stripe_is_healed_by_confirming_again_once_the_claim_has_expired():
    world, payer = reviewing()
    world.processor.script = [RuntimeError("gone")]
    with pytest.raises(RuntimeError):
        payer.says("confirm", message_id="m9")

    with pytest.raises(Busy):
        payer.says("confirm", message_id="m9")
    world.time += CLAIM_SECONDS
    answer = payer.says("confirm", message_id="m9")

    first, second = attempts(world)
    assert answer.payment
    assert first == second
    assert [max(windows.values()) for windows in world.sessions.counters.values()] == [1] * 4


def after_the_claim(world, act):
    """While Stripe is asked, the claim lapses and this happens."""

    def long_after():
        world.processor.meanwhile = lambda: None
        world.time += CLAIM_SECONDS
        act()

    world.processor.meanwhile = long_after


def test_an_expired_claim_does_not_deliver_what_was_edited_meanwhile():
    world, payer = reviewing()
    other = twin(payer)
    after_the_claim(world, lambda: other.says("change the name"))

    with pytest.raises(Busy):
        payer.says("confirm")
    assert world.sessions.receipts == {}


def test_a_confirmation_that_lost_to_an_edit_is_busy_and_never_calls_stripe():
    world, payer = reviewing()
    other = twin(payer)
    claim = world.sessions.claim

    def overtaken(*args, **kwargs):
        other.says("change the name")
        claim(*args, **kwargs)

    world.sessions.claim = overtaken

    with pytest.raises(Busy):
        payer.says("confirm")
    assert world.processor.payments == []


def test_a_confirmation_that_lost_to_a_cancel_is_expired():
    world, payer = reviewing()
    other = twin(payer)
    claim = world.sessions.claim

    def overtaken(*args, **kwargs):
        other.says("cancel")
        claim(*args, **kwargs)

    world.sessions.claim = overtaken

    with pytest.raises(SessionExpired):
        payer.says("confirm")
    assert world.processor.payments == []


def test_a_yes_to_an_older_question_does_not_confirm_the_review_that_overtook_it():
    world = World()
    payer = Payer(world)
    for text in ("payment", "John", "4242 4242 4242 4242", "12/30"):
        payer.says(text)
    other = twin(payer)
    save = world.sessions.save

    def overtaken(record, over, now):
        world.sessions.save = save
        other.says("123")
        save(record, over, now)

    world.sessions.save = overtaken

    with pytest.raises(Busy):
        payer.says("confirm")
    assert world.processor.payments == []


LAST_CONFIRMATION_SECONDS = CLAIM_SECONDS + RETRY_SECONDS  # before the card's hour ends


def reviewing_before_the_deadline(seconds):
    """A review with so much of the card's hour left."""
    world, payer = reviewing()
    world.time = world.sessions.load("abc-123").card_deadline - seconds
    return world, payer


def test_a_claimed_session_lives_until_its_confirmation_can_be_repeated_and_no_longer_than_the_cards_hour():
    world, payer = reviewing_before_the_deadline(LAST_CONFIRMATION_SECONDS)
    stored = []
    world.processor.meanwhile = lambda: stored.append(world.sessions.load("abc-123"))

    payer.says("confirm")

    assert stored[0].ttl == world.time + CLAIM_SECONDS + RETRY_SECONDS == stored[0].card_deadline


@pytest.mark.parametrize("seconds", [1, CLAIM_SECONDS, LAST_CONFIRMATION_SECONDS - 1])
def test_a_confirmation_that_could_not_be_repeated_within_the_cards_hour_never_calls_stripe(seconds):
    world, payer = reviewing_before_the_deadline(seconds)

    with pytest.raises(SessionExpired):
        payer.says("confirm")
    assert (world.processor.payments, world.sessions.items) == ([], {})


@pytest.mark.parametrize("code", ["processor_busy", "card_declined"])
def test_the_latest_possible_confirmation_gets_its_reply_before_the_cards_hour_ends(code):
    world, payer = reviewing_before_the_deadline(LAST_CONFIRMATION_SECONDS)
    world.processor.script = [Decline(code, definite=code != "processor_busy")]
    world.processor.meanwhile = lambda: world.sleep(FUNCTION_SECONDS)

    answer = payer.says("confirm")

    assert answer.session.error.code == code
    assert world.time < answer.expires


def test_a_crash_at_the_latest_possible_confirmation_loses_no_token():
    world, payer = reviewing_before_the_deadline(LAST_CONFIRMATION_SECONDS)
    finish, world.sessions.finish = world.sessions.finish, crash
    with contextlib.suppress(RuntimeError):
        payer.says("confirm")
    world.sessions.finish = finish
    world.time += RETRY_SECONDS

    assert payer.says("confirm").payment
    assert len({payment.attempt for payment in world.processor.accepted}) == 1


@pytest.mark.parametrize("text", ["confirm", "change the name"])
def test_an_expired_claim_does_not_let_a_conversation_go_on_after_the_cards_hour(text):
    world, payer = reviewing_before_the_deadline(LAST_CONFIRMATION_SECONDS)
    world.processor.script = [RuntimeError("the process died")]
    with contextlib.suppress(RuntimeError):
        payer.says("confirm")
    world.time += LAST_CONFIRMATION_SECONDS

    with pytest.raises(SessionExpired):
        payer.says(text)

    assert world.sessions.items == {}


def test_crashing_again_and_again_keeps_no_card_beyond_its_hour():
    world, payer = reviewing_before_the_deadline(LAST_CONFIRMATION_SECONDS)
    deadline = world.sessions.load("abc-123").card_deadline
    asked_at = []
    world.processor.meanwhile = lambda: asked_at.append(world.time)

    while world.time <= deadline:
        world.processor.script = [RuntimeError("the process died")]
        with contextlib.suppress(RuntimeError, SessionExpired):
            payer.says("confirm")
        world.time += CLAIM_SECONDS

    assert len(asked_at) == 2
    assert max(asked_at) <= deadline - CLAIM_SECONDS
    assert world.sessions.items == {}


def test_a_confirmation_with_too_little_time_left_claims_nothing_and_can_be_repeated():
    world, payer = reviewing()
    stored = dict(world.sessions.items)
    ports = world.ports
    world.ports = lambda: replace(ports(), seconds_left=lambda: 19.9, seconds_needed=20)

    with pytest.raises(Unavailable):
        payer.says("confirm")
    assert (world.sessions.items, world.sessions.counters, world.processor.payments) == (stored, {}, [])

    world.ports = ports
    assert payer.says("confirm").payment


@pytest.mark.parametrize("text", ["confirm", "change the name", "cancel", "12/31"])
def test_a_session_that_expires_between_its_reading_and_its_writing_is_refused(text):
    world, payer = reviewing()
    load = world.sessions.load

    def slowly(session_id):
        record = load(session_id)
        world.time = max(world.time, record.ttl)
        return record

    world.sessions.load = slowly
    clock = iter([world.time])
    ports = world.ports
    world.ports = lambda: replace(ports(), now=lambda: int(next(clock, world.time)))

    if text == "cancel":
        assert payer.says(text).session.outcome
    else:
        with pytest.raises(SessionExpired):
            payer.says(text)
    assert world.processor.payments == []
    assert text != "cancel" or world.sessions.items == {}


def test_an_unavailable_service_leaves_the_session_as_it_was():
    world, payer = reviewing()
    stored = dict(world.sessions.items)
    opened = world.vault.open

    def down(*_):
        raise Unavailable("kms", "timeout")

    world.vault.open = down
    with pytest.raises(Unavailable):
        payer.says("confirm")
    assert world.sessions.items == stored

    world.vault.open = opened
    assert payer.says("confirm").payment


def test_a_key_that_cannot_be_fetched_leaves_the_session_as_it_was():
    world, payer = reviewing()
    stored = dict(world.sessions.items)
    prepare = world.processor.prepare

    def down():
        raise Unavailable("secretsmanager", "timeout")

    world.processor.prepare = down
    with pytest.raises(Unavailable):
        payer.says("confirm")
    assert (world.sessions.items, world.sessions.counters) == (stored, {})

    world.processor.prepare = prepare
    assert payer.says("confirm").payment


def confirms_with(world: World, session_id: str, card: str, address: str) -> TurnResult:
    payer = Payer(world, session_id)
    payer.address = address
    for text in ("payment", "John", card, "12/30", "123"):
        payer.says(text)
    return payer.says("confirm")


def test_attempts_of_one_address_are_counted_before_stripe_is_called():
    world = World(limits=Limits(per_address=2, per_card=1000))
    cards = ["4242 4242 4242 4242", "5555 5555 5555 4444", "6011 1111 1111 1117"]

    for number, card in enumerate(cards[:2]):
        confirms_with(world, f"s{number}", card, "203.0.113.7")
    with pytest.raises(TooManyRequests) as refused:
        confirms_with(world, "s2", cards[2], "203.0.113.7")

    assert len(world.processor.payments) == 2
    assert 0 < refused.value.retry_after <= 3600 + 300
    confirms_with(world, "s3", cards[2], "203.0.113.8")


def test_attempts_on_one_card_are_counted_from_wherever_they_come():
    world = World(limits=Limits(per_address=1000, per_card=1))

    confirms_with(world, "s1", "4242 4242 4242 4242", "203.0.113.7")
    with pytest.raises(TooManyRequests):
        confirms_with(world, "s2", "4242424242424242", "198.51.100.9")

    assert len(world.processor.payments) == 1


def test_neighbours_in_one_ipv6_network_count_as_one():
    world = World(limits=Limits(per_address=1, per_card=1000))

    confirms_with(world, "s1", "4242 4242 4242 4242", "2001:db8::1")
    with pytest.raises(TooManyRequests):
        confirms_with(world, "s2", "5555 5555 5555 4444", "2001:db8::ffff")


def test_an_ipv4_address_written_as_ipv6_counts_as_itself():
    world = World(limits=Limits(per_address=1, per_card=1000))

    confirms_with(world, "s1", "4242 4242 4242 4242", "::ffff:203.0.113.7")
    confirms_with(world, "s2", "5555 5555 5555 4444", "::ffff:203.0.113.8")
    with pytest.raises(TooManyRequests):
        confirms_with(world, "s3", "6011 1111 1111 1117", "203.0.113.7")


def test_the_counters_hold_neither_a_number_nor_an_address():
    world = World()

    confirms_with(world, "s1", "4242 4242 4242 4242", "203.0.113.7")

    kinds, hashes = zip(*(name.split("#") for name in world.sessions.counters), strict=True)
    assert kinds == ("address", "address", "card", "card")  # of the hour before, and of this one
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in hashes)
    assert len(set(hashes)) == 4


@pytest.mark.parametrize("minutes_ago", [1, 4, 30, 59])
def test_a_refused_confirmation_is_accepted_after_the_time_that_the_refusal_tells(minutes_ago):
    world = World(limits=Limits(per_address=1, per_card=1000), time=NOON + 130)
    confirms_with(world, "s1", "4242 4242 4242 4242", "203.0.113.7")
    world.time += minutes_ago * 60
    with pytest.raises(TooManyRequests) as refused:
        confirms_with(world, "s2", "5555 5555 5555 4444", "203.0.113.7")

    assert 0 < refused.value.retry_after <= (65 - minutes_ago) * 60
    world.time += refused.value.retry_after - 1
    with pytest.raises(TooManyRequests):
        confirms_with(world, "s3", "5555 5555 5555 4444", "203.0.113.7")
    world.time += 1

    assert confirms_with(world, "s4", "5555 5555 5555 4444", "203.0.113.7").payment


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=20, max_size=60), st.integers(1, 6), st.integers(0, 3599))
def test_no_sixty_minutes_hold_more_confirmations_than_the_limit(pauses, limit, start):
    world = World(limits=Limits(per_address=1000, per_card=limit), time=NOON + start)
    accepted = []

    for number, pause in enumerate(pauses):
        world.time += pause
        with contextlib.suppress(TooManyRequests):
            confirms_with(world, f"s{number}", "4242 4242 4242 4242", "203.0.113.7")
            accepted.append(world.time)

    assert max(sum(first <= each < first + 3600 for each in accepted) for first in accepted) <= limit


def test_a_claim_is_a_version_of_its_own_and_the_time_it_lasts():
    world, payer = reviewing()
    before = world.sessions.load("abc-123")
    claimed = []
    world.processor.meanwhile = lambda: claimed.append(world.sessions.load("abc-123"))

    payer.says("confirm")

    assert (claimed[0].version, claimed[0].claim_until) == (before.version + 1, NOON + CLAIM_SECONDS)
    assert claimed[0].counted


def test_the_counters_end_with_their_last_window():
    world, payer = reviewing()

    payer.says("confirm")

    windows = [list(counter) for counter in world.sessions.counters.values()]
    assert windows == [list(range(NOON - 3600, NOON + 1, 300))] * 4
    assert world.sessions.counted_until == {NOON + 3600 + 300}


@pytest.mark.parametrize(("limits", "guard"), [(Limits(1, 9), "address"), (Limits(9, 1), "card")])
def test_a_refusal_of_the_guard_is_counted_by_what_refused(limits, guard):
    world = World(limits=limits)
    confirms_with(world, "s1", "4242 4242 4242 4242", "203.0.113.7")

    with pytest.raises(TooManyRequests):
        confirms_with(world, "s2", "4242 4242 4242 4242", "203.0.113.7")

    assert [each for each in world.telemetry.counts if each[0] == "GuardRefused"] == [
        ("GuardRefused", {"guard": guard})
    ]


def test_a_payment_is_counted_once_and_a_decline_with_its_reason():
    world, payer = reviewing()
    world.processor.script = [Decline("cvv_incorrect", "incorrect_cvc")]

    for text in ("confirm", "321", "confirm", "confirm"):
        payer.says(text)

    assert world.telemetry.counts.count(("Completed", {})) == 1
    assert ("Declined", {"class": "cvv_incorrect", "detail": "incorrect_cvc"}) in world.telemetry.counts


@pytest.mark.parametrize(
    ("neighbour", "counts_as_one"),
    [("2001:db8:1:2:ffff::9", True), ("2001:db8:1:3::1", False), ("2001:db8:0:2::1", False)],
)
def test_an_ipv6_network_is_its_first_half(neighbour, counts_as_one):
    world = World(limits=Limits(per_address=1, per_card=1000))
    confirms_with(world, "s1", "4242 4242 4242 4242", "2001:db8:1:2::1")

    with contextlib.ExitStack() as expected:
        if counts_as_one:
            expected.enter_context(pytest.raises(TooManyRequests))
        confirms_with(world, "s2", "5555 5555 5555 4444", neighbour)


def test_a_second_confirmation_waits_for_eight_seconds():
    world, payer = reviewing()
    other = twin(payer)
    waited = []

    def confirm_meanwhile():
        world.processor.meanwhile = lambda: None
        started = world.time
        with pytest.raises(Busy):
            other.says("confirm")
        waited.append(world.time - started)

    world.processor.meanwhile = confirm_meanwhile
    payer.says("confirm")

    assert waited == [8]


def test_a_confirmation_sent_twice_gets_the_answer_that_its_twin_was_given():
    """A declined card leaves no receipt: the second of two equal messages gets the first one's answer."""
    world, payer = reviewing()
    other = twin(payer)
    world.processor.script = [Decline("cvv_incorrect")]
    answers = []

    claim = world.sessions.claim

    def claimed_by_somebody_else(record, over, counters):
        world.sessions.claim = claim
        answers.append(payer.says("confirm", message_id="m9"))
        return claim(record, over, counters)

    world.sessions.claim = claimed_by_somebody_else
    second = other.says("confirm", message_id="m9")

    assert (second.response, second.session.error) == (answers[0].response, answers[0].session.error)
    assert len(world.processor.payments) == 1


def test_a_confirmation_that_finds_another_in_progress_waits_for_its_receipt():
    world, payer = reviewing()
    other = twin(payer)
    claim = world.sessions.claim
    paid = PaymentToken("pm_first", "visa", "4242")

    def claimed_by_somebody_else(record, over, counters):
        world.sessions.claim = claim
        claim(record, over, counters)
        raise Conflict(world.sessions.load("abc-123"))

    def finish(_):
        stored = world.sessions.load("abc-123")
        world.sessions.finish(stored, Receipt("abc-123", stored.token_hash, paid, "en", int(world.time)))

    world.sessions.claim = claimed_by_somebody_else
    world.sleep = finish

    assert other.says("confirm").payment == paid
    assert world.processor.payments == []


def test_a_decline_that_comes_after_the_session_has_moved_on_changes_nothing():
    world, payer = reviewing()
    other = twin(payer)
    world.processor.script = [Decline("card_declined")]
    after_the_claim(world, lambda: other.says("my name is Jane"))

    with pytest.raises(Busy):
        payer.says("confirm")
    assert world.sessions.load("abc-123").session.name == "Jane"
    assert world.sessions.load("abc-123").session.card is not None


def test_a_failure_of_ours_that_comes_after_the_payment_of_another_gives_its_token():
    world, payer = reviewing()
    other = twin(payer)
    world.processor.script = [Decline("processor_unavailable", definite=False)]
    paid = []

    def long_after():
        world.processor.meanwhile = lambda: None
        world.processor.script = []
        world.time += CLAIM_SECONDS
        paid.append(other.says("confirm").payment)
        world.processor.script = [Decline("processor_unavailable", definite=False)]

    world.processor.meanwhile = long_after

    assert payer.says("confirm").payment == paid[0]


def test_the_receipt_speaks_the_payers_language():
    _, payer = reviewing()
    payer.says("in Spanish please")

    first = payer.says("confirm")
    again = payer.says("confirm")

    assert first.session.language == again.session.language == "es"
    assert "Thank you" not in first.response


@pytest.mark.parametrize(
    ("code", "field"),
    [("card_declined", "card"), ("card_expired", "expiry"), ("cvv_incorrect", "cvv"), ("processor_busy", None)],
)
def test_a_decline_names_the_field_that_is_asked_again(code, field):
    world, payer = reviewing()
    payer.says("no")
    world.processor.script = [Decline(code)]

    answer = payer.says("confirm")

    assert (answer.session.error.code, answer.session.error.field) == (code, field)
    assert not answer.session.choosing


def test_the_end_after_three_declines_names_the_field():
    world, payer = reviewing()
    world.processor.script = [Decline("cvv_incorrect")] * 3

    for text in ("confirm", "321", "confirm", "322"):
        payer.says(text)
    answer = payer.says("confirm")

    assert (answer.session.error.code, answer.session.error.field) == ("too_many_attempts", "cvv")


def test_starting_over_forgets_the_values_and_not_the_declines():
    world, payer = reviewing()
    world.processor.script = [Decline("cvv_incorrect")] * 3
    payer.says("confirm")

    answer = payer.says("start over")

    session = world.sessions.load("abc-123").session
    assert (session.id, session.step, session.name, session.card) == ("abc-123", Step.NAME, None, None)
    assert (session.declines, session.language) == (1, "en")
    assert len(session.history) > 2
    assert answer.response
