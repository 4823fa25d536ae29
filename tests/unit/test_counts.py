"""What a turn costs: calls, capacity, bytes, model calls. Counted here, so that a change that costs more is seen."""

from collections import Counter
from dataclasses import replace
from math import ceil

import pytest

from benchmarks.conversation import SIX, long_chat
from benchmarks.metering import item_size
from chat.adapters import bedrock
from chat.adapters.kms import KmsVault
from chat.adapters.session_store import DynamoSessionStore
from chat.adapters.visit_store import DynamoVisitStore
from chat.languages.language import language_tags
from chat.turns.composing import WordingRequest
from chat.wiring import terms_of
from payments.adapters.orders_table import OrdersTable
from payments.order import Capture, Purpose
from tests.fakes import FakeWording, MemoryOrders, Payer, World, an_order, no_terms

CIPHERTEXT = 190  # bytes that KMS makes of a card number
UNIT = 1024  # bytes of a write unit


class Aws:
    """DynamoDB and KMS that keep what they are given, check nothing, and count."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict] = {}
        self.blobs: list[bytes] = []
        self.calls: list[str] = []
        self.put: list[dict] = []

    def get_item(self, *, TableName, Key, **_):  # noqa: N803
        self.calls.append("get_item")
        item = self.items.get((TableName, _key(Key)))
        return {"Item": item} if item else {}

    def put_item(self, *, TableName, Item, **_):  # noqa: N803
        self.calls.append("put_item")
        self._keep(TableName, Item)

    def transact_write_items(self, *, TransactItems):  # noqa: N803
        self.calls.append("transact_write_items")
        for action in TransactItems:
            if "Put" in action:
                self._keep(action["Put"]["TableName"], action["Put"]["Item"])

    def _keep(self, table, item):
        if table == "sessions":
            self.put.append(item)
        key = {"sessions": "sessionId", "receipts": "tokenHash", "orders": "orderId"}[table]
        self.items[table, item[key]["S"]] = item

    def encrypt(self, *, Plaintext, **_):  # noqa: N803
        self.calls.append("encrypt")
        self.blobs.append(Plaintext)
        return {"CiphertextBlob": b"%*d" % (CIPHERTEXT, len(self.blobs) - 1)}

    def decrypt(self, *, CiphertextBlob, **_):  # noqa: N803
        self.calls.append("decrypt")
        return {"Plaintext": self.blobs[int(CiphertextBlob)]}

    def generate_mac(self, **_):
        self.calls.append("generate_mac")
        return {"Mac": b"m" * 32}


class CountedWorld(World):
    def __init__(self) -> None:
        super().__init__(wording=FakeWording("Gladly. What is your name?"))
        self.aws = Aws()
        self.vault = KmsVault(self.aws, "sealing", "counting")

    def ports(self):
        sessions = DynamoSessionStore(self.aws, "sessions", "receipts", "attempts", no_terms)
        return replace(super().ports(), sessions=sessions, vault=self.vault)


def _key(key: dict) -> str:
    return next(iter(key.values()))["S"]


def _calls_of_each_turn(payer: Payer, texts) -> list[Counter[str]]:
    turns = []
    for text in texts:
        payer.world.aws.calls.clear()
        payer.says(text)
        turns.append(Counter(payer.world.aws.calls))
    return turns


TURN = Counter(get_item=1, put_item=1)
SEALING = TURN + Counter(encrypt=1)
CONFIRM = Counter(get_item=1, transact_write_items=2, decrypt=2)
HOURS_KEYS = Counter(generate_mac=2)  # of this hour and the one before, in a process that has neither
KMS = ("encrypt", "decrypt", "generate_mac")


def test_a_turn_makes_two_calls_to_dynamodb_and_a_confirmation_three():
    turns = _calls_of_each_turn(Payer(CountedWorld()), SIX)

    assert turns == [TURN, TURN, SEALING, TURN, SEALING, CONFIRM + HOURS_KEYS]


def test_a_conversation_makes_four_calls_of_kms_and_each_hour_one_more():
    world = CountedWorld()
    conversations = []
    for number, minutes in enumerate((0, 59, 0, 1, 59)):
        world.time += minutes * 60
        calls = _calls_of_each_turn(Payer(world, f"s-{number}"), SIX)
        conversations.append(sum(each[name] for each in calls for name in KMS))

    assert conversations == [4 + 2, 4, 4, 4 + 1, 4]


def test_a_repeated_message_costs_one_read_and_an_unrepeated_one_nothing_more():
    payer = Payer(CountedWorld())
    payer.says("payment")
    payer.says("John", message_id="m1")
    payer.world.aws.calls.clear()

    payer.says("John", message_id="m1")

    assert payer.world.aws.calls == ["get_item"]


def test_the_model_is_called_twice_in_the_six_steps():
    world = CountedWorld()
    _calls_of_each_turn(Payer(world), SIX)

    assert len(world.wording.requests) == 2


def test_what_the_model_is_sent_stays_below_300_tokens():
    world = CountedWorld()
    payer = Payer(world)
    for text in ("payment", *("why? " + "I would really like to know that before I go on, " * 4 + "please?",) * 5):
        payer.says(text)

    sent = max(len(bedrock.prompt(WordingRequest(brief.session, brief.fixed))) for brief in world.wording.requests)

    assert (len(bedrock.INSTRUCTION) + sent) / 4 <= 300  # an English token has four letters and more


def test_a_chat_of_200_turns_costs_what_its_beginning_costs():
    world = CountedWorld()
    payer = Payer(world)
    turns = _calls_of_each_turn(payer, long_chat(200))
    sizes = [item_size(item) for item in world.aws.put]
    units = [ceil(each / UNIT) for each in sizes]

    assert set(map(frozenset, turns)) == {frozenset(TURN)}
    assert sum(units[190:]) <= sum(units[10:20])
    assert sum(sizes[190:]) <= 1.02 * sum(sizes[10:20])
    assert max(units) <= 3


WIDE = "𠮷"  # four bytes a character, a letter


@pytest.mark.parametrize("language", language_tags())
def test_an_item_stays_within_its_bytes_whatever_is_written(language):
    world = CountedWorld()
    payer = Payer(world, "s" * 64)
    payer.language = language
    noise = (WIDE + " ") * 499 + "?"
    said = ("payment", noise, WIDE * 100, noise, "4242 4242", "4242 4242", noise, "12/30", noise, "123", *[noise] * 6)
    for number, text in enumerate(said):
        payer.says(text, message_id=f"{number:_>64}")

    assert max(map(item_size, world.aws.put)) <= 3000
    assert world.aws.put[-1]["currentStep"] == {"S": "confirm"}
    assert world.aws.put[-1]["language"] == {"S": language}


class OrderedWorld(World):
    """Over the real stores, so that every call that an order costs is counted."""

    def __init__(self, **changed: object) -> None:
        super().__init__(orders=MemoryOrders(an_order(**changed)))
        self.aws = Aws()
        for order_id, item in self.orders.items.items():
            self.aws.items["orders", order_id] = item
        self.orders = OrdersTable(self.aws, "orders", lambda: int(self.time), lambda: f"write-{next(self.ids)}")

    def ports(self):
        tables = {"sessions_table": "sessions", "receipts_table": "receipts", "counters_table": "attempts"}
        sessions = DynamoSessionStore(self.aws, "sessions", "receipts", "attempts", terms_of(self.orders))
        visits = DynamoVisitStore(self.aws, sessions, self.orders, **tables)
        vault = KmsVault(self.aws, "sealing", "counting")
        return replace(super().ports(), sessions=sessions, visits=visits, orders=self.orders, vault=vault)


CHARGE = ("John", "4242 4242 4242 4242", "12/30", "123", "confirm")
OPENING = Counter(get_item=1, transact_write_items=1)
ORDER_CONFIRM = Counter(get_item=2, put_item=2, transact_write_items=2)
DYNAMODB = {"get_item", "put_item", "transact_write_items"}
LONG = {"description": WIDE * 200, "return_url": "https://shop.example/" + "x" * 979, "reference": "r" * 64}


def _dynamodb(world, act) -> Counter[str]:
    world.aws.calls.clear()
    act()
    return Counter(call for call in world.aws.calls if call in DYNAMODB)


def test_a_charge_in_chat_costs_sixteen_calls_to_dynamodb_from_opening_to_receipt():
    world = OrderedWorld()
    payer = Payer(world)

    opening = _dynamodb(world, payer.opens)
    turns = [_dynamodb(world, lambda text=text: payer.says(text)) for text in CHARGE]

    assert [opening, *turns] == [OPENING, *[TURN] * 4, ORDER_CONFIRM]
    assert sum(map(Counter.total, [opening, *turns])) <= 18
    assert world.orders.load(next(id_ for table, id_ in world.aws.items if table == "orders")).result


def test_terms_too_long_for_the_session_cost_one_read_a_turn():
    world = OrderedWorld(**LONG)
    payer = Payer(world)
    payer.opens()

    turns = [_dynamodb(world, lambda text=text: payer.says(text)) for text in CHARGE[:4]]

    assert turns == [TURN + Counter(get_item=1)] * 4


@pytest.mark.parametrize("language", language_tags())
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("capture", Capture)
@pytest.mark.parametrize(
    "terms", [{}, LONG, {"description": WIDE * 50, "return_url": "https://shop.example/" + "x" * 60}]
)
def test_an_item_about_an_order_stays_within_its_bytes(language, purpose, capture, terms):
    money = {} if purpose is not Purpose.SAVE else {"amount": None, "currency": None}
    world = OrderedWorld(locale=language, purpose=purpose, capture=capture, **money, **terms)
    payer = Payer(world, "s" * 64)
    noise = (WIDE + " ") * 499 + "?"
    said = (noise, WIDE * 100, noise, "4242 4242", "4242 4242", noise, "12/30", noise, "123", *[noise] * 6)
    payer.opens(message_id="m" * 64)
    for number, text in enumerate(said):
        payer.says(text, message_id=f"{number:_>64}")

    assert max(map(item_size, world.aws.put)) <= 3000
    assert world.aws.put[-1]["currentStep"] == {"S": "confirm"}
    read = payer.reads()
    assert read.session.order.terms.description == terms.get("description", "Two tickets, 12 December")
    assert read.session.history[-1].content == read.response


def test_the_description_stands_once_in_an_item_and_comes_back_in_every_reply():
    world = OrderedWorld(description="Un café à Paris")
    payer = Payer(world)

    said = [payer.opens().response, payer.says("how much?").response]

    (item,) = [item for (table, _), item in world.aws.items.items() if table == "sessions"]
    assert str(item).count("Un café à Paris") == 1
    assert [line.content for line in payer.reads().session.history if line.role == "assistant"] == said
    assert "Un café à Paris" in said[0]
