"""The whole function in one process: its real edge, log, wording and Stripe client, over memory and the stand-ins."""

import contextlib
import io
import json
import logging
import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import stripe as stripe_sdk

from chat.adapters.bedrock import BedrockPointing, BedrockWording
from chat.adapters.stripe_payment_methods import StripePaymentMethods
from chat.adapters.telemetry import PowertoolsTelemetry
from local.model.server import HOSTILE
from local.stand_in.service import Request, Service
from local.stripe.server import LOCAL_STRIPE_KEY, Stripe
from payments.adapters.stripe_key import StripeKey
from runtime.deadline import Deadline
from tests.fakes import World


@dataclass
class Written:
    """All that the process prints, logs (at DEBUG, for every library) or writes to its standard streams."""

    stream: io.StringIO

    def taken(self) -> str:
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return text


@contextlib.contextmanager
def listening() -> Iterator[Written]:
    """Standard output and error, and the log records of every logger, in one place."""
    stream = io.StringIO()
    everything = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(everything)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            yield Written(stream)
    finally:
        root.removeHandler(everything)
        root.setLevel(level)


class HostileModel:
    """Bedrock's client, that of a model which does everything it should not. `prompts`: all that it was sent."""

    def __init__(self, rng: random.Random, typed: Callable[[], str]) -> None:
        self._random, self._typed = rng, typed
        self.prompts: list[str] = []

    def converse(self, *, modelId: str, inferenceConfig: Any, **told: Any) -> dict[str, Any]:  # noqa: N803
        self.prompts.append(json.dumps(told, ensure_ascii=False))
        text = self._random.choice(["", *HOSTILE.values(), self._typed(), f"You said {self._typed()}, right?"])
        if self._random.random() < 0.1:
            raise RuntimeError(text)
        content = [{"text": text}] if "toolConfig" not in told else [{"toolUse": {"input": self._choice(told, text)}}]
        return {"output": {"message": {"content": content}}}

    def _choice(self, told: dict[str, Any], text: str) -> dict[str, str]:
        offered = told["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]["properties"]["meaning"]["enum"]
        return {"meaning": self._random.choice([*offered, text]), "name": self._typed(), "also": text}


class Faulty:
    """A port that fails now and then, before or after it has done its work, and quotes what it was given."""

    def __init__(self, port: Any, rng: random.Random, rate: float, typed: Callable[[], str]) -> None:
        self._port, self._random, self._rate, self._typed = port, rng, rate, typed

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)
        if not callable(call):
            return call

        def fragile(*args: Any, **kwargs: Any) -> Any:
            if self._random.random() < self._rate:
                raise RuntimeError(f"{name} failed on {self._typed()}: {args!r} {kwargs!r}")
            result = call(*args, **kwargs)
            if self._random.random() < self._rate:
                raise ValueError(f"{name} broke after {self._typed()}: {result!r}")
            return result

        return fragile


@dataclass
class House:
    """One World behind the function's real edge."""

    stripe_url: str
    rng: random.Random
    world: World
    faults: float = 0.0
    typed: str = field(default="", repr=False)  # the message in hand

    def __post_init__(self) -> None:
        self.telemetry = PowertoolsTelemetry()
        self.model: Any = HostileModel(self.rng, lambda: self.typed)
        self.wording = BedrockWording(self.model, "a-model", self.telemetry)
        self.pointing = BedrockPointing(self.model, "a-model", self.telemetry)
        key = StripeKey(Secret(), "secret", lambda: int(self.world.time))
        self.processor = StripePaymentMethods(
            key, self.telemetry, Deadline(), stage="local", test_tokens=False, url=self.stripe_url
        )

    def asks(self, event: dict[str, Any]) -> tuple[int, str]:
        """The status and the body, as they leave."""
        ports = replace(
            self.world.ports(),
            wording=self.wording,
            pointing=self.pointing,
            processor=self.processor,
            telemetry=self.telemetry,
        )
        if self.faults:
            faulty = {name: Faulty(getattr(ports, name), self.rng, self.faults, lambda: self.typed) for name in PORTS}
            ports = replace(ports, **faulty)
        reply = ports.api().respond(event)
        return reply["statusCode"], json.dumps(reply["headers"]) + reply["body"]


PORTS = ("sessions", "vault", "wording", "pointing", "processor")


class Secret:
    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": LOCAL_STRIPE_KEY}


@contextlib.contextmanager
def stripe() -> Iterator[tuple[Stripe, str]]:
    """The stand-in on a free port, in this process: what it prints is heard here too."""
    stand_in = Stripe()
    with Service(stand_in, port=0, name="stripe") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield stand_in, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextlib.contextmanager
def without_waiting() -> Iterator[None]:
    """Stripe's SDK waits half a second before it tries again; a thousand conversations have no time for that."""
    delay = stripe_sdk.HTTPClient.INITIAL_DELAY
    stripe_sdk.HTTPClient.INITIAL_DELAY = 0
    yield
    stripe_sdk.HTTPClient.INITIAL_DELAY = delay


def told(stand_in: Stripe, **step: Any) -> None:
    stand_in(Request("POST", "/_control/plan", body=json.dumps(step).encode()))


def environment() -> None:
    """What Powertools reads."""
    os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "chat")
    os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "PaymentChat")
