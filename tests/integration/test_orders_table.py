"""The store of orders and the key of their links against the emulator, with a table and a key made for these tests."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from payments.adapters.order_items import KEPT_SECONDS, to_order
from payments.adapters.order_tokens import OrderTokens
from payments.adapters.orders_table import OrdersTable
from payments.link import order_id, token_hash
from payments.order import AtStripe, Capture, Change, Purpose, Result, Status, StripeKind
from payments.outcomes import completed, ended
from payments.stored import OrderConflict
from tests.fakes import NOON, VISA_AT_STRIPE, an_order

STARTED = (Change(Status.IN_PROGRESS, NOON),)
CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1", NOON + 1860, "https://checkout.example/cs_1")


@pytest.fixture(scope="module")
def aws(stage):
    """A client for a service of the emulator."""
    if stage.endpoint is None:
        pytest.skip("creates tables and keys on the emulator only")
    return stage.client


@pytest.fixture(scope="module")
def table(aws):
    dynamodb, name = aws("dynamodb"), f"orders-{uuid4()}"
    indexes = {"due": ("sweepShard", "sweepAt"), "stripe": ("stripeId",)}
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": each, "AttributeType": "N" if each == "sweepAt" else "S"}
            for each in ("orderId", "sweepShard", "sweepAt", "stripeId")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, keys in indexes.items()
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def clock():
    return [NOON]


@pytest.fixture
def orders(aws, table, clock):
    return OrdersTable(aws("dynamodb"), table, lambda: clock[0], lambda: uuid4().hex)


@pytest.fixture
def order():
    """One of its own for each test: the table is shared."""
    return an_order(uuid4().hex)


def next_version(order, **changed):
    return replace(order, version=order.version + 1, **changed)


FULL = {
    "capture": Capture.HOSTED,
    "return_url": "https://shop.example/back?order=1",
    "customer": "cus_1",
    "email": "noura@example.com",
    "locale": "ar",
    "description": "تذكرتان، ١٢ ديسمبر",
    "status": Status.COMPLETED,
    "session_id": "s-1",
    "session_hash": "b" * 64,
    "generation": 2,
    "handover_expires": NOON + 1860,
    "at_stripe": CHECKOUT,
    "claim_until": NOON + 40,
    "declines": 3,
    "mismatched": True,
    "result": Result(VISA_AT_STRIPE, "cus_1", "pi_1", "requires_capture", NOON + 600_000),
    "changes": (*STARTED, Change(Status.COMPLETED, NOON + 9)),
    "announced": frozenset({Status.IN_PROGRESS}),
}


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="new"),
        pytest.param(FULL, id="all fields"),
        pytest.param({"purpose": Purpose.SAVE, "amount": None, "currency": None}, id="save"),
    ],
)
def test_an_order_comes_back_as_it_was_stored(orders, changed):
    order = an_order(uuid4().hex, **changed)

    orders.create(order)

    assert orders.load(order.id) == order


def test_an_unknown_order_is_none(orders):
    assert orders.load("ord_" + "0" * 24) is None


def test_of_fifty_equal_creations_one_succeeds(orders, order):
    def create(_):
        try:
            orders.create(order)
        except OrderConflict as conflict:
            return conflict.stored == order
        return "created"

    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(create, range(50)))

    assert sorted(outcomes, key=str) == [True] * 49 + ["created"]


def test_a_write_over_another_version_is_a_conflict(orders, order):
    orders.create(order)
    first = next_version(order, session_id="s-1")
    orders.replace(first, order)

    with pytest.raises(OrderConflict) as conflict:
        orders.replace(next_version(order, session_id="s-2"), order)

    assert conflict.value.stored == first


def test_a_write_that_the_sdk_sent_twice_succeeds(aws, orders, order):
    orders.create(order)
    orders._dynamodb = Twice(orders._dynamodb)

    orders.replace(next_version(order, session_id="s-1"), order)
    orders.create(an_order(uuid4().hex))

    assert orders.load(order.id).session_id == "s-1"


class Twice:
    """Sends every put twice, as the SDK does when the first answer is lost."""

    def __init__(self, dynamodb) -> None:
        self._dynamodb = dynamodb

    def put_item(self, **request):
        self._dynamodb.put_item(**request)
        return self._dynamodb.put_item(**request)

    def __getattr__(self, name):
        return getattr(self._dynamodb, name)


def test_a_write_that_does_not_count_is_a_mistake(orders, order):
    with pytest.raises(ValueError, match="version"):
        orders.replace(order, order)


def test_a_transaction_writes_the_same_way(aws, orders, order):
    orders.create(order)
    claimed = next_version(order, claim_until=NOON + 40)
    aws("dynamodb").transact_write_items(TransactItems=[orders.put_action(claimed, order)])
    assert orders.load(order.id) == claimed

    with pytest.raises(ClientError) as cancelled:
        aws("dynamodb").transact_write_items(TransactItems=[orders.put_action(claimed, order)])
    (reason,) = cancelled.value.response["CancellationReasons"]
    assert (reason["Code"], to_order(reason["Item"])) == ("ConditionalCheckFailed", claimed)


def test_an_order_is_found_by_what_stands_for_it_at_stripe(orders):
    stripe_id = f"cs_{uuid4().hex}"
    order = an_order(uuid4().hex, at_stripe=replace(CHECKOUT, id=stripe_id))
    orders.create(order)

    assert orders.find_by_stripe_id(stripe_id) == order.id
    assert orders.find_by_stripe_id("cs_unknown") is None


def test_an_order_is_due_when_its_next_look_has_come(orders, clock):
    order = an_order(uuid4().hex, status=Status.IN_PROGRESS, changes=STARTED)
    orders.create(order)

    assert order.id not in orders.due(NOON + 59)
    assert order.id in orders.due(NOON + 60)

    clock[0] = NOON + 60
    orders.postpone(order)
    assert order.id not in orders.due(NOON + 119)
    assert order.id in orders.due(NOON + 120)


def test_an_order_that_is_final_and_announced_is_never_due(orders, order):
    orders.create(order)
    final = next_version(ended(order, Status.CANCELLED, NOON))
    orders.replace(final, order)
    assert order.id in orders.due(NOON + 60)

    orders.add_announced(final, [Status.CANCELLED])

    assert order.id not in orders.due(NOON + 10**9)
    assert orders.load(order.id).announced == {Status.CANCELLED}
    orders.postpone(final)
    assert order.id not in orders.due(NOON + 10**9)


def test_an_announcement_is_in_nobodys_way(orders):
    order = an_order(uuid4().hex, status=Status.IN_PROGRESS, changes=STARTED)
    orders.create(order)
    orders.add_announced(order, [Status.IN_PROGRESS])

    orders.replace(next_version(order, session_id="s-2"), order)

    assert orders.load(order.id).session_id == "s-2"


def test_an_order_is_kept_90_days_after_its_end(aws, table, orders, order, clock):
    result = Result(VISA_AT_STRIPE, None, "pi_1", "succeeded")
    orders.create(order)
    final = next_version(completed(order, result, NOON + 5))
    orders.replace(final, order)
    item = aws("dynamodb").get_item(TableName=table, Key={"orderId": {"S": order.id}})["Item"]
    assert item["ttl"] == {"N": str(NOON + 5 + KEPT_SECONDS)}

    clock[0] = NOON + 4 + KEPT_SECONDS
    assert orders.load(order.id) == final
    clock[0] += 1
    assert orders.load(order.id) is None
    orders.create(order)
    assert orders.load(order.id).status is Status.OPEN


def test_the_same_reference_has_the_same_link(aws):
    kms = aws("kms")
    key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    tokens = OrderTokens(kms, key, "local")

    token = tokens.derive("INV-1042")

    assert len(token) == 43
    assert tokens.derive("INV-1042") == token
    assert {tokens.derive("INV-1043"), OrderTokens(kms, key, "prod").derive("INV-1042")}.isdisjoint({token})
    assert order_id(token_hash(token)) not in token
