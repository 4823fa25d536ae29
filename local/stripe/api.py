"""A call of the API from key to answer: who calls, may he ask this, has he asked it before, what does the plan say."""

import base64
import hmac
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from local.stand_in.plan import Plan, Step
from local.stand_in.service import Answer, Request
from local.stripe.answers import BEFORE_EXECUTION, BEHAVIOURS, PLANNED_DECLINES, planned_answer
from local.stripe.events.bodies import VERSION
from local.stripe.events.destinations import Destinations
from local.stripe.objects.expand import expanded
from local.stripe.objects.world import Object, World
from local.stripe.requests.form import parse_form, tree_of
from local.stripe.requests.idempotency import Idempotency
from local.stripe.requests.judge import check_parameters
from local.stripe.requests.refusals import Refusal, invalid
from local.stripe.routes import ROUTES, Asked, Route


@dataclass(frozen=True)
class PaymentMethod:
    """A PaymentMethod that the API was asked for."""

    id: str
    brand: str
    last4: str
    raw: bool  # created from a number, not from a test token
    metadata: Mapping[str, str]
    idempotency_key: str | None
    created: int


Done = tuple[Answer, bool]  # the answer, and whether it is saved for its idempotency key


@dataclass(frozen=True)
class Call:
    route: Route
    name: str  # the id in the address
    key: str | None
    session: str | None
    order: str | None
    params: dict[str, Any] = field(repr=False)


class Api:
    def __init__(self, world: World, destinations: Destinations, *, key: str, sleep: Callable[[float], None]) -> None:
        self.plan = Plan(frozenset(BEHAVIOURS), ("session", "order", "key", "path"), exact=frozenset({"path"}))
        self.calls: deque[dict[str, object]] = deque(maxlen=10_000)
        self.made: dict[str, PaymentMethod] = {}
        self.sleep = sleep
        self._world, self._destinations = world, destinations
        self._keys = (key, f"rk_{key.removeprefix('sk_')}")
        self._idempotency = Idempotency()

    def __call__(self, request: Request) -> Answer | None:
        """None when there is no such address. No note and no entry of `calls` holds a parameter's value."""
        for route in ROUTES:
            found = route.matches(request.method, request.path)
            if found is not None:
                answer = self._answer(request, route, (found.groups() or ("",))[0])
                status = "reset" if answer.reset else answer.status
                moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                called = {"time": moment, "method": route.method, "path": route.path}
                self.calls.append({**called, **answer.note, "status": status})
                return answer
        return None

    def _answer(self, request: Request, route: Route, name: str) -> Answer:
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        version = request.headers.get("stripe-version")
        note: dict[str, object] = {"route": route.path, "key": key, "version": version}
        try:
            params = _params(request, route)
            call = Call(route, name, key, _metadata(params, "session"), self._order(name, params), params)
            note |= {"session": call.session, "order": call.order}
            if not self._is_authorized(request.headers.get("authorization", "")):
                answer = Answer(401, {"error": BEHAVIOURS["unauthorized"][1]})
            else:
                if version not in (None, VERSION):
                    raise invalid(None, "The stand-in speaks API version 2026-10-28.endive alone.")
                check_parameters(route.params, params, is_form=route.is_form)
                answer = self._idempotency.answer(key, request.path, request.body, lambda: self._execute(call))
        except Refusal as refused:
            answer = Answer(refused.status, {"error": refused.error})
        headers = {"Request-Id": "req_" + secrets.token_hex(7), **answer.headers}
        headers |= {"Idempotency-Key": key} if key is not None else {}
        headers |= {"Stripe-Version": version} if version else {}
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
        return any(hmac.compare_digest(credentials.encode(), key.encode()) for key in self._keys)

    def _order(self, name: str, params: Mapping[str, Any]) -> str | None:
        """The order that a call is about: said in its metadata, or in those of the object that it names."""
        kept = self._world.objects.get(name, {})
        return _metadata(params, "order") or _metadata(kept, "order")

    def _execute(self, call: Call) -> Done:
        step = self.plan.take(session=call.session, order=call.order, key=call.key, path=call.route.path)
        if step is None:
            return self._act(call)
        name, after = step["behaviour"], bool(step.get("after"))
        note = {"behaviour": name}
        if name == "slow" and not after:
            self.sleep(float(step.get("seconds", 10)))
        if name == "reset" and not after:
            return Answer(0, {}, note=note, reset=True), False
        if name in PLANNED_DECLINES and call.route.asks_issuer:
            answer, saved = self._act(call, step)
            return replace(answer, note={**answer.note, **note}), saved
        if name in {"slow", "reset"} or (name == "raw_card_data" and "number" not in call.params.get("card", {})):
            answer, saved = self._act(call)
            if name == "slow" and after:
                self.sleep(float(step.get("seconds", 10)))
            return replace(answer, reset=name == "reset", note={**answer.note, **note}), saved
        if after:
            self._act(call)
        return planned_answer(step, note), name not in BEFORE_EXECUTION

    def _act(self, call: Call, step: Step | None = None) -> Done:
        declined = None if step is None else PLANNED_DECLINES[step["behaviour"]]
        asked = Asked(self._world, self._destinations, call.params, call.name, declined)
        with self._world.lock:
            try:
                made = call.route.deed(asked)
                shown = expanded(self._world, made, call.params.get("expand"))
            except Refusal as refused:
                error = {**refused.error, **((step or {}).get("error", {}))}
                return Answer(refused.status, {"error": error}), refused.saved
            note = _about(made, call)
            if call.route.method == "POST" and made.get("object") == "payment_method":
                self.made[made["id"]] = payment_method(made, call)
        return Answer(200, shown, note=note), True


def _params(request: Request, route: Route) -> dict[str, Any]:
    if request.method == "GET":
        return tree_of(parse_qsl(request.query_string, keep_blank_values=True))
    if not route.is_form:
        try:
            params = json.loads(request.body or b"{}")
        except ValueError:
            params = None
        if not isinstance(params, dict):
            raise invalid(None, "Invalid request: the body is not a JSON object.")
        return params
    return parse_form(request.body)


def _metadata(params: Mapping[str, Any], name: str) -> str | None:
    metadata = params.get("metadata")
    value = metadata.get(name) if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else None


def payment_method(made: Object, call: Call) -> PaymentMethod:
    return PaymentMethod(
        id=made["id"],
        brand=made["card"]["brand"],
        last4=made["card"]["last4"],
        raw="number" in call.params.get("card", {}),
        metadata=made["metadata"],
        idempotency_key=call.key,
        created=made["created"],
    )


def _about(made: Object, call: Call) -> dict[str, object]:
    note: dict[str, object] = {"object": made.get("id"), "state": made.get("status")}
    if made.get("object") == "payment_method":
        card = made["card"]
        note = {"payment_method": made["id"], "brand": card["brand"], "last4": card["last4"]}
        note["raw"] = "number" in call.params.get("card", {})
    return note
