"""Stands in for Stripe on this machine: POST /v1/payment_methods, judged by Stripe's own request schema.

`/_control/plan` tells it what to do next (see plan.py and BEHAVIOURS), `/_control/payment_methods` and
`/_control/requests` show what it did. It keeps no card number and no CVC: brand, last four digits, and a keyed hash
of the request for the idempotency check (the key is random and dies with the process).
"""

import argparse
import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from local.runner.environment import LOCAL_KEY
from local.stand_in.plan import Plan
from local.stand_in.service import Answer, Request, run
from local.stripe.answers import BEFORE_EXECUTION, BEHAVIOURS, IN_PROGRESS, OTHER_PARAMETERS, demanded, payment_method
from local.stripe.cards import CardError, UnknownTokenError, check
from local.stripe.form import InvalidRequestError, judge, parameters


@dataclass(frozen=True)
class PaymentMethod:
    id: str
    brand: str
    last4: str
    raw: bool  # made from a number, not from a test token
    metadata: Mapping[str, str]
    idempotency_key: str | None
    created: int


@dataclass
class Saved:
    """The first request under an idempotency key: its fingerprint, and its answer once there is one."""

    fingerprint: str
    answer: Answer | None = None


@dataclass(frozen=True)
class Call:
    key: str | None
    session: str | None
    params: dict[str, Any] = field(repr=False)
    body: bytes = field(repr=False)


class Stripe:
    """The stand-in as a function from request to answer."""

    def __init__(
        self,
        *,
        key: str = LOCAL_KEY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.plan = Plan(frozenset(BEHAVIOURS), ("session", "key"))
        self._key, self._now, self._sleep = key, now, sleep
        self._hash_key = secrets.token_bytes(32)
        self._saved: dict[str, Saved] = {}
        self._made: dict[str, PaymentMethod] = {}
        self._requests: deque[dict[str, object]] = deque(maxlen=10_000)
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        match request.method, request.path:
            case "POST", "/v1/payment_methods":
                answer = self._stripe(request)
                self._requests.append(dict(answer.note) | {"status": "reset" if answer.reset else answer.status})
                return answer
            case _, "/_control/plan":
                return self.plan.control(request)
            case "GET", "/_control/payment_methods":
                return Answer(200, self._listed([asdict(made) for made in self._made.values()], request))
            case "GET", "/_control/requests":
                return Answer(200, self._listed(list(self._requests), request))
            case "GET", "/_control/health":
                return Answer(200, {"ready": True})
        error = {"type": "invalid_request_error", "message": "Unrecognized request URL."}
        return Answer(404, {"error": error}, note={"route": "unknown"})

    def _stripe(self, request: Request) -> Answer:
        key = request.headers.get("idempotency-key")
        note: dict[str, object] = {"route": "/v1/payment_methods", "key": key}
        note["version"] = request.headers.get("stripe-version")
        try:
            params = parameters(request.body)
            session = params.get("metadata", {}).get("session") if isinstance(params.get("metadata"), dict) else None
            note["session"] = session
            if not self._known(request.headers.get("authorization", "")):
                answer = Answer(401, {"error": BEHAVIOURS["unauthorized"][1]})
            else:
                judge(params)
                answer = self._idempotent(Call(key, session, params, request.body))
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

    def _known(self, authorization: str) -> bool:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                credentials = base64.b64decode(credentials).decode().partition(":")[0]
            except ValueError:
                return False
        return hmac.compare_digest(credentials.encode(), self._key.encode())

    def _idempotent(self, call: Call) -> Answer:
        """Each key is executed once; a second request gets the first's answer, a saved 500 included."""
        if call.key is None:
            return self._executed(call)[0]
        fingerprint = self._hash(call.body)
        with self._lock:
            saved = self._saved.get(call.key)
            if saved is None:
                self._saved[call.key] = Saved(fingerprint)
        if saved is not None:
            return self._repeated(saved, fingerprint, call.key)
        try:
            answer, executed = self._executed(call)
        except BaseException:
            self._saved.pop(call.key)
            raise
        if executed:
            self._saved[call.key].answer = replace(answer, reset=False)
        else:
            self._saved.pop(call.key)
        return answer

    def _repeated(self, saved: Saved, fingerprint: str, key: str) -> Answer:
        if saved.fingerprint != fingerprint:
            message = OTHER_PARAMETERS.format(key=key)
            return Answer(400, {"error": {"type": "idempotency_error", "message": message}})
        if saved.answer is None:
            error = {**BEHAVIOURS["conflict"][1], "message": IN_PROGRESS.format(key=key)}
            return Answer(409, {"error": error})
        headers = {**saved.answer.headers, "Idempotent-Replayed": "true"}
        return replace(saved.answer, headers=headers, note={**saved.answer.note, "replayed": True})

    def _executed(self, call: Call) -> tuple[Answer, bool]:
        """The answer, and whether the endpoint began to execute (only then is it saved under the key)."""
        raw = "token" not in call.params.get("card", {})
        step = self.plan.take(session=call.session, key=call.key)
        if step is None:
            return self._created(call), True
        name = step["behaviour"]
        note = {"behaviour": name}
        if name == "slow":
            self._sleep(float(step.get("seconds", 10)))
        if name == "reset" and not step.get("after"):
            return Answer(0, {}, note=note, reset=True), False
        if name in {"slow", "reset"} or (name == "raw_card_data" and not raw):
            answer = self._created(call)
            return replace(answer, reset=name == "reset", note={**answer.note, **note}), True
        return demanded(step, note), name not in BEFORE_EXECUTION

    def _created(self, call: Call) -> Answer:
        now = self._now()
        try:
            card = check(call.params["card"], now.date())
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

    def _hash(self, body: bytes) -> str:
        return hmac.new(self._hash_key, b"&".join(sorted(body.split(b"&"))), hashlib.sha256).hexdigest()

    def _listed(self, entries: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        session = request.query.get("session")
        if session is None:
            return entries
        return [e for e in entries if session in {e.get("session"), e.get("metadata", {}).get("session")}]


def main() -> None:
    parser = argparse.ArgumentParser(description="Stripe, on this machine")
    parser.add_argument("--port", type=int, default=12111)
    run(Stripe(), port=parser.parse_args().port, name="stripe")


if __name__ == "__main__":
    main()
