"""What each function around orders may do, and nothing else."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from payments.adapters.orders_table import OrdersTable
from payments.order import AtStripe, Capture, Order, Purpose, Status, StripeKind, Terms
from tests.infra.conftest import ALL, Template

ALWAYS = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
DATA_KEYS = {
    "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
}  # fmt: skip
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
QUEUE = {
    "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
}  # fmt: skip


def items(*operations: str) -> set[str]:
    return {f"dynamodb:{operation}" for operation in operations}


READ_SECRET = {"secretsmanager:GetSecretValue"}
# Role → what it may do, by the resource that a permission names.
ROLES: dict[str, dict[str, set[str]]] = {
    "MerchantApiRole": {
        "Orders": items("GetItem", "PutItem"),
        "Links": {"kms:GenerateMac"},
        "Stripe": READ_SECRET,
        "AnnouncingBus": {"events:PutEvents"},
        "Storage": DATA_KEYS,
    },
    "StripeEventsRole": {
        "Orders": items("GetItem", "PutItem"),
        "Orders/index/stripe": items("Query"),
        "StripeEvents": READ_SECRET,
        "Stripe": READ_SECRET,
        "Storage": DATA_KEYS,
    },
    "OrderSweepRole": {
        "Orders": items("GetItem", "PutItem", "UpdateItem"),
        "Orders/index/due": items("Query"),
        "Stripe": READ_SECRET,
        "AnnouncingBus": {"events:PutEvents"},
        "Storage": DATA_KEYS,
    },
    "AnnouncingRelayRole": {
        "Orders": items("UpdateItem"),
        "Orders stream": STREAM,
        "AnnouncingBus": {"events:PutEvents"},
        "Storage": DATA_KEYS | {"kms:DescribeKey"},
    },
    "AnnouncingWebhooksRole": {
        "Webhook": READ_SECRET,
        "AnnouncingDeliveries": QUEUE,
        "AnnouncingDeadLetters": {"sqs:SendMessage"},
        "Storage": {"kms:Decrypt"},
    },
}
WITH_WEBHOOKS = [name for name, stage in ALL.items() if stage.webhook_url]


def cases() -> list[tuple[str, str]]:
    return [
        (stage, role) for stage in ALL for role in ROLES if stage in WITH_WEBHOOKS or role != "AnnouncingWebhooksRole"
    ]


def named(resource: Any) -> str:
    """`Orders/index/stripe`, of the reference to that resource."""
    text = json.dumps(resource)
    found = re.search(r'(?:FnGetAtt|GetAtt", \["|GetAtt": \["|Ref": "|Ref)([A-Z][A-Za-z]+?)[0-9A-F]{8}', text)
    assert found, text
    index = re.search(r"/index/[\w*]+", text)
    return found[1] + (index[0] if index else "") + (" stream" if "StreamArn" in text else "")


def granted(api: Template, role: str) -> dict[str, set[str]]:
    """Resource → the actions that the role may do to it, without its log and what has no resource."""
    found: dict[str, set[str]] = {}
    for statement in api.statements(role):
        assert statement["Effect"] == "Allow"
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        if statement["Resource"] == "*" or set(actions) <= ALWAYS:
            continue
        for resource in resources:
            found.setdefault(named(resource), set()).update(actions)
    return found


@pytest.mark.parametrize(("stage", "role"), cases())
def test_a_function_of_orders_may_do_this_and_nothing_else(api: Template, role: str):
    assert granted(api, role) == ROLES[role]


@pytest.mark.parametrize(("stage", "role"), cases())
def test_a_function_of_orders_reaches_no_sealed_card_no_session_and_no_model(api: Template, role: str):
    reached = json.dumps(api.statements(role))

    assert not [word for word in ("Sealing", "Counting", "Sessions", "Receipts", "bedrock") if word in reached]


@pytest.mark.parametrize(("stage", "role"), cases())
def test_a_permission_is_for_all_resources_only_where_a_service_knows_none(api: Template, role: str):
    open_ones = {action for one in api.statements(role) if one["Resource"] == "*" for action in one["Action"]}

    listing = {"dynamodb:ListStreams"} if role == "AnnouncingRelayRole" else set()
    assert open_ones == {"xray:PutTelemetryRecords", "xray:PutTraceSegments"} | listing


@pytest.mark.parametrize(("stage", "role"), cases())
def test_a_use_of_the_storage_key_goes_through_the_service_that_stores(api: Template, role: str):
    uses = [one for one in api.statements(role) if "Storage" in json.dumps(one["Resource"])]

    through = [one["Condition"]["StringEquals"]["kms:ViaService"] for one in uses if "Condition" in one]
    assert {service.split(".")[0] for service in through} <= {"dynamodb", "secretsmanager"}
    without = [one["Action"] for one in uses if "Condition" not in one]
    # What CDK grants for the reading of a stream: the key's own policy allows it through DynamoDB alone.
    assert without == ([["kms:Decrypt", "kms:DescribeKey"]] if role == "AnnouncingRelayRole" else [])


def test_the_link_key_makes_macs_of_one_kind_only(api: Template):
    (use,) = (one for one in api.statements("MerchantApiRole") if one["Action"] == "kms:GenerateMac")

    assert use["Condition"] == {"StringEquals": {"kms:MacAlgorithm": "HMAC_SHA_256"}}


def test_no_two_functions_share_a_role(api: Template):
    functions = api.of_type("AWS::Lambda::Function").values()

    assert len({json.dumps(function["Role"]) for function in functions}) == len(functions)


# --- what the functions' code does to the orders table

ORDER = Order(
    "ord_1",
    Terms("r", Purpose.CHARGE, "d", Capture.HOSTED, 100, "eur"),
    token_hash="0" * 64,
    created=0,
    expires=86_400,
    livemode=False,
    version=1,
    at_stripe=AtStripe(StripeKind.CHECKOUT, "cs_1"),
)
DONE_BY: dict[str, dict[str, Callable[[OrdersTable], object]]] = {
    "MerchantApiRole": {
        "create": lambda table: table.create(ORDER),
        "load": lambda table: table.load("ord_1"),
        "replace": lambda table: table.replace(later(), ORDER),
    },
    "StripeEventsRole": {
        "find_by_stripe_id": lambda table: table.find_by_stripe_id("cs_1"),
        "load": lambda table: table.load("ord_1"),
        "replace": lambda table: table.replace(later(), ORDER),
    },
    "OrderSweepRole": {
        "due": lambda table: list(table.due(0)),
        "load": lambda table: table.load("ord_1"),
        "replace": lambda table: table.replace(later(), ORDER),
        "add_announced": lambda table: table.add_announced(ORDER, [Status.IN_PROGRESS]),
        "postpone": lambda table: table.postpone(ORDER),
    },
    "AnnouncingRelayRole": {"add_announced": lambda table: table.add_announced(ORDER, [Status.IN_PROGRESS])},
}


def later() -> Order:
    return replace(ORDER, version=2)


class Recorder:
    """A DynamoDB client that writes down what it is asked for, and finds one order, which is of no schema."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        def ask(**parameters: Any) -> dict[str, Any]:
            name = "".join(part.capitalize() for part in operation.split("_"))
            index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
            self.asked.add(f"{parameters['TableName']}{index} dynamodb:{name}")
            return {"Items": [{"orderId": {"S": "ord_1"}}]} if name == "Query" else {}

        return ask


@pytest.mark.parametrize("role", DONE_BY)
@pytest.mark.parametrize("stage", ["prod"])
def test_a_role_has_of_the_orders_table_what_its_code_uses(api: Template, role: str):
    recorder = Recorder()
    table = OrdersTable(recorder, "Orders", lambda: 0, lambda: "id")
    for deed in DONE_BY[role].values():
        deed(table)

    of_table = {
        f"{resource} {action}"
        for resource, actions in granted(api, role).items()
        if resource.split("/")[0] == "Orders"
        for action in actions
    }
    assert of_table == recorder.asked
