"""The functions around orders and the stacks that run them: handlers, settings, and what wakes each."""

import json
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from infra.config import NAMESPACE
from infra.stages import DEV
from stripe_events.receiver import PARTNER_SOURCE
from tests.infra.conftest import ALL, Template, synthesize
from webhooks.schedule import next_pause

FUNCTION, MAPPING = "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"
LOCAL_ONLY = {"STRIPE_URL", "RETRY_SCALE"}
READ_BY_ALL = {"STAGE"}  # some functions have no use for it, but every log and metric is told by the stage
# Function in the template → the module of its handler, and what wires it.
FUNCTIONS = {
    "OrdersFunction": ("orders", "api"),
    "StripeEventsFunction": ("stripe_events", "receiver"),
    "OrderSweepFunction": ("order_sweep", "order_sweep"),
    "AnnouncingRelayFunction": ("relay", "announcing"),
    "AnnouncingWebhooksFunction": ("webhooks", "delivery"),
}
WITH_WEBHOOKS = [name for name, stage in ALL.items() if stage.webhook_url]
CASES = [
    (stage, function)
    for stage in ALL
    for function in FUNCTIONS
    if stage in WITH_WEBHOOKS or function != "AnnouncingWebhooksFunction"
]


class Environment(Mapping[str, str]):
    """An environment that notes which of its variables are asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables, self.asked = variables, set[str]()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return name in self.variables


def told(api: Template, function: str) -> dict[str, str]:
    """The function's environment, with what only AWS knows replaced by a name. Powertools reads its own part."""
    variables = api.named(function, FUNCTION)["Environment"]["Variables"].items()
    return {
        name: value if isinstance(value, str) else "known-later"
        for name, value in variables
        if not name.startswith("POWERTOOLS_")
    }


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Mapping[str, str]], set[str]]:
    """Wires a function as its start does; the variables that it asked for."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    def wire(function: str, variables: Mapping[str, str]) -> set[str]:
        room, name = FUNCTIONS[function]
        handler, environment = import_module(f"{room}.handler"), Environment(variables)
        monkeypatch.setattr(handler, "os", types.SimpleNamespace(environ=environment))
        getattr(handler, name).__wrapped__()
        return environment.asked

    return wire


@pytest.mark.parametrize(("stage", "function"), CASES)
def test_a_function_is_told_what_it_asks_for_and_nothing_else(
    api: Template, function: str, start: Callable[[str, Mapping[str, str]], set[str]]
):
    variables = told(api, function)

    asked = start(function, variables)

    assert variables.keys() - asked <= READ_BY_ALL
    assert asked - variables.keys() <= LOCAL_ONLY | {"STRIPE_LOG"}, "which may be absent"


@pytest.mark.parametrize(("stage", "function"), CASES)
def test_a_function_runs_the_handler_of_its_room(api: Template, function: str):
    made = api.named(function, FUNCTION)

    module, _, name = made["Handler"].rpartition(".")
    assert module == f"{FUNCTIONS[function][0]}.handler"
    assert callable(getattr(import_module(module), name))
    assert made["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == NAMESPACE


@pytest.mark.parametrize(("stage", "function"), [case for case in CASES if case[0] != "local"])
def test_only_the_local_stage_knows_stand_ins_and_shortens_pauses(api: Template, function: str):
    assert not LOCAL_ONLY & told(api, function).keys()


# --- what wakes them


def source(api: Template, function: str) -> dict[str, Any]:
    mappings = api.of_type(MAPPING).values()
    (found,) = (one for one in mappings if function in json.dumps(one["FunctionName"]))
    return found


def test_the_stream_of_orders_wakes_the_relay_which_goes_on_behind_a_bad_record(api: Template):
    made = source(api, "AnnouncingRelay")

    assert "FnGetAttOrders" in json.dumps(made["EventSourceArn"])
    assert "StreamArn" in json.dumps(made["EventSourceArn"])
    assert made["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert made["BisectBatchOnFunctionError"] is True
    assert made["StartingPosition"] == "TRIM_HORIZON"
    assert (made["MaximumRetryAttempts"], made["MaximumRecordAgeInSeconds"]) == (10, 6 * 3600)


@pytest.mark.parametrize("stage", WITH_WEBHOOKS)
def test_events_of_orders_alone_go_from_the_bus_to_the_queue_of_deliveries(api: Template):
    rule = api.named("AnnouncingToWebhook", "AWS::Events::Rule")
    (target,) = rule["Targets"]

    assert "AnnouncingBus" in json.dumps(rule["EventBusName"])
    assert rule["EventPattern"] == {"source": ["payment-chat"]}
    assert "AnnouncingDeliveries" in json.dumps(target["Arn"])


@pytest.mark.parametrize("stage", WITH_WEBHOOKS)
def test_the_queue_wakes_the_sender_with_one_event_at_a_time(api: Template):
    made = source(api, "AnnouncingWebhooks")

    assert "AnnouncingDeliveries" in json.dumps(made["EventSourceArn"])
    assert (made["BatchSize"], made["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])
    assert made["ScalingConfig"] == {"MaximumConcurrency": 10}


@pytest.mark.parametrize("stage", WITH_WEBHOOKS)
def test_an_event_outlives_its_schedule_and_then_stays_two_weeks_with_the_dead(api: Template):
    deliveries, dead = (api.named(f"Announcing{name}", "AWS::SQS::Queue") for name in ("Deliveries", "DeadLetters"))

    assert "AnnouncingDeadLetters" in json.dumps(deliveries["RedrivePolicy"]["deadLetterTargetArn"])
    assert deliveries["RedrivePolicy"]["maxReceiveCount"] > tries_of_the_schedule()
    assert deliveries["MessageRetentionPeriod"] == dead["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert "RedrivePolicy" not in dead


def tries_of_the_schedule() -> int:
    age, tries = 0.0, 1
    while (pause := next_pause(tries, age, retry_after=None)) is not None:
        age, tries = age + pause, tries + 1
    return tries


@pytest.mark.parametrize("stage", WITH_WEBHOOKS)
def test_a_message_stays_hidden_for_as_long_as_its_sender_may_run(api: Template):
    timeout = api.named("AnnouncingWebhooksFunction", FUNCTION)["Timeout"]

    assert api.named("AnnouncingDeliveries", "AWS::SQS::Queue")["VisibilityTimeout"] > timeout


@pytest.mark.parametrize("stage", WITH_WEBHOOKS)
def test_the_queues_are_encrypted_and_take_no_plain_connection(api: Template):
    assert all(queue["SqsManagedSseEnabled"] for queue in api.of_type("AWS::SQS::Queue").values())
    for policy in api.of_type("AWS::SQS::QueuePolicy").values():
        assert '"aws:SecureTransport": "false"' in json.dumps(policy)


@pytest.mark.parametrize("stage", [name for name in ALL if name not in WITH_WEBHOOKS])
def test_a_stage_without_an_address_has_no_sender_and_no_queue(api: Template):
    assert not api.of_type("AWS::SQS::Queue")
    assert not [id_ for id_ in api.of_type(FUNCTION) if id_.startswith("AnnouncingWebhooks")]


def test_due_orders_are_looked_at_every_quarter_of_an_hour(api: Template):
    assert api.named("OrderSweepSchedule", "AWS::Events::Rule")["ScheduleExpression"] == "rate(15 minutes)"


# --- EventBridge as the source of Stripe's events

PARTNER_BUS = "aws.partner/stripe.com/ed_test_61ABC"


@pytest.fixture(scope="module")
def through_eventbridge() -> Template:
    stage = replace(DEV, name="partner", stripe_event_bus=PARTNER_BUS)
    (stack,) = (one for one in synthesize(stage).synth().stacks if one.stack_name.endswith("-Api"))
    return Template(stack.template)


def test_the_partner_bus_wakes_the_same_function_with_stripes_events_alone(through_eventbridge: Template):
    rule = through_eventbridge.named("StripeEventsFromStripe", "AWS::Events::Rule")
    (target,) = rule["Targets"]

    assert rule["EventBusName"] == PARTNER_BUS
    assert rule["EventPattern"] == {"source": [{"prefix": PARTNER_SOURCE}]}
    assert "StripeEventsLive" in json.dumps(target["Arn"])


def test_where_events_come_through_eventbridge_the_api_has_no_path_for_them(through_eventbridge: Template):
    paths = [one["PathPart"] for one in through_eventbridge.of_type("AWS::ApiGateway::Resource").values()]

    assert "stripe" not in paths
    assert not [
        one
        for one in through_eventbridge.of_type("AWS::ApiGateway::Method").values()
        if one["AuthorizationType"] == "NONE"
    ]


def test_other_stages_listen_to_no_partner_bus(templates: dict[str, Template]):
    rules = json.dumps([one.of_type("AWS::Events::Rule") for one in templates.values()])

    assert "aws.partner" not in rules
