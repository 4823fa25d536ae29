"""The same promises over HTTP, on a running stage: real requests at once, real tables, real log files."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chat.languages.language import language_tags
from local.demo.conversation import Conversation, Reply
from tests.evidence.canary import turn
from tests.evidence.sinks import Secrets, Strangers, lines, texts
from tests.stage import Stage

EDIT = "5555 5555 5555 4444, exp 01/31, cvv 999"
ALL_AT_ONCE = "I'm John, 4242 4242 4242 4242, exp 12/30, cvv 123"


@dataclass
class Verdict:
    races: int = 0
    wrong: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


def at_once(talk: Conversation, messages: Iterable[str]) -> list[Reply]:
    """Each message from a client of its own, all with the same session and token, at the same moment."""
    messages = list(messages)
    ready = threading.Barrier(len(messages))

    def send(message: str) -> Reply:
        mine = Conversation(talk.api, talk.id, talk.token)
        ready.wait()
        return mine.send(message)

    with ThreadPoolExecutor(len(messages)) as pool:
        return list(pool.map(send, messages))


def reviewing(stage: Stage, name: str) -> Conversation:
    talk = stage.conversation(name)
    reply = talk.send(ALL_AT_ONCE)
    assert reply["status"] == "awaiting_confirmation", reply["error"]
    return talk


def code(reply: Reply) -> str:
    if reply.status != 200:
        return f"{reply.status} {reply['error']['code']}"
    return str(reply["status"])


def double_confirms(stage: Stage, sessions: int, clients: int = 8) -> Verdict:
    verdict = Verdict()
    for number in range(sessions):
        talk = reviewing(stage, "double")
        replies = at_once(talk, ["confirm"] * clients)
        verdict.races += 1
        verdict.answers.update(map(code, replies))
        tokens = {reply["payment"]["token"] for reply in replies if reply.status == 200 and reply["payment"]}
        made = {entry["id"] for entry in stage.stripe.listed("payment_methods", session=talk.id)}
        if len(tokens) != 1 or made != tokens:
            verdict.wrong.append(f"{number}: {len(tokens)} tokens, {len(made)} PaymentMethods")
        verdict.wrong += [
            f"{number}: {code(reply)}" for reply in replies if code(reply) not in ("completed", "409 busy")
        ]
    return verdict


REFUSALS = frozenset({"409 busy", "410 session_expired", "401 session_token_required"})


def confirms_against(stage: Stage, rival: str, races: int) -> Verdict:
    verdict = Verdict()
    for number in range(races):
        talk = reviewing(stage, f"race-{rival}")
        confirmed, other = _race(stage, talk, rival)
        verdict.races += 1
        verdict.answers[f"confirm {code(confirmed)}, rival {code(other) if other else 'done'}"] += 1
        made = stage.stripe.listed("payment_methods", session=talk.id)
        verdict.wrong += [f"{number}: {what}" for what in _wrong(stage, talk, confirmed, other, made, rival)]
    return verdict


def _race(stage: Stage, talk: Conversation, rival: str) -> tuple[Reply, Reply | None]:
    replies: dict[str, Any] = {}
    ready = threading.Barrier(2)

    def confirm() -> None:
        ready.wait()
        replies["confirm"] = Conversation(talk.api, talk.id, talk.token).send("confirm")

    def meanwhile() -> None:
        ready.wait()
        time.sleep(random.uniform(0, 0.06))  # anywhere in the confirmation
        replies["rival"] = RIVALS[rival](stage, talk)

    threads = [threading.Thread(target=confirm), threading.Thread(target=meanwhile)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies["confirm"], replies["rival"]


def expire(stage: Stage, talk: Conversation) -> None:
    """As if an hour had gone by: the item is still there, its time is over."""
    client = stage.client("dynamodb")
    try:
        client.update_item(
            TableName=stage.tables["sessions"],
            Key={"sessionId": {"S": talk.id}},
            UpdateExpression="SET #ttl = :past",
            ConditionExpression="attribute_exists(sessionId)",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
        )
    except client.exceptions.ConditionalCheckFailedException:
        return


def _recreate(stage: Stage, talk: Conversation) -> Reply:
    expire(stage, talk)
    return Conversation(talk.api, talk.id).send("I'm Eve, 5555 5555 5555 4444, exp 01/31, cvv 999")


RIVALS: dict[str, Callable[[Stage, Conversation], Reply | None]] = {
    "edit": lambda _, talk: Conversation(talk.api, talk.id, talk.token).send(EDIT),
    "cancel": lambda _, talk: Conversation(talk.api, talk.id, talk.token).send("cancel"),
    "expiry": expire,
    "re-created": _recreate,
}


def _wrong(
    stage: Stage, talk: Conversation, confirmed: Reply, other: Reply | None, made: list[dict[str, Any]], rival: str
) -> Iterable[str]:
    delivered = confirmed["payment"] if confirmed.status == 200 else None
    if confirmed.status != 200 and code(confirmed) not in REFUSALS:
        yield f"confirm {code(confirmed)}"
    if delivered and [entry["id"] for entry in made] != [delivered["token"]]:
        yield f"{len(made)} PaymentMethods for one delivered"
    if other is None:
        return
    if other.status != 200 and code(other) not in REFUSALS:
        yield f"rival {code(other)}"
    if delivered and other.status == 200 and other["payment"] is None:
        if rival == "cancel":
            yield "a token after a cancel that was answered"
        elif rival == "edit" and delivered["last4"] != other["collected"]["last4"]:
            yield "a token for a card that an answered edit had replaced"
    if rival == "re-created" and other.status == 200 and "sessionToken" in other.body:
        item = stage.session_item(talk)
        if item is None or item["collectionData"].get("name") != "Eve":
            yield "another payer's session was touched"


def lost_updates(stage: Stage, pairs: int) -> Verdict:
    verdict = Verdict()
    for number in range(pairs):
        talk = stage.conversation("lost")
        talk.send("I'm John")
        before = int((stage.session_item(talk) or {})["version"])
        card, expiry = at_once(talk, ["4242 4242 4242 4242", "expires 12/30"])
        item = stage.session_item(talk) or {}
        stored = item.get("collectionData", {})
        verdict.races += 1
        verdict.answers.update((code(card), code(expiry)))
        for name, reply in (("card", card), ("expiry", expiry)):
            if reply.status == 200 and name not in stored:
                verdict.wrong.append(f"{number}: the {name} was taken and is lost")
            if reply.status != 200 and code(reply) != "409 busy":
                verdict.wrong.append(f"{number}: {code(reply)}")
        taken = sum(reply.status == 200 for reply in (card, expiry))
        if int(item.get("version", 0)) != before + taken:
            verdict.wrong.append(f"{number}: {taken} turns taken, but version {before} → {item.get('version')}")
    return verdict


STEPS = ("payment", "John", "4242 4242 4242 4242", "12/30", "123")
SAID = ("John", "4242 4242 4242 4242", "12/30", "123", "confirm", "cancel", "why?")


def expired(stage: Stage, turns: Iterable[int] = range(1, 6)) -> Verdict:
    """At every step: the item is in the table, its time is over; whatever is asked is refused."""
    verdict = Verdict()
    for count in turns:
        for text in (*SAID, None):
            talk = stage.conversation("expired")
            for said in STEPS[:count]:
                talk.send(said)
            expire(stage, talk)
            reply = talk.get() if text is None else talk.send(text)
            verdict.races += 1
            verdict.answers[code(reply)] += 1
            if reply.status != 410:
                verdict.wrong.append(f"{text} after {count} turns: {code(reply)}")
            if stage.session_item(talk) is not None:
                verdict.wrong.append(f"{text} after {count} turns: the item is still there")
    return verdict


TROUBLES = (
    "card_declined",
    "expired_card",
    "incorrect_cvc",
    "processing_error",
    "rate_limit",
    "api_error",
    "forbidden",
)
MISBEHAVIOURS = ("hostile", "throttled", "error", "off")


@dataclass
class Search:
    """`found`: (sink, kind) → how often. Texts are counted, so that an empty sink is noticed."""

    conversations: int = 0
    messages: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, Secrets] = field(default_factory=dict, repr=False)
    strangers: Strangers = field(default_factory=Strangers, repr=False)

    def whole(self, sink: str, value: Any) -> None:
        """A record that says whose it is is held against all of that session's secrets; any other against numbers."""
        found = set(texts(value))
        owner = next((self.sessions[text] for text in found if text in self.sessions), None)
        self.each(sink, found, owner)

    def each(self, sink: str, found: Iterable[str], owner: Secrets | None) -> None:
        for text in found:
            self.texts[sink] += 1
            kind = (owner or self.strangers).found_in(text)
            if kind:
                self.found[sink, kind] += 1

    def log(self, sink: str, text: str) -> None:
        for line in text.splitlines():
            owner = next((secrets for name, secrets in self.sessions.items() if name in line), None)
            self.each(sink, lines(line), owner)


def canaries(stage: Stage, conversations: int, first_seed: int = 100_000) -> Search:
    """Conversations full of secrets; then every place of the stage is searched for any of them."""
    search = Search()
    before = {path: path.stat().st_size for path in files_of(stage)}
    prompts = len(stage.model.listed("calls"))
    for seed in range(first_seed, first_seed + conversations):
        talk = stage.conversation("canary")
        search.sessions[talk.id] = Secrets()
        _converse(stage, talk, random.Random(seed), search)
        search.conversations += 1
        search.strangers.add(search.sessions[talk.id])
        calls = stage.model.listed("calls")
        for call in calls[prompts:]:
            search.each("prompt", texts(call), search.sessions[talk.id])
        prompts = len(calls)
    time.sleep(2)  # the function's log is copied twice a second
    for sink in ("payment_methods", "requests"):
        for entry in stage.stripe.listed(sink):
            search.whole("Stripe's record", entry)
    for table, item in items_of(stage):
        search.whole(f"table {table}", item)
    for path in files_of(stage):
        with path.open(errors="replace") as file:
            file.seek(before.get(path, 0))
            search.log(f"file {path.name}", file.read())
    for message in logged(stage):
        search.log("log groups", message)
    return search


def _converse(stage: Stage, talk: Conversation, rng: random.Random, search: Search) -> None:
    mine = search.sessions[talk.id]
    if rng.random() < 0.5:
        stage.model.plan(rng.choice(MISBEHAVIOURS), times=2)
    language = rng.choice(("en", *language_tags()))
    step, waiting, reply = "none", "", talk.send("payment", headers={"Accept-Language": language})
    for _ in range(10):
        if waiting:
            text, waiting = waiting, ""
        else:
            typed = turn(rng, step)
            text, waiting = typed.text, typed.rest
            mine.add(typed)
        if step == "confirm" and rng.random() < 0.4:
            stage.stripe.plan(rng.choice(TROUBLES), session=talk.id)
        reply = talk.send(text)
        search.messages += 1
        search.seen[code(reply)] += 1
        shown = {**reply.body, "sessionToken": None} if isinstance(reply.body, dict) else reply.body
        search.each("reply", texts(shown), mine)
        if rng.random() < 0.3:
            search.each("GET", texts(talk.get().body), mine)
            search.each("item", texts(stage.session_item(talk)), mine)
        step = reply["currentStep"] if reply.status == 200 else step
        if step == "done":
            return


def files_of(stage: Stage) -> list[Path]:
    return [path for path in stage.logs.rglob("*") if path.is_file()]


def items_of(stage: Stage) -> Iterable[tuple[str, Any]]:
    client = stage.client("dynamodb")
    for table in client.list_tables()["TableNames"]:
        for page in client.get_paginator("scan").paginate(TableName=table):
            yield from ((re.split(r"-Data-|(?<=[a-z])[0-9A-F]{8}", table)[1], item) for item in page["Items"])


def logged(stage: Stage) -> Iterable[str]:
    client = stage.client("logs")
    for group in client.describe_log_groups()["logGroups"]:
        for page in client.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            yield from (event["message"] for event in page["events"])


def load(
    stage: Stage, clients: int = 20, seconds: float = 60, resident: Callable[[], int] = lambda: 0
) -> dict[str, Any]:
    """Every client plays whole conversations, one after the other. `resident`: bytes of the function's processes."""
    answers: Counter[str] = Counter()
    times: list[float] = []
    memory: list[int] = []
    until = time.monotonic() + seconds

    def client(_: int) -> None:
        while time.monotonic() < until:
            talk = stage.conversation("load")
            for text in (*STEPS, "confirm"):
                started = time.monotonic()
                try:
                    reply = talk.send(text)
                except OSError as error:
                    answers[type(error).__name__] += 1
                    break
                times.append(time.monotonic() - started)
                answers[str(reply.status)] += 1
                if reply.status != 200:
                    break

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(client, number) for number in range(clients)]
        while not all(each.done() for each in running):
            memory.append(resident())
            time.sleep(1)
    return {"answers": dict(answers), "times": sorted(times), "memory": memory}
