"""A stand-in for Stripe: POST /v1/payment_methods, with requests checked against Stripe's own schema.

`/_control/plan` tells it what to do next (see plan.py and BEHAVIOURS). `/_control/payment_methods` and
`/_control/requests` list what it did. It stores no card number and no CVC, only brand, last four digits, and a keyed
hash of each request for the idempotency check (the key is random and lives in this process only).
"""

import argparse
import base64
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from local.runner.environment import LOCAL_STRIPE_KEY
from local.stand_in.plan import Plan
from local.stand_in.service import Answer, Request, run
from local.stripe.answers import BEFORE_EXECUTION, BEHAVIOURS, payment_method, planned_answer
from local.stripe.cards import CardError, UnknownTokenError, check_card
from local.stripe.form import InvalidRequestError, check_parameters, parse_form
from local.stripe.idempotency import Idempotency


@dataclass(frozen=True)
class PaymentMethod:
    id: str
    brand: str
    last4: str
    raw: bool  # created from a number, not from a test token
    metadata: Mapping[str, str]
    idempotency_key: str | None
    created: int


@dataclass(frozen=True)
class Call:
    key: str | None
    session: str | None
    params: dict[str, Any] = field(repr=False)


class Stripe:
    """The stand-in, as a function from request to answer."""

    def __init__(
        self,
        *,
        key: str = LOCAL_STRIPE_KEY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.plan = Plan(frozenset(BEHAVIOURS), ("session", "key"))
        self._key, self._now, self._sleep = key, now, sleep
        self._idempotency = Idempotency()
        self._made: dict[str, PaymentMethod] = {}
        self._requests: deque[dict[str, object]] = deque(maxlen=10_000)

    def __call__(self, request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/v1/payment_methods":
                answer = self._payment_methods(request)
                self._requests.append(dict(answer.note) | {"status": "reset" if answer.reset else answer.status})
                return answer
            case _, "/_control/plan":
                return self.plan.control(request)
            case "GET", "/_control/payment_methods":
                return Answer(200, self._filter([asdict(made) for made in self._made.values()], request))
            case "GET", "/_control/requests":
                return Answer(200, self._filter(list(self._requests), request))
            case "GET", "/_control/health":
                return Answer(200, {"ready": True})
        error = {"type": "invalid_request_error", "message": "Unrecognized request URL."}
        return Answer(404, {"error": error}, note={"route": "unknown"})

    def _payment_methods(self, request: Request) -> Answer:
        key = request.headers.get("idempotency-key")
        note: dict[str, object] = {"route": "/v1/payment_methods", "key": key}
        note["version"] = request.headers.get("stripe-version")
        try:
            params = parse_form(request.body)
            session = params.get("metadata", {}).get("session") if isinstance(params.get("metadata"), dict) else None
            note["session"] = session
            if not self._is_authorized(request.headers.get("authorization", "")):
                answer = Answer(401, {"error": BEHAVIOURS["unauthorized"][1]})
            else:
                check_parameters(params)
                call = Call(key, session, params)
                answer = self._idempotency.answer(key, request.body, lambda: self._execute(call))
        except InvalidRequestError as invalid:
            answer = Answer(400, {"error": invalid.error()})
        headers = {"Request-Id": "req_" + secrets.token_hex(7), **answer.headers}
        if key is not None:
            headers["Idempotency-Key"] = key
        if request.headers.get("stripe-version"):
            headers["Stripe-Version"] = request.headers["stripe-version"]
        if isinstance(answer.body, dict) and "error" in answer.body:
            note["error"] = answer.body["error"].get("code") or answer.body["error"].get("type")
        return replace(answer, headers=headers, note={**note, **answer.note})

    def _is_authorized(self, authorization: str) -> bool:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                credentials = base64.b64decode(credentials).decode().partition(":")[0]
            except ValueError:
                return False
        return hmac.compare_digest(credentials.encode(), self._key.encode())

    def _execute(self, call: Call) -> tuple[Answer, bool]:
        """The answer, and whether the endpoint began to execute (only then is the answer saved for its key)."""
        raw = "token" not in call.params.get("card", {})
        step = self.plan.take(session=call.session, key=call.key)
        if step is None:
            return self._create(call), True
        name = step["behaviour"]
        note = {"behaviour": name}
        if name == "slow":
            self._sleep(float(step.get("seconds", 10)))
        if name == "reset" and not step.get("after"):
            return Answer(0, {}, note=note, reset=True), False
        if name in {"slow", "reset"} or (name == "raw_card_data" and not raw):
            answer = self._create(call)
            return replace(answer, reset=name == "reset", note={**answer.note, **note}), True
        return planned_answer(step, note), name not in BEFORE_EXECUTION

    def _create(self, call: Call) -> Answer:
        now = self._now()
        try:
            card = check_card(call.params["card"], now.date())
        except CardError as refused:
            return Answer(402, {"error": refused.error()})
        except UnknownTokenError:
            error = {"type": "invalid_request_error", "code": "resource_missing", "param": "card[token]"}
            return Answer(400, {"error": {**error, "message": "No such token"}})
        made = PaymentMethod(
            id="pm_" + secrets.token_hex(12),
            brand=card.brand,
            last4=card.last4,
            raw=card.raw,
            metadata=call.params.get("metadata", {}),
            idempotency_key=call.key,
            created=int(now.timestamp()),
        )
        self._made[made.id] = made
        note = {"payment_method": made.id, "brand": made.brand, "last4": made.last4, "raw": made.raw}
        return Answer(200, payment_method(made.id, made.created, card, call.params), note=note)

    def _filter(self, entries: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        session = request.query.get("session")
        if session is None:
            return entries
        return [e for e in entries if session in {e.get("session"), e.get("metadata", {}).get("session")}]


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Stripe")
    parser.add_argument("--port", type=int, default=12111)
    run(Stripe(), port=parser.parse_args().port, name="stripe")


if __name__ == "__main__":
    main()
