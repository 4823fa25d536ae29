"""AWS fails under the function, Stripe and the model fail beside it: the right answer, and the session as it was."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from local.demo.conversation import Conversation, new_id
from tests.evidence.inside import Proxy, inside, proxied
from tests.evidence.over_http import ALL_AT_ONCE, code
from tests.stage import Stage

TARGETS = {
    "DynamoDB": "DynamoDB",
    "KMS": "TrentService",
    "Secrets Manager": "secretsmanager",
}
HOW = ("throttled", "failed", "denied", "reset", "slow")
TURNS = ("John", "4242 4242 4242 4242", "12/30", "123", "confirm")


@dataclass(frozen=True)
class Fault:
    name: str
    wrong: tuple[str, ...]


def of_aws(stage: Stage, hows: tuple[str, ...] = HOW) -> Iterator[Fault]:
    """The real adapters, with one service failing at a turn that needs it; mended, the same message goes through."""
    with proxied(stage) as (proxy, url):
        for service, turn in (("DynamoDB", 0), ("DynamoDB", 4), ("KMS", 1), ("KMS", 4), ("Secrets Manager", 4)):
            for how in hows:
                # A key fetched once is believed for minutes: each conversation starts with a function of its own.
                function = inside(stage, url)
                wrong = _one(stage, function, proxy, TARGETS[service], turn, how)
                yield Fault(f"{service} {how} at “{TURNS[turn]}”", tuple(wrong))


def _one(stage: Stage, function: Any, proxy: Proxy, target: str, turn: int, how: str) -> Iterator[str]:
    session = new_id("fault")
    _, body, _ = function.says(session, "payment", None)
    token = body["sessionToken"]
    for text in TURNS[:turn]:
        function.says(session, text, token)
    before = _stored(stage, session)
    proxy.fail(target, how)
    started = time.monotonic()
    status, body, headers = function.says(session, TURNS[turn], token, messageId="the-one")
    took = time.monotonic() - started
    proxy.mend()
    if (status, body.get("error", {}).get("code")) != (503, "temporarily_unavailable") or "Retry-After" not in headers:
        yield f"answered {status}"
    if took > 20:
        yield f"took {took:.0f} s"
    if _stored(stage, session) != before:
        yield "the session changed"
    status, body, _ = function.says(session, TURNS[turn], token, messageId="the-one")
    if status != 200 or body["error"] is not None:
        yield f"the repeat was answered {status}"
    for text in TURNS[turn + 1 :]:
        status, body, _ = function.says(session, text, token)
    if body.get("status") != "completed" or len(stage.stripe.listed("payment_methods", session=session)) != 1:
        yield "the conversation did not end with one PaymentMethod"


def _stored(stage: Stage, session: str) -> Any:
    return stage.session_item(Conversation(stage.api, session))


@dataclass(frozen=True)
class Trouble:
    """A behaviour of Stripe, what it must lead to, and whether the next confirmation may succeed."""

    behaviour: str
    error: str
    step: str = "confirm"
    times: int = 1
    more: tuple[tuple[str, Any], ...] = ()


STRIPE = (
    Trouble("conflict", "processor_busy", times=2),
    Trouble("rate_limit", "processor_busy"),
    Trouble("api_error", "processor_busy"),
    Trouble("unavailable", "processor_busy", times=2),
    Trouble("reset", "processor_busy", times=2),
    Trouble("reset", "completed", step="done", more=(("after", True),)),  # the SDK asks again and gets the same
    Trouble("processing_error", "processor_busy"),
    Trouble("card_declined", "card_declined", step="card"),
    Trouble("expired_card", "card_expired", step="expiry"),
    Trouble("incorrect_cvc", "cvv_incorrect", step="cvv"),
    Trouble("forbidden", "processor_unavailable", step="done"),
    Trouble("raw_card_data", "processor_unavailable", step="done"),
)
SLOW = Trouble("slow", "processor_busy", times=2, more=(("seconds", 7),))


def of_stripe(stage: Stage, troubles: tuple[Trouble, ...] = STRIPE) -> Iterator[Fault]:
    for trouble in troubles:
        yield Fault(f"Stripe {trouble.behaviour}", tuple(_troubled(stage, trouble)))


def _troubled(stage: Stage, trouble: Trouble) -> Iterator[str]:
    talk = stage.conversation("trouble")
    talk.send(ALL_AT_ONCE)
    stage.stripe.plan(trouble.behaviour, session=talk.id, times=trouble.times, **dict(trouble.more))
    reply = talk.send("confirm")
    told = reply["error"]["code"] if reply.status == 200 and reply["error"] else code(reply)
    if told != trouble.error or (reply.status == 200 and reply["currentStep"] != trouble.step):
        yield f"told {told}"
    stage.stripe.clear(session=talk.id)
    item = stage.session_item(talk)
    if trouble.step == "done":
        if item is not None:
            yield "the session is still there"
        return
    if item is None or item["currentStep"] != trouble.step:
        yield "the session is not where it should be"
    for text in {"card": ("4242 4242 4242 4242", "12/30", "123"), "expiry": ("12/30",), "cvv": ("123",)}.get(
        trouble.step, ()
    ):
        talk.send(text)
    for _ in range(3):  # a saved 500 is replayed once, then another attempt is made
        if (reply := talk.send("confirm")).status == 200 and reply["payment"]:
            break
    made = stage.stripe.listed("payment_methods", session=talk.id)
    if reply.status != 200 or not reply["payment"] or [each["id"] for each in made] != [reply["payment"]["token"]]:
        yield f"then {code(reply)} with {len(made)} PaymentMethods"


MODEL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("throttled", {}),
    ("error", {}),
    ("off", {}),
    ("slow", {"seconds": 6}),
    *(("hostile", {"kind": kind}) for kind in ("digits", "payment", "script", "link", "long", "empty")),
)


def of_the_model(stage: Stage) -> Iterator[Fault]:
    for behaviour, more in MODEL:
        yield Fault(f"model {behaviour} {more.get('kind', '')}".strip(), tuple(_misled(stage, behaviour, more)))


def _misled(stage: Stage, behaviour: str, more: dict[str, Any]) -> Iterator[str]:
    talk = stage.conversation("model")
    name = "Ada " + "".join(char for char in talk.id if char.isalpha())[-8:].capitalize()
    stage.model.plan(behaviour, times=2, **more)
    try:
        started = time.monotonic()
        opened, asked = talk.send("payment"), talk.send("why do you need that?")
        took = time.monotonic() - started
        steps = [opened["currentStep"], *(talk.send(text)["currentStep"] for text in (name, *TURNS[1:]))]
    finally:
        stage.model.clear()
    if steps != ["name", "card", "expiry", "cvv", "confirm", "done"]:
        yield f"went {steps}"
    if asked["currentStep"] != "name" or took > 5:
        yield f"the opening and a question took {took:.1f} s"
    said = opened["response"] + asked["response"]
    if any(char.isdigit() for char in said) or "http" in said:
        yield "the model's words were let through"


@dataclass(frozen=True)
class Tried:
    tried: int
    asked: int
    limit: int

    @property
    def ok(self) -> bool:
        return self.asked == self.limit < self.tried


def many_cards(stage: Stage, numbers: list[str], limit: int) -> Tried:
    """Real counters in the real table; the limit lowered, the address one that nobody else has."""
    function = inside(stage, ATTEMPTS_PER_ADDRESS=str(limit), ATTEMPTS_PER_CARD="1000")
    address = new_id("address")
    return _tried(stage, limit, [(lambda n=n: _tries(function, n, "123", address)) for n in numbers])


def many_codes(stage: Stage, card: str, codes: int, limit: int) -> Tried:
    function = inside(stage, ATTEMPTS_PER_ADDRESS="100000", ATTEMPTS_PER_CARD=str(limit))
    tries = [(lambda n=n: _tries(function, card, f"{n:03}", f"198.51.100.{n % 250}")) for n in range(codes)]
    return _tried(stage, limit, tries)


def _tried(stage: Stage, limit: int, tries: list[Callable[[], str]]) -> Tried:
    asked = sum(bool(stage.stripe.listed("requests", session=each())) for each in tries)
    return Tried(len(tries), asked, limit)


def _tries(function: Any, number: str, cvv: str, address: str) -> str:
    session = new_id("carding")
    _, body, _ = function.says(session, f"I'm John, {number}, exp 12/30, cvv {cvv}", None, address)
    function.says(session, "confirm", body["sessionToken"], address)
    return session
