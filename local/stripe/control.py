"""`/_control/…`: how tests tell the stand-in what to do, and see what it did."""

from dataclasses import asdict
from typing import Any

from local.stand_in.service import Answer, Request
from local.stripe import payer
from local.stripe.api import Api
from local.stripe.events.deliveries import Deliveries
from local.stripe.events.destinations import Destinations
from local.stripe.objects.checkouts import pass_time
from local.stripe.objects.world import World


class Control:
    def __init__(self, world: World, api: Api, destinations: Destinations, deliveries: Deliveries) -> None:
        self._world, self._api = world, api
        self._destinations, self._deliveries = destinations, deliveries

    def __call__(self, request: Request) -> Answer | None:
        """None when there is no such address."""
        if not request.path.startswith("/_control/"):
            return None
        name = request.path.removeprefix("/_control/")
        if name == "plan":
            return self._api.plan.control(request)
        return self._show(name, request) if request.method == "GET" else self._do(name, request)

    def _show(self, name: str, request: Request) -> Answer | None:
        match name:
            case "calls" | "requests":
                return Answer(200, _chosen(list(self._api.calls), request))
            case "payment_methods":
                return Answer(200, _chosen([asdict(made) for made in list(self._api.made.values())], request))
            case "objects":
                return Answer(200, _chosen(self._objects(request), request))
            case "health":
                return Answer(200, {"ready": True})
            case "clock":
                return self._clock(request)
            case "events":
                return Answer(200, _chosen([each.listed() for each in list(self._deliveries.kept)], request))
        return None

    def _do(self, name: str, request: Request) -> Answer | None:
        match request.method, name:
            case "POST", "payer":
                return payer.act(self._world, request)
            case "POST", "tamper":
                return self._tamper(request)
            case "POST", "clock":
                return self._clock(request)
            case "POST", "webhook":
                with self._world.lock:
                    return self._destinations.set_webhook(self._world, request)
            case "POST" | "DELETE", "events":
                return self._destinations.behaviours.tell(request)
        return None

    def _objects(self, request: Request) -> list[dict[str, Any]]:
        """Objects of a kind, without their secrets."""
        found = self._world.of_kind(request.query.get("kind", "payment_intent"))
        return [{name: value for name, value in each.items() if name != "client_secret"} for each in found]

    def _tamper(self, request: Request) -> Answer:
        """`{"id": …, "amount": 1}` puts another value where the object has that field already."""
        changes = request.json()
        if not isinstance(changes, dict):
            return Answer(400, {"message": "id: the object; and its fields"})
        name = changes.pop("id", None)
        with self._world.lock:
            kept = self._world.objects.get(str(name))
            if kept is None:
                return Answer(404, {"message": "id: no such object"})
            unknown = [field for field in changes if field not in kept]
            if unknown:
                return Answer(400, {"message": f"{kept['object']} has no field {unknown[0]}"})
            kept.update(changes)
            return Answer(200, {"id": name, **changes})

    def _clock(self, request: Request) -> Answer:
        if request.method == "POST":
            try:
                self._world.clock.advance(float(request.json()["advance"]))
            except (ValueError, KeyError, TypeError):
                return Answer(400, {"message": "advance: seconds"})
            with self._world.lock:
                pass_time(self._world)
        return Answer(200, {"now": self._world.clock.now().isoformat()})


def _chosen(entries: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
    """Those whose session and order, noted or in their metadata, and other fields are what the query says."""
    for name, value in request.query.items():
        if name != "kind":
            entries = [e for e in entries if value in {str(e.get(name)), (e.get("metadata") or {}).get(name)}]
    return entries
