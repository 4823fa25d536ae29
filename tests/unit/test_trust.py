"""The promises of docs/security.md in their small form; `make evidence` measures them at full size.

Each proof is shown something broken as well: one that finds nothing wrong anywhere would prove nothing.
"""

from itertools import islice
from types import SimpleNamespace

import pytest

from chat.adapters import items
from tests.evidence import crashes, faults, guards, hosted_crashes, house, late_crashes, leaks, orders, races
from tests.evidence.hosted_browser import Recorder
from tests.evidence.orders_over_http import keys_in
from tests.evidence.sinks import Secrets, lines, texts
from tests.fakes import MemoryOrders, World


def test_sixty_conversations_full_of_secrets_leak_none():
    found = leaks.in_memory(60)

    assert not found.leaks, f"seeds {sorted(found.seeds)}"
    assert min(found.seen[each] for each in ("completed", "500", "misplaced", "card_checksum", "cvv_length")) > 0


@pytest.mark.parametrize(
    "leak",
    [
        pytest.param("4000056655665556", id="as it is"),
        pytest.param("seen: 4000-0566 5566.5556", id="grouped"),
        pytest.param("566556655", id="a part"),
        pytest.param("４００００５６６５５６６", id="full width"),
        pytest.param("٤٠٠٠٠٥٦٦٥٥", id="Arabic-Indic"),
        pytest.param("四〇〇〇〇五六六五五", id="ideographs"),
        pytest.param("four zero zero zero zero five six six", id="words"),
        pytest.param("4\u200b0\u200b0\u200b0\u200b0\u200b5\u200b6\u200b6", id="with nothing visible between"),
        pytest.param('{"value": "4000 0566 5566"}', id="in JSON"),
        pytest.param('"\\uff14\\uff10\\uff10\\uff10\\uff10\\uff15\\uff16\\uff16"', id="escaped"),
        pytest.param("card-4000056655665556-bad", id="in an identifier"),
        pytest.param("code 917.", id="a security code"),
        pytest.param('{"M": {"cvv": {"S": "917"}}}', id="a security code in an item"),
        pytest.param("the code is nine seventeen", id="a security code in words"),
        pytest.param("cent trente-sept, oui", id="a part of one in words"),
        pytest.param("SETECIENTOS", id="its first word"),
        pytest.param("是七百二十", id="in numerals"),
        pytest.param('{"S": "zweiundvierzig"}', id="a number in compounds"),
    ],
)
def test_a_leak_would_be_found(leak):
    secrets = Secrets(
        numbers=["4000056655665556"],
        cvvs=["917"],
        written={"nine seventeen", "cent trente-sept", "setecientos veintitrés", "七百二十三", "zweiundvierzig sechs"},
    )

    assert any(secrets.found_in(text) for text in lines(leak))


@pytest.mark.parametrize(
    "fine",
    [
        "Visa •••• 5556, 12/30",
        "2026-11-21T12:00:00Z",
        "pm_917400005665566aaaaaaaaa",
        "usually 16 digits",
        "four on the front",
        "vierstellige",
    ],
)
def test_what_the_code_shows_by_itself_is_no_leak(fine):
    secrets = Secrets(numbers=["4000056655665556"], cvvs=["917", "5556"], written={"four three", "vierstellige acht"})

    assert not any(secrets.found_in(text) for text in lines(fine))


def test_the_numbers_of_an_item_are_looked_at_unless_they_are_our_own():
    item = {"ttl": {"N": "4000056655"}, "pin": {"N": "4000056655"}, "sealed": {"B": b"4000056655"}}

    assert sum(Secrets(numbers=["4000056655665556"]).found_in(text) is not None for text in texts(item)) == 2


def test_a_crash_before_or_after_any_side_effect_is_healed_by_repeating_the_message():
    played, wrong = crashes.broken(crashes.all_of_them())

    assert wrong == []
    assert played > 400


class Forgetful(races.JudgedSessions):
    """Finishes in two writes, and dies between them as well as anywhere."""

    def finish(self, record, receipt):
        del self.items[record.session.id]


class Careless(races.JudgedSessions):
    """Writes without looking at what stands there."""

    def save(self, record, over, now):
        self.items[record.session.id] = items.from_record(record)
        self._note(record)

    def claim(self, record, over, counters):
        self.items[record.session.id] = items.from_record(record)
        self._note(record)
        self.claimed[record.attempt] = races._review(record)


def test_no_crash_shortly_before_the_cards_hour_ends_loses_a_token():
    sample = islice(late_crashes.all_late_crashes(), 0, None, 7)

    assert [each for each in sample if each.wrong] == []


def test_a_lost_receipt_would_be_found_by_the_crashes():
    _, wrong = crashes.broken(islice(crashes.all_of_them(lambda: World(sessions=Forgetful())), 60))

    assert wrong


def test_eight_confirmations_at_once_deliver_one_token():
    verdict = races.double_confirms(15, 8)

    assert verdict.wrong == []


@pytest.mark.parametrize("rival", races.RIVALS)
def test_no_token_for_what_was_not_reviewed(rival):
    verdict = races.confirms_against(rival, 60)

    assert verdict.wrong == []
    assert verdict.answers["confirm: completed"] < verdict.races


def test_no_answer_that_was_taken_is_lost():
    assert races.lost_updates(60).wrong == []


def test_writes_without_conditions_would_be_found_by_the_races():
    def careless() -> World:
        return World(sessions=Careless())

    assert races.lost_updates(30, careless).wrong
    assert races.confirms_against("edit", 60, careless).wrong
    assert races.confirms_against("cancel", 60, careless).wrong


def test_a_service_that_fails_is_a_503_and_the_session_stays_as_it_was(monkeypatch):
    house.environment()
    with house.listening():
        found = list(faults.of_aws())

    assert [each for each in found if each.wrong] == []
    assert len(found) > 50


def test_whatever_the_model_does_the_conversation_is_the_same():
    house.environment()
    with house.listening():
        found = list(faults.of_the_model())

    assert [each for each in found if each.wrong] == []


@pytest.mark.parametrize(
    "tried",
    [
        pytest.param(lambda: guards.many_cards(40, limit=10), id="many cards from one address"),
        pytest.param(lambda: guards.many_codes(20, limit=5), id="many codes on one card"),
        pytest.param(lambda: guards.many_codes_in_one_session(20, limit=5), id="many codes in one session"),
    ],
)
def test_card_testing_is_stopped_before_stripe(tried):
    assert tried().asked == tried().limit


def test_an_expired_session_is_refused_whatever_is_said():
    late = guards.expired(after=(0, 86_400))

    assert late.served == ()
    assert late.requests > 100


def test_eight_confirmations_of_an_order_in_any_order_charge_once():
    found = orders.confirmations(25)

    assert found.wrong == []
    assert any("Busy" in answer for answer in found.answers)


def test_whatever_settles_or_ends_an_order_at_once_leaves_one_outcome():
    found = orders.settlings(60)

    assert found.wrong == []
    assert min(found.answers["completed"], found.answers["cancelled"]) > 0


class CarelessOrders(MemoryOrders):
    """Writes whatever it is given over whatever is there."""

    def replace(self, order, over):
        self._put(order)


def test_a_store_without_conditions_would_be_found_by_the_races_around_an_order():
    assert orders.settlings(60, CarelessOrders).wrong


def test_a_hosted_order_survives_a_death_at_any_of_eight_points():
    found = hosted_crashes.played(3)

    assert found.wrong == []
    assert found.played == 24


class NeverSwept(hosted_crashes.Crash):
    def _sweep(self):
        """Nobody comes."""


def test_a_missing_sweep_would_be_found_by_the_crashes_of_hosted_orders():
    assert any("stuck" in each for each in hosted_crashes.played(2, NeverSwept).wrong)


def test_a_number_between_browser_and_page_would_be_found():
    number, recorder = "4000056655665556", Recorder()
    socket = SimpleNamespace(on=lambda _, heard: heard(b"\x12\x10" + number.encode() + b"\x1a"))
    page = SimpleNamespace(on=lambda _, opened: opened(socket))

    recorder.listen(page, number)
    recorder.listen(page, "4242424242424242")

    assert recorder.leaking == {"number in a frame": 2}
    assert recorder.frames == {"frame": 4}


@pytest.mark.parametrize("text", ['{"x": "pi_1a_secret_2b"}', "GET /?order=" + "T" * 43])
def test_a_key_in_a_log_would_be_found(text):
    assert list(keys_in(text, {"T" * 43}))
    assert not list(keys_in("pi_1a cs_test_1 ord_1", {"T" * 43}))
