"""One turn: who may have the session, what a repeat does, and how long anything lives."""

from dataclasses import replace

import pytest

from chat.adapters.bedrock import BedrockWording
from chat.http.body import reply_body
from chat.turns.errors import Busy, SessionExpired, SessionTokenRequired, StepChanged
from chat.values.session import Outcome, Step
from tests.fakes import NOON, FakeTelemetry, FakeWording, Payer, World

DECEMBER = 1_796_083_200  # 2026-12-01T00:00:00Z
SEED = ("payment", "John", "4242 4242 4242 4242", "12/30", "123", "confirm")


def test_the_seed_conversation_ends_with_a_token_and_no_session():
    world = World()
    payer = Payer(world)

    answers = [payer.says(text) for text in SEED]

    assert [answer.session.step.value for answer in answers] == ["name", "card", "expiry", "cvv", "confirm", "done"]
    assert answers[-1].payment.token.startswith("pm_")
    assert world.sessions.items == {}
    assert len(world.sessions.receipts) == 1


def test_a_turn_costs_two_calls_and_a_confirmation_three():
    world = World()
    payer = Payer(world)

    calls = []
    for text in SEED:
        payer.says(text)
        calls.append(tuple(world.sessions.calls))
        world.sessions.calls.clear()

    assert calls == [("load", "save")] * 5 + [("load", "claim", "finish")]


class Model:
    """A language model behind Bedrock's interface that keeps every prompt and answers nothing usable."""

    def __init__(self) -> None:
        self.prompts = []

    def converse(self, **request):
        self.prompts.append(request["messages"][0]["content"][0]["text"])
        return {"output": {"message": {"content": [{"text": ""}]}}}


def test_the_model_never_sees_a_digit_and_is_not_asked_about_a_message_with_card_data():
    model = Model()
    payer = Payer(World(wording=BedrockWording(model, "a-model", FakeTelemetry())))

    asked_about = []
    for text in ("payment", "John", "4242 4242 4242 4242", "use a different card", *SEED[2:]):
        prompts = len(model.prompts)
        payer.says(text)
        asked_about += [text] * (len(model.prompts) - prompts)

    assert asked_about == ["payment", "John", "use a different card"]
    assert "user: Visa •••• ••••" in model.prompts[-1]
    assert not any(char.isnumeric() for prompt in model.prompts for char in prompt)


def test_the_models_wording_replaces_the_words_and_nothing_else():
    plain, worded = World(), World()
    worded.wording.answer = "Lovely to meet you. Which name is on the card?"

    first, second = Payer(plain).says("payment"), Payer(worded).says("payment")

    assert second.response == worded.wording.answer
    assert (first.session.step, reply_body(first)["missing"]) == (second.session.step, reply_body(second)["missing"])


@pytest.mark.parametrize(
    ("answer", "cause", "counted"),
    [
        (None, "off", []),
        (None, "slow", [("ModelFallback", {"cause": "slow"})]),
        (None, "unfit", [("ModelFallback", {"cause": "unfit"})]),
        ("Which name is on the card?", "", [("ModelWorded", {})]),
    ],
)
def test_a_model_that_was_asked_worded_the_reply_or_failed(answer, cause, counted):
    world = World(wording=FakeWording(answer))
    world.wording.cause = cause

    Payer(world).says("payment")

    assert [each for each in world.telemetry.counts if each[0].startswith("Model")] == counted


def test_only_the_first_reply_hands_out_the_token():
    payer = Payer(World())

    first, second = payer.says("payment"), payer.says("John")

    assert "sessionToken" in reply_body(first)
    assert "sessionToken" not in reply_body(second)


def test_a_server_made_session_needs_no_read():
    world = World()

    Payer(world, session_id=None).says("payment")

    assert world.sessions.calls == ["save"]


def test_a_live_session_is_not_entered_without_its_token():
    world = World()
    Payer(world).says("payment")

    with pytest.raises(SessionTokenRequired):
        Payer(world).says("John")


def test_a_wrong_token_opens_nothing():
    world = World()
    Payer(world).says("payment")
    thief = Payer(world)
    thief.token = "guessed"

    with pytest.raises(SessionExpired):
        thief.says("John")


def test_a_token_without_a_session_opens_nothing():
    stray = Payer(World(), session_id=None)
    stray.token = "any"

    with pytest.raises(SessionExpired):
        stray.says("payment")


def test_a_lost_first_reply_heals_and_the_old_token_is_void():
    world = World()
    lost, again = Payer(world), Payer(world)

    first = lost.says("I'm John, 4242 4242 4242 4242", message_id="opening")
    second = again.says("I'm John, 4242 4242 4242 4242", message_id="opening")

    assert second.response == first.response
    assert second.session_token != first.session_token
    with pytest.raises(SessionExpired):
        lost.says("12/30")
    again.says("12/30")
    again.says("123")
    assert again.says("confirm").payment.last4 == "4242"


def test_an_opening_that_was_answered_cannot_be_taken_over():
    world = World()
    payer = Payer(world)
    payer.says("payment", message_id="opening")
    payer.says("John")

    with pytest.raises(SessionTokenRequired):
        Payer(world).says("payment", message_id="opening")


def test_the_same_message_again_gets_the_same_answer_and_changes_nothing():
    world = World()
    payer = Payer(world)
    payer.says("payment")

    first = payer.says("J0hn 7", message_id="m1")
    stored = dict(world.sessions.items)
    second = payer.says("J0hn 7", message_id="m1")

    assert reply_body(second) == reply_body(first)
    assert world.sessions.items == stored


def test_a_repeat_comes_before_the_expected_step():
    payer = Payer(World())
    payer.says("payment")
    payer.says("John", message_id="m1", expected_step="name")

    again = payer.says("John", message_id="m1", expected_step="name")

    assert again.session.step is Step.CARD


def test_a_step_that_has_passed_is_refused_and_nothing_changes():
    world = World()
    payer = Payer(world)
    payer.says("payment")
    payer.says("John")
    stored = dict(world.sessions.items)

    with pytest.raises(StepChanged):
        payer.says("Jane", expected_step="name")

    assert world.sessions.items == stored


def test_a_completed_session_gives_its_payment_again_whatever_is_said():
    world = World()
    payer = Payer(world)
    payer.reaches_review()
    token = payer.says("confirm").payment.token

    assert payer.says("confirm").payment.token == token
    assert payer.says("cancel", expected_step="name").payment.token == token
    assert world.ports().turns().read("abc-123", payer.token).payment.token == token


def test_a_receipt_is_gone_after_a_day():
    world = World()
    payer = Payer(world)
    payer.reaches_review()
    payer.says("confirm")
    world.time += 24 * 3600

    with pytest.raises(SessionExpired):
        payer.says("confirm")


@pytest.mark.parametrize("seconds", [3600, 3601, 100_000])
def test_an_expired_session_is_refused_and_deleted_on_sight(seconds):
    world = World()
    payer = Payer(world)
    payer.says("payment")
    world.time += seconds

    with pytest.raises(SessionExpired):
        payer.says("John")

    assert world.sessions.items == {}


def test_a_break_of_almost_an_hour_resumes_where_it_stood():
    world = World()
    payer = Payer(world)
    payer.says("payment")
    payer.says("John")
    world.time += 3599

    assert payer.says("4242 4242 4242 4242").session.step is Step.EXPIRY


def test_no_session_outlives_its_first_card_number_by_more_than_an_hour():
    world = World()
    payer = Payer(world)
    payer.says("payment")
    payer.says("John")
    payer.says("4242 4242 4242 4242")
    world.time += 3000
    answer = payer.says("use a different card")
    answer = payer.says("5555 5555 5555 4444")

    assert answer.expires == NOON + 3600


def test_a_cancelled_session_is_gone_at_once():
    world = World()
    payer = Payer(world)
    payer.says("payment")

    answer = payer.says("cancel")

    assert (answer.session.outcome, world.sessions.items) == (Outcome.CANCELLED, {})
    with pytest.raises(SessionExpired):
        payer.says("hello")


def test_two_openings_at_once_make_one_session():
    world = World()
    first, second = Payer(world), Payer(world)
    load = world.sessions.load
    world.sessions.load = lambda session_id: (setattr(world.sessions, "load", load), first.says("payment"), None)[2]

    with pytest.raises(SessionTokenRequired):
        second.says("payment")


def test_a_turn_that_lost_a_race_is_run_again_on_what_is_stored_now():
    world = World()
    payer = Payer(world)
    payer.says("payment")
    rival = Payer(world)
    rival.token = payer.token
    save = world.sessions.save

    def overtaken(record, over, now):
        world.sessions.save = save
        rival.says("John")
        save(record, over, now)

    world.sessions.save = overtaken
    answer = payer.says("4242 4242 4242 4242")

    assert (answer.session.name, answer.session.step) == ("John", Step.EXPIRY)


def test_a_turn_that_always_loses_is_busy():
    world = World()
    payer = Payer(world)
    payer.says("payment")
    rival = Payer(world)
    rival.token = payer.token
    save = world.sessions.save

    def overtaken(record, over, now):
        world.sessions.save = save
        rival.says("what is a CVV?")
        world.sessions.save = overtaken
        save(record, over, now)

    world.sessions.save = overtaken

    with pytest.raises(Busy):
        payer.says("John")


def test_a_sealed_value_moved_from_another_session_is_refused_and_its_session_deleted():
    world = World()
    donor, payer = Payer(world, "donor"), Payer(world, "victim")
    donor.reaches_review()
    payer.reaches_review()
    world.sessions.items["victim"]["collectionData"]["M"]["card"] = world.sessions.items["donor"]["collectionData"][
        "M"
    ]["card"]

    with pytest.raises(SessionExpired):
        payer.says("confirm")

    assert list(world.sessions.items) == ["donor"]
    assert world.processor.payments == []


def test_a_number_in_two_messages_is_sealed_in_between():
    world = World()
    payer = Payer(world)
    payer.says("payment")
    payer.says("John")

    payer.says("4242 4242")
    stored = str(world.sessions.items)
    answer = payer.says("4242 4242")

    assert "4242" not in stored
    assert answer.session.card.last4 == "4242"


def test_a_stage_with_a_test_key_takes_public_test_numbers_only():
    world = World()
    world.policy = replace(world.policy, test_cards_only=True)
    payer = Payer(world)
    payer.says("payment")
    payer.says("John")

    refused = payer.says("4111 1111 1111 1111 is not it, 4539 1488 0343 6467 is")
    taken = payer.says("4242 4242 4242 4242")

    assert refused.session.error.code == "card_test_only"
    assert refused.session.card is None
    assert taken.session.card.last4 == "4242"


@pytest.mark.parametrize(("hours", "code"), [(11, None), (12, "expiry_past")], ids=["still november", "over"])
def test_a_card_is_good_while_its_last_day_lasts_anywhere_on_earth(hours, code):
    world = World(time=DECEMBER + hours * 3600 - (hours == 11))
    payer = Payer(world)
    for text in ("payment", "John", "4242 4242 4242 4242"):
        payer.says(text)

    error = payer.says("11/26").session.error

    assert (error and error.code) == code


def test_where_a_conversation_stands_changes_nothing():
    world = World()
    payer = Payer(world)
    said = payer.says("payment")
    stored = dict(world.sessions.items)

    answer = world.ports().turns().read("abc-123", payer.token)

    assert reply_body(answer) == {name: value for name, value in reply_body(said).items() if name != "sessionToken"}
    assert reply_body(answer, with_history=True)["conversationHistory"] == [
        {"role": "user", "content": "payment"},
        {"role": "assistant", "content": said.response},
    ]
    assert world.sessions.items == stored
