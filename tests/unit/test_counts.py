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
from chat.languages.language import language_tags
from chat.turns.composing import WordingRequest
from tests.fakes import FakeWording, Payer, World

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
        self.put.append(Item)
        self.items[TableName, Item["sessionId"]["S"]] = Item

    def transact_write_items(self, **_):
        self.calls.append("transact_write_items")

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

    def ports(self):
        sessions = DynamoSessionStore(self.aws, "sessions", "receipts", "attempts")
        return replace(super().ports(), sessions=sessions, vault=KmsVault(self.aws, "sealing", "counting"))


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
CONFIRM = Counter(get_item=1, transact_write_items=2, decrypt=2, generate_mac=2)


def test_a_turn_makes_two_calls_to_dynamodb_and_a_confirmation_three():
    assert _calls_of_each_turn(Payer(CountedWorld()), SIX) == [TURN, TURN, SEALING, TURN, SEALING, CONFIRM]


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
