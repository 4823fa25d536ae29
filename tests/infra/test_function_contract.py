"""The stacks and the function never import each other. What they have to agree on is held equal here."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chat.adapters.kms import KmsVault
from chat.adapters.session_store import DynamoSessionStore
from chat.adapters.visit_store import DynamoVisitStore
from chat.settings import BadSetting, read
from chat.turns.stored import AttemptCounters, Receipt, Record
from chat.values.brands import ACCEPTED
from chat.values.session import PaymentToken, Session, Step
from chat.visits.stored import OrderChange
from infra import key_policies
from infra.api.request_models import STEPS
from infra.config import ALL_BRANDS
from payments.adapters.orders_table import OrdersTable
from payments.order import Capture, Order, Purpose, Terms
from tests.fakes import no_terms
from tests.infra.conftest import Template
from wording.bank import WordingBank


@pytest.fixture
def told(api: Template) -> dict[str, str]:
    """The function's environment, with what only AWS knows replaced by a name."""
    variables = api.named("ChatFunction", "AWS::Lambda::Function")["Environment"]["Variables"]
    return {name: value if isinstance(value, str) else "known-later" for name, value in variables.items()}


def test_the_function_starts_with_the_settings_that_the_stack_gives_it(told: dict[str, str], stage: str):
    assert read(told).stage == stage


def test_the_function_needs_all_of_it(told: dict[str, str]):
    for name in told.keys() - {"STRIPE_URL", "MODEL_URL", "RETURN_URL"}:
        if not name.startswith("POWERTOOLS_"):
            with pytest.raises(BadSetting, match=name):
                read({other: value for other, value in told.items() if other != name})


def test_the_gateway_knows_the_steps_of_the_dialogue():
    assert [step.value for step in Step] == list(STEPS)


def test_the_stages_take_every_brand_there_is():
    assert set(ALL_BRANDS) == {brand.value for brand in ACCEPTED}


ANSWERS = {"encrypt": {"CiphertextBlob": b"-"}, "decrypt": {"Plaintext": b"-"}, "generate_mac": {"Mac": b"-"}}


class Recorder:
    """A client of AWS that writes down what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def ask(**parameters: Any) -> dict[str, Any]:
            self.asked.append((operation, parameters))
            return ANSWERS.get(operation, {})

        return ask


RECORD = Record(Session("abc-123"), token_hash="0" * 64, version=1, message_id="m1", updated=0, ttl=3600)
RECEIPT = Receipt("abc-123", "0" * 64, PaymentToken("pm_1", "visa", "4242"), "en", 0)

ORDER = Order(
    id="ord_1",
    terms=Terms("r", Purpose.CHARGE, "d", Capture.CHAT, 100, "eur"),
    token_hash="0" * 64,
    created=0,
    expires=86_400,
    livemode=False,
    version=1,
)
CHANGE = OrderChange(replace(ORDER, version=2), ORDER)


def used_of_tables() -> set[tuple[str, str]]:
    """Table and action, of everything that the function ever does to an item."""
    recorder = Recorder()
    tables = DynamoSessionStore(recorder, "Sessions", "Receipts", "Attempts", no_terms)
    tables.load("abc-123")
    tables.save(RECORD, None, 0)
    tables.save(replace(RECORD, version=2), RECORD, 0)
    tables.claim(replace(RECORD, version=2), RECORD, AttemptCounters({"card#1": 1}, (0, 300), 3900))
    tables.finish(RECORD, RECEIPT)
    tables.receipt("0" * 64, 0)
    tables.delete(RECORD)
    orders = OrdersTable(recorder, "Orders", lambda: 0, lambda: "id")
    visits = DynamoVisitStore(
        recorder, tables, orders, sessions_table="Sessions", receipts_table="Receipts", counters_table="Attempts"
    )
    orders.load(ORDER.id)
    orders.replace(CHANGE.order, CHANGE.over)
    visits.open(RECORD, CHANGE, None, 0)
    visits.claim(replace(RECORD, version=2), RECORD, CHANGE, AttemptCounters({"card#1": 1}, (0, 300), 3900))
    visits.save(replace(RECORD, version=2), RECORD, CHANGE)
    visits.delete(RECORD, CHANGE, RECEIPT)
    WordingBank(recorder, "Wordings", lambda: 0).wordings("en")
    used = set()
    for operation, parameters in recorder.asked:
        for part in parameters.get("TransactItems", [{operation.partition("_")[0].capitalize(): parameters}]):
            ((action, details),) = part.items()
            used.add((details["TableName"], f"dynamodb:{action}Item"))
    return used


def test_the_function_may_do_to_its_tables_what_it_does_and_nothing_else(api: Template):
    granted = {
        (table, action)
        for one in api.statements("ChatRole")
        for table in ("Sessions", "Receipts", "Attempts", "Orders", "Wordings")
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
        if action.startswith("dynamodb:") and f"GetAtt{table}" in json.dumps(one["Resource"])
    }

    assert granted == used_of_tables()


@pytest.mark.parametrize("field", ["card", "cvv", "part"])
def test_what_the_function_seals_has_the_context_that_the_key_asks_for(field: str):
    recorder = Recorder()
    vault = KmsVault(recorder, "sealing", "counting")
    vault.open(vault.seal("value", "0" * 64, field), "0" * 64, field)

    asked = key_policies.sealing_conditions()
    for _, parameters in recorder.asked:
        context = parameters["EncryptionContext"]
        assert set(context) == set(asked["ForAllValues:StringEquals"]["kms:EncryptionContextKeys"])
        assert context["field"] in asked["StringEquals"]["kms:EncryptionContext:field"]


def test_what_the_function_counts_with_is_the_algorithm_that_the_key_allows():
    recorder = Recorder()
    KmsVault(recorder, "sealing", "counting").fingerprint("value", 1)

    (_, parameters), *_ = recorder.asked
    assert parameters["MacAlgorithm"] == key_policies.mac_conditions()["StringEquals"]["kms:MacAlgorithm"]
