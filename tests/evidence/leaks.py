"""No canary: generated conversations full of secrets, and every place where one could come to light, searched."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from chat.languages.language import language_tags
from local.stripe.server import Stripe
from tests.evidence.canary import Typed, card_text, turn
from tests.evidence.house import House, environment, listening, stripe, told, without_waiting
from tests.evidence.sinks import Secrets, lines, texts
from tests.fakes import World

TURNS = 14
LANGUAGES = ("en", *language_tags())
CONFIRMATIONS = ("confirm", "yes", "go ahead", "looks good")
TROUBLES = (
    "card_declined", "expired_card", "incorrect_cvc", "processing_error", "raw_card_data", "rate_limit", "api_error",
    "unavailable", "forbidden", "conflict", "reset",
)  # fmt: skip


@dataclass
class Found:
    """`leaks`: (sink, kind) → how often. `seen`: what the conversations went through, so that none is empty."""

    conversations: int = 0
    messages: int = 0
    numbers: int = 0
    cvvs: int = 0
    leaks: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    seeds: set[int] = field(default_factory=set)  # of the conversations that leaked: enough to play one again


@dataclass
class Conversation:
    house: House
    id: str
    rng: random.Random
    stand_in: Stripe
    secrets: Secrets = field(default_factory=Secrets)
    replies: list[str] = field(default_factory=list)
    stored: list[Any] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    token: str | None = None
    step: str = "none"
    messages: int = 0
    language: str = "en"

    def play(self) -> None:
        self._post({"message": "payment"})
        waiting = ""
        for _ in range(TURNS):
            if waiting:
                message, waiting = Typed(waiting), ""
            elif self.rng.random() < 0.08:
                self._misplaced()
                continue
            else:
                message = turn(self.rng, self.step)
                waiting = message.rest
            self.secrets.add(message)
            if self.step == "confirm" and message.text in CONFIRMATIONS and self.rng.random() < 0.4:
                told(self.stand_in, behaviour=self.rng.choice(TROUBLES), session=self.id)
            self._post({"message": message.text})
            if self.rng.random() < 0.3:
                self._get()
            if self.step == "done":
                break

    def _misplaced(self) -> None:
        """A number where the request has no place for it."""
        secret = card_text(self.rng)
        self.secrets.add(secret)
        place = self.rng.choice(("unknown", "expectedStep", "messageId", "sessionId", "token", "type", "name"))
        body: dict[str, Any] = {"message": "hello"}
        if place in ("expectedStep", "messageId", "sessionId"):
            body[place] = secret.digits
        elif place in ("unknown", "name"):
            body |= {"cardNumber": secret.text} if place == "unknown" else {secret.digits: "x"}
        elif place == "type":
            body["message"] = {"pan": secret.digits}
        self._post(body, token=secret.digits if place == "token" else None)
        self.seen["misplaced"] += 1

    def _post(self, body: dict[str, Any], token: str | None = None) -> None:
        self.messages += 1
        headers = {"Content-Type": "application/json", "Accept-Language": self.language}
        if token or self.token:
            headers["X-Session-Token"] = token or self.token or ""
        self.house.typed = str(body)
        event = {
            "httpMethod": "POST",
            "resource": "/chat",
            "headers": headers,
            "body": json.dumps({"sessionId": self.id, **body}),
        }
        status, text = self.house.asks(event)
        self._heard(status, text)

    def _get(self) -> None:
        event = {
            "httpMethod": "GET",
            "resource": "/sessions/{sessionId}",
            "pathParameters": {"sessionId": self.id},
            "headers": {"X-Session-Token": self.token or "none"},
        }
        self.replies.append(self.house.asks(event)[1])

    def _heard(self, status: int, text: str) -> None:
        self.replies.append(text.replace(json.loads(text[text.index("}") + 1 :]).get("sessionToken") or "\0", ""))
        self.stored.extend(dict(item) for item in self.house.world.sessions.items.values())
        reply = json.loads(text[text.index("}") + 1 :])
        self.seen[str(status)] += 1
        if status == 200:
            self.token = reply.get("sessionToken") or self.token
            self.step = reply["currentStep"]
            self.seen[reply["status"]] += 1
            self.seen[(reply["error"] or {}).get("code", "no error")] += 1


def in_memory(conversations: int, first_seed: int = 0) -> Found:
    """Real edge, log, wording and Stripe client; every library's log at DEBUG."""
    environment()
    found = Found()
    with listening() as written, stripe() as (stand_in, url), without_waiting():
        for seed in range(first_seed, first_seed + conversations):
            _one(seed, stand_in, url, written.taken, found)
    return found


def _one(seed: int, stand_in: Stripe, url: str, printed: Any, found: Found) -> None:
    rng = random.Random(seed)
    house = House(url, rng, World(ids=count(seed * 1000)), faults=0.02 if seed % 3 == 0 else 0.0)
    conversation = Conversation(house, f"canary-{_letters(seed)}", rng, stand_in, language=rng.choice(LANGUAGES))
    conversation.play()
    found.languages[conversation.language] += 1
    found.conversations += 1
    found.messages += conversation.messages
    found.numbers += len(conversation.secrets.numbers)
    found.cvvs += len(conversation.secrets.cvvs)
    found.seen += conversation.seen
    for sink, text in set(_sinks(house, conversation, stand_in, printed())):
        kind = conversation.secrets.found_in(text)
        if kind:
            found.leaks[sink, kind] += 1
            found.seeds.add(seed)


def _sinks(house: House, conversation: Conversation, stand_in: Stripe, printed: str) -> Iterator[tuple[str, str]]:
    sessions = house.world.sessions
    for stored in (*conversation.stored, *sessions.items.values()):
        yield from (("item", text) for text in texts(stored))
    for receipt in sessions.receipts.values():
        yield from (("receipt", text) for text in texts(asdict(receipt)))
    yield from (("counter", name) for name in sessions.counters)  # with each, how often in which minutes
    yield from (("log", text) for text in lines(printed))
    yield from (("prompt", text) for text in house.model.prompts)
    made = [entry for entry in stand_in.api.made.values() if entry.metadata.get("session") == conversation.id]
    yield from (("Stripe's record", text) for entry in made for text in texts(asdict(entry)))
    for reply in conversation.replies:
        yield from (("reply", text) for text in lines(reply))


def _letters(number: int) -> str:
    """A name without digits."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))
