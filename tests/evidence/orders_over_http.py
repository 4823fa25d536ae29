"""Orders on a running stage: races, events of Stripe and forged ones, and every place where a secret could be."""

import hashlib
import hmac
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any

from chat.languages.language import language_tags
from infra.operations.outputs import stage_outputs
from infra.stages import LOCAL
from local.demo.conversation import Conversation, Reply
from payment_page.texts import texts as page_texts
from tests.evidence import canary
from tests.evidence.over_http import Search, Verdict, at_once, code, files_of, items_of, logged
from tests.evidence.sinks import Secrets, texts
from tests.order_on_stage import OrderOnStage, ask, heard, order_of, place, sweep, until
from tests.stage import Stage

CARD = "John Doe, 4242 4242 4242 4242, exp 12/30, cvv 123"
FINAL = ("completed", "cancelled", "expired", "failed")
CLIENT_SECRET = re.compile(r"(?:pi|seti|cs)_\w+_secret_\w+")
ASKS_FOR_OWNER, DECLINED = "4000002760003184", "4000000000000002"
PURPOSES = ("charge", "authorize", "save")
WAYS = ("paid", "paid", "declined", "3-D Secure passed", "3-D Secure failed")
LANGUAGES = language_tags()
TAP = "evidence-tap"
STORES = ("payment_intent", "setup_intent", "checkout.session")


def confirmations(stage: Stage, orders: int, clients: int = 8) -> Verdict:
    """Eight at once say yes to one order; the merchant has one id of one `order.completed` in the end."""
    verdict, placed = Verdict(), []
    for number in range(orders):
        order = place(stage)
        order.opens()
        order.says(CARD)
        replies = at_once(order.talk, ["confirm"] * clients)
        placed.append(order)
        verdict.races += 1
        verdict.answers.update(map(code, replies))
        made = [(intent["status"], intent["amount"]) for intent in order.at_stripe("payment_intent")]
        if made != [("succeeded", 4990)]:
            verdict.wrong.append(f"{number}: {made}")
        verdict.wrong += [f"{number}: {code(each)}" for each in replies if code(each) not in ("completed", "409 busy")]
    heard = Heard(stage, [order.id for order in placed])
    verdict.wrong += [f"{order.id}: never told" for order in placed if not heard.ids[order.id, "order.completed"]]
    verdict.wrong += [f"{key}: {len(ids)} ids" for key, ids in heard.ids.items() if len(ids) > 1]
    return verdict


@dataclass
class Heard:
    """What the merchant accepted about these orders: the ids by order and type, and how late they were."""

    stage: Stage = field(repr=False)
    orders: list[str]
    seconds: float = 60
    ids: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    again: int = 0

    def __post_init__(self) -> None:
        """Waits until the last event of each final order has come."""
        wanted, end = set(self.orders), time.monotonic() + self.seconds
        while time.monotonic() < end:
            events = [event for event in heard(self.stage) if order_of(event) in wanted]
            ended = {order_of(event) for event in events if event["body"]["data"]["status"] in FINAL}
            if ended == wanted:
                break
            time.sleep(0.5)
        for event in events:
            ids = self.ids.setdefault((str(order_of(event)), event["type"]), set())
            self.again += event["id"] in ids
            if event["id"] not in ids:
                came, was = (datetime.fromisoformat(text) for text in (event["receivedAt"], event["body"]["timestamp"]))
                self.times.append((came - was).total_seconds())
            ids.add(event["id"])
        self.ids = {(order, kind): self.ids.get((order, kind), set()) for order, kind in self._wanted()}

    def _wanted(self) -> set[tuple[str, str]]:
        return {*self.ids, *((order, "order.completed") for order in self.orders)}


def settlings(stage: Stage, races: int, first_seed: int = 0) -> Verdict:
    """A hosted order that is paid while the merchant cancels, the payer returns and the sweep looks; events thrice."""
    verdict, placed = Verdict(), []
    for seed in range(first_seed, first_seed + races):
        rng = random.Random(seed)
        order = place(stage, capture="hosted")
        order.stripes_events("duplicate", copies=3)
        url = order.confirms()["action"]["url"]
        order.changes_item(sweepAt=int(time.time()) - 1)
        acts: list[Callable[[], Any]] = [
            lambda order=order, url=url: order.payer(url, "pay"),  # type: ignore[misc]
            order.cancels,
            order.refreshes,
            order.refreshes,
            lambda: sweep(stage),
        ]
        _all_at_once(acts, rng)
        placed.append(order)
        verdict.races += 1
    for order in placed:
        until(lambda order=order: order.shown()["status"] in FINAL, "an end")  # type: ignore[misc]
    intents = stage.stripe.listed("objects", kind="payment_intent")
    for order in placed:
        shown = order.shown()
        paid = [each["status"] for each in intents if each["metadata"].get("order") == order.id]
        verdict.answers[shown["status"]] += 1
        if (shown["status"] == "completed") != (paid.count("succeeded") == 1) or len(paid) > 1:
            verdict.wrong.append(f"{order.id}: {shown['status']}, {paid}")
        changes = [change["status"] for change in order.item()["changes"]]
        if changes != ["in_progress", shown["status"]]:
            verdict.wrong.append(f"{order.id}: {changes}")
    heard = Heard(stage, [order.id for order in placed])
    verdict.wrong += [f"{key}: {len(ids)} ids" for key, ids in heard.ids.items() if len(ids) > 1]
    return verdict


def _all_at_once(acts: list[Callable[[], Any]], rng: random.Random) -> None:
    ready = threading.Barrier(len(acts))

    def one(act: Callable[[], Any], pause: float) -> None:
        ready.wait()
        time.sleep(pause)
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(one, act, rng.uniform(0, 0.15)) for act in acts]:
            done.result()


@dataclass
class Canaries:
    """`mix`: how many orders of each kind. `requests`: of Stripe about each hosted order that was paid at once."""

    search: Search
    hosted: int = 0
    chat: int = 0
    completed: int = 0
    numbers: int = 0
    secrets: Counter[str] = field(default_factory=Counter)
    mix: Counter[str] = field(default_factory=Counter)
    requests: list[int] = field(default_factory=list)
    told: Heard | None = None


def canaries(stage: Stage, hosted: int, chat: int, seed: int = 300_000, payers: int = 6) -> Canaries:
    """Orders, each paid with a number of its own; then every place of the stage is searched for numbers and keys."""
    found, rng = Canaries(Search()), random.Random(seed)
    before = {path: path.stat().st_size for path in files_of(stage)}
    prompts = len(stage.model.listed("calls"))
    numbers = visas(rng)
    visits = [
        Visit(
            capture="hosted" if number < hosted else "chat",
            purpose=PURPOSES[rng.randrange(3)],
            language=LANGUAGES[number % len(LANGUAGES)],
            way=WAYS[rng.randrange(len(WAYS))] if number else "paid",
            mine=Secrets([next(numbers)]),
        )
        for number in range(hosted + chat)
    ]
    lock, orders = threading.Lock(), []

    def pays(visit: Visit) -> OrderOnStage:
        order, replies = visit.pays(stage)
        with lock:
            found.numbers += len(visit.mine.numbers)
            found.mix.update((visit.capture, visit.purpose, visit.way))
            found.search.sessions |= {order.id: visit.mine, order.talk.id: visit.mine}
            found.search.strangers.add(visit.mine)
            _replied(replies, visit.mine, found)
            orders.append(order)
            if len(orders) % 25 == 0:
                print(f"    {len(orders)} of {len(visits)} orders", flush=True)
        return order

    with tapped(stage) as tap, ThreadPoolExecutor(payers) as pool:
        placed = list(zip(pool.map(pays, visits), visits, strict=True))
        found.told = Heard(stage, [order.id for order in orders])
        on_the_bus = list(drained(stage, tap))
    found.hosted, found.chat = hosted, chat
    found.completed = sum(order.shown()["status"] == "completed" for order in orders)
    requests = stage.stripe.listed("requests")
    for order, visit in placed:
        if (visit.capture, visit.way) == ("hosted", "paid"):
            ids = {each["id"] for kind in STORES for each in order.at_stripe(kind)}
            found.requests.append(sum(each.get("object") in ids for each in requests))
    time.sleep(2)  # the functions' logs are copied several times a second
    search_everywhere(stage, found, before, prompts, orders, {"bus": on_the_bus, "stream": list(streamed(stage))})
    return found


def visas(rng: random.Random) -> Iterator[str]:
    while True:
        digits = canary.number(rng)
        if digits[0] == "4" and len(digits) == 16:
            yield digits


@dataclass(frozen=True)
class Visit:
    """One order and its payer. `way`: what happens before it is paid."""

    capture: str
    purpose: str
    language: str
    way: str
    mine: Secrets = field(repr=False)

    def pays(self, stage: Stage) -> tuple[OrderOnStage, list[Reply]]:
        order = place(stage, self.purpose, capture=self.capture, locale=self.language)
        replies = [_taken(order.opens)]
        (self._on_stripes_page if self.capture == "hosted" else self._in_the_chat)(order, replies)
        return order, replies

    def _on_stripes_page(self, order: OrderOnStage, replies: list[Reply]) -> None:
        replies.append(self._agrees(order))
        url = replies[-1]["action"]["url"]
        if self.way == "declined":
            order.payer(url, "pay", card=DECLINED)
        elif self.way.startswith("3-D Secure"):
            order.payer(url, "pay", card=ASKS_FOR_OWNER)
            order.payer(url, "authenticate" if self.way == "3-D Secure passed" else "fail_authentication")
        if self.way != "3-D Secure passed":
            order.payer(url, "pay", card=self.mine.numbers[0])
        replies.append(order.refreshes())

    def _in_the_chat(self, order: OrderOnStage, replies: list[Reply]) -> None:
        number = self.mine.numbers[0]
        if self.way == "declined":
            path = f"/v1/{'setup' if self.purpose == 'save' else 'payment'}_intents/{{id}}/confirm"
            order.stage.stripe.plan("card_declined", order=order.id, path=path)
            replies += [*self._gives_card(order, number), self._agrees(order)]
        elif self.way.startswith("3-D Secure"):
            self.mine.numbers.append(ASKS_FOR_OWNER)
            replies += [*self._gives_card(order, ASKS_FOR_OWNER), self._agrees(order)]
            passes = self.way == "3-D Secure passed"
            order.payer(replies[-1]["action"]["url"], "authenticate" if passes else "fail_authentication")
            replies.append(order.refreshes())
        if self.way != "3-D Secure passed":
            replies += [*self._gives_card(order, number), self._agrees(order)]

    def _gives_card(self, order: OrderOnStage, number: str) -> Iterator[Reply]:
        """Typed into the page's fields, or written in a sentence where the language has ours."""
        if self.language == "en":
            yield _taken(lambda: order.says(f"I am John, {number}, exp 12/30, cvv 123"))
            return
        given = {"name": "John", "card": number, "expiry": "12/30", "cvv": "123"}
        reply = order.talk.get()
        while reply["currentStep"] in given:
            step = reply["currentStep"]
            reply = _taken(lambda step=step: order.talk.send(given[step], field=step))  # type: ignore[misc]
            yield reply

    def _agrees(self, order: OrderOnStage) -> Reply:
        return _taken(lambda: order.says(page_texts(self.language)["confirm"]))


def _taken(say: Callable[[], Reply]) -> Reply:
    """As a payer does it: what meets a stage or a Stripe that is busy just now is said again.

    A confirmation whose function ran out of time blocks the next one for 40 s.
    """
    end = time.monotonic() + 120
    while True:
        reply = say()
        if reply.status == 200 and (reply["error"] or {}).get("code") != "processor_busy":
            return reply
        assert time.monotonic() < end, reply.body["error"]
        time.sleep(1)


def _replied(replies: list[Reply], mine: Secrets, found: Canaries) -> None:
    found.search.messages += len(replies)
    for reply in replies:
        shown = {**reply.body, "sessionToken": None}
        found.search.each("reply", texts(shown), mine)


def search_everywhere(
    stage: Stage,
    found: Canaries,
    before: dict[Any, int],
    prompts: int,
    placed: list[OrderOnStage],
    more: dict[str, list[dict[str, Any]]],
) -> None:
    tokens = {order.body["orderToken"] for order in placed}

    def keys(sink: str, text: str) -> None:
        found.secrets.update(f"{kind} in {sink}" for kind in keys_in(text, tokens))

    search = found.search
    for table, item in items_of(stage):
        search.whole(f"table {table}", item)
        keys(f"table {table}", json.dumps(item, default=str))
    for path in files_of(stage):
        with path.open(errors="replace") as file:
            file.seek(before.get(path, 0))
            text = file.read()
        search.log(f"file {path.name}", text)
        keys(f"file {path.name}", text)
    for message in logged(stage):
        search.log("log groups", message)
        keys("log groups", message)
    for name, listed in (
        ("webhook", heard(stage)),
        ("Stripe's record", stage.stripe.listed("requests")),
        ("prompt", stage.model.listed("calls")[prompts:]),
        ("queue", list(_queued(stage))),
        *more.items(),
    ):
        search.texts[name] += not listed  # an empty queue is what one hopes for
        for entry in listed:
            search.whole(name, entry)
            keys(name, json.dumps(entry, default=str))


def keys_in(text: str, tokens: Iterable[str]) -> Iterator[str]:
    """The kinds of keys that stand in a text, which opens an order or an intent to whoever reads it."""
    if CLIENT_SECRET.search(text):
        yield "client secret"
    if any(token in text for token in tokens):
        yield "order token"


def _queued(stage: Stage) -> Iterator[dict[str, Any]]:
    """What still waits for the merchant, dead letters included."""
    sqs = stage.client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        reply = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=0)
        yield from reply.get("Messages", [])


@contextmanager
def tapped(stage: Stage) -> Iterator[str]:
    """A queue beside the merchant's that gets whatever is on the event bus: its address."""
    sqs, bus = stage.client("sqs"), stage.client("events")
    name = next(each["Name"] for each in bus.list_event_buses()["EventBuses"] if each["Name"] != "default")
    queue = sqs.create_queue(QueueName=TAP)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(Name=TAP, EventBusName=name, EventPattern=json.dumps({"source": [{"prefix": ""}]}))
    bus.put_targets(Rule=TAP, EventBusName=name, Targets=[{"Id": TAP, "Arn": arn}])
    try:
        yield queue
    finally:
        bus.remove_targets(Rule=TAP, EventBusName=name, Ids=[TAP])
        bus.delete_rule(Name=TAP, EventBusName=name)
        sqs.delete_queue(QueueUrl=queue)


def drained(stage: Stage, queue: str) -> Iterator[dict[str, Any]]:
    sqs = stage.client("sqs")
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages", []):
        yield from found


def streamed(stage: Stage) -> Iterator[dict[str, Any]]:
    """Every record that the orders table's stream still holds."""
    client = stage.client("dynamodbstreams")
    for stream in client.list_streams(TableName=stage.tables["orders"])["Streams"]:
        shards = client.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        for shard in shards:
            place = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"]}
            at = client.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
            while at:
                reply = client.get_records(ShardIterator=at)
                yield from reply["Records"]
                at = reply.get("NextShardIterator") if reply["Records"] else None


@dataclass
class Forged:
    sent: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    asked: int = 0  # requests to Stripe about the order meanwhile


def forgeries(stage: Stage, of_each: int = 20) -> Forged:
    """Events that Stripe did not send, about an order whose payer is at Stripe."""
    order = place(stage, capture="hosted")
    order.confirms()
    (checkout,) = order.at_stripe("checkout.session")
    event = json.dumps({"type": "checkout.session.completed", "related_object": {"id": checkout["id"]}}).encode()
    secret = signing_secret(stage)
    kinds: dict[str, tuple[bytes, str | None]] = {
        "unsigned": (event, None),
        "tampered": (event + b" ", _signature(secret, event)),
        "stale": (event, _signature(secret, event, seconds=-600)),
        "foreign secret": (event, _signature("whsec_of_somebody_else", event)),
        "no JSON": (b"\xff{", _signature(secret, b"\xff{")),
        "10 MB": (b"x" * 10_000_000, _signature(secret, b"x")),
    }
    found, before = Forged(), len(stage.stripe.listed("requests", object=checkout["id"]))
    for kind, (body, signature) in kinds.items():
        for _ in range(of_each if kind != "10 MB" else min(3, of_each)):
            headers = {"Stripe-Signature": signature} if signature else {}
            reply = stage.api.call("POST", "/stripe/events", headers=headers, body=body)
            found.sent += 1
            found.statuses[str(reply.status)] += 1
    found.asked = len(stage.stripe.listed("requests", object=checkout["id"])) - before
    assert order.shown()["status"] == "in_progress"
    return found


def signing_secret(stage: Stage) -> str:
    name = stage_outputs(stage.aws, LOCAL, stage.endpoint)["StripeEventsSecret"]
    stored = stage.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return str(json.loads(stored)["secrets"][0])


def _signature(secret: str, body: bytes, seconds: int = 0) -> str:
    moment = int(time.time()) + seconds
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@dataclass
class Lost:
    orders: int = 0
    settled: list[float] = field(default_factory=list)  # seconds from the return
    by_sweep: int = 0
    wrong: list[str] = field(default_factory=list)


def without_events(stage: Stage, orders: int) -> Lost:
    """Every event of Stripe's is lost: half of the payers return, for the others the sweep looks."""
    found = Lost()
    for number in range(orders):
        order = place(stage, capture="hosted")
        order.stripes_events("drop")
        order.payer(order.confirms()["action"]["url"], "pay")
        back, returns = time.monotonic(), number % 2 == 0
        if returns:
            order.refreshes()
        else:
            order.changes_item(sweepAt=int(time.time()) - 1)
            sweep(stage)
            found.by_sweep += 1
        if order.shown()["status"] != "completed":
            found.wrong.append(f"{number}: {order.shown()['status']}")
        elif returns:
            found.settled.append(time.monotonic() - back)
        found.orders += 1
    return found


OUTCOMES = ("passed", "failed", "abandoned")


def authentications(stage: Stage, of_each: int) -> Verdict:
    """3-D Secure for an order in the chat, by purpose and outcome; afterwards the conversation goes on where it was."""
    verdict = Verdict()
    for purpose, outcome in product(PURPOSES, OUTCOMES):
        for _ in range(of_each):
            order = place(stage, purpose)
            url = order.confirms(ASKS_FOR_OWNER)["action"]["url"]
            if outcome != "abandoned":
                order.payer(url, "authenticate" if outcome == "passed" else "fail_authentication")
            reply, kept = order.refreshes(), order.talk.get()
            stood = reply["status"], reply["currentStep"], order.shown()["status"]
            verdict.races += 1
            verdict.answers[f"{outcome}: {stood[1]}"] += 1
            if stood != AFTERWARDS[outcome] or kept.status != 200 or kept["currentStep"] != stood[1]:
                verdict.wrong.append(f"{purpose} {outcome}: {stood}, {kept.status}")
            elif outcome != "passed" and not kept["conversationHistory"]:
                verdict.wrong.append(f"{purpose} {outcome}: the conversation is lost")
    return verdict


AFTERWARDS = {
    "passed": ("completed", "done", "completed"),
    "failed": ("collecting", "card", "in_progress"),
    "abandoned": ("requires_action", "action", "in_progress"),
}


def one_reference(stage: Stage, requests: int = 50) -> tuple[Counter[str], int]:
    """The same request so often at once: the answers, and how many orders and links they name."""
    body = {"purpose": "charge", "amount": 4990, "currency": "eur", "description": "Two tickets"}
    body |= {"reference": Conversation(stage.api).id}
    ready = threading.Barrier(requests)

    def create(_: int) -> Reply:
        ready.wait()
        return ask(stage, "POST", "/orders", body)

    with ThreadPoolExecutor(requests) as pool:
        replies = list(pool.map(create, range(requests)))
    named = {(reply["orderId"], reply["link"]) for reply in replies if reply.status in (200, 201)}
    return Counter(str(reply.status) for reply in replies), len(named)
