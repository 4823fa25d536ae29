"""Who is told: event destinations of API v2, and the one that a test sets by `/_control/webhook`."""

import secrets
from datetime import UTC
from typing import Any

from local.stand_in.service import Answer, Request
from local.stripe.events.behaviours import Behaviours
from local.stripe.events.bodies import snapshot, thin, wants
from local.stripe.events.deliveries import Deliveries, Delivery
from local.stripe.objects.world import Object, World, new_id
from local.stripe.requests.refusals import invalid

CONTROL = "set by a test"
KIND = "v2.core.event_destination"


class Destinations:
    def __init__(self, deliveries: Deliveries) -> None:
        self.behaviours = Behaviours()
        self._deliveries = deliveries
        self._secrets: dict[str, list[str]] = {}  # by destination
        self._urls: dict[str, str] = {}

    def announce(self, world: World, kind: str, about: Object) -> None:
        """Whoever calls holds the world's lock, so that events are written in the order of what happened."""
        to = [each for each in world.objects.values() if each["object"] == KIND and each["status"] == "enabled"]
        name, now = new_id("evt_"), world.clock.timestamp()
        order = about["metadata"].get("order")
        told = self.behaviours.take(type=kind, order=order)
        for destination in to:
            if destination["id"] in self._urls and wants(destination["enabled_events"], kind):
                body = (snapshot if destination["event_payload"] == "snapshot" else thin)(name, kind, now, about)
                delivery = Delivery(
                    event=name,
                    type=kind,
                    about=about["id"],
                    order=order,
                    url=self._urls[destination["id"]],
                    behaviour=told["behaviour"],
                    body=body,
                    secrets=self._secrets[destination["id"]],
                )
                self._deliveries.add(delivery, told)

    def create(self, world: World, params: dict[str, Any]) -> Object:
        """Answers with the signing secret only if `include` asks for it, as Stripe does. Raises Refusal."""
        if params["type"] == "webhook_endpoint" and "webhook_endpoint" not in params:
            raise invalid("webhook_endpoint", "Missing required param: webhook_endpoint.", "parameter_missing")
        now = _iso(world)
        made = world.add(
            KIND,
            description=params.get("description", ""),
            enabled_events=list(params["enabled_events"]),
            event_payload=params["event_payload"],
            events_from=params.get("events_from", ["@self"]),
            metadata=params.get("metadata", {}),
            name=params["name"],
            snapshot_api_version=params.get("snapshot_api_version"),
            status="enabled",
            status_details=None,
            type=params["type"],
            updated=now,
        )
        made["created"] = now
        shown = dict(made)
        if params["type"] == "webhook_endpoint":
            secret = "whsec_" + secrets.token_hex(16)
            self._urls[made["id"]] = params["webhook_endpoint"]["url"]
            self._secrets[made["id"]] = [secret]
            asked = params.get("include", [])
            shown["webhook_endpoint"] = {
                "signing_secret": secret if "webhook_endpoint.signing_secret" in asked else None,
                "url": self._urls[made["id"]] if "webhook_endpoint.url" in asked else None,
            }
        else:
            shown["amazon_eventbridge"] = {
                **params.get("amazon_eventbridge", {}),
                "aws_event_source_arn": f"arn:aws:events:us-east-1::event-source/aws.partner/stripe.com/{made['id']}",
                "aws_event_source_status": "pending",
            }
            made["amazon_eventbridge"] = shown["amazon_eventbridge"]
        return shown

    def listed(self, world: World) -> Object:
        return {"data": world.of_kind(KIND), "next_page_url": None, "previous_page_url": None}

    def switch(self, world: World, name: str, status: str) -> Object:
        found = world.get(KIND, name)
        found.update(status=status, updated=_iso(world))
        if status == "disabled":
            found["status_details"] = {"disabled": {"reason": "user"}}
        else:
            found["status_details"] = None
        return found

    def delete(self, world: World, name: str) -> Object:
        world.get(KIND, name)
        del world.objects[name]
        self._urls.pop(name, None)
        return {"id": name, "object": KIND}

    def set_webhook(self, world: World, request: Request) -> Answer:
        """`{"url", "secret": one or a list, "payload": "thin" or "snapshot"}`, instead of the last one so set."""
        asked = request.json()
        if not isinstance(asked, dict) or "url" not in asked:
            return Answer(400, {"message": "url: an address, or null for none"})
        for each in world.of_kind(KIND):
            if each["name"] == CONTROL:
                self.delete(world, each["id"])
        if asked["url"] is None:
            return Answer(200, {"id": None})
        given = asked.get("secret") or "whsec_" + secrets.token_hex(16)
        made = self.create(
            world,
            {
                "name": CONTROL,
                "type": "webhook_endpoint",
                "event_payload": asked.get("payload", "thin"),
                "enabled_events": ["*"],
                "webhook_endpoint": {"url": asked["url"]},
            },
        )
        self._secrets[made["id"]] = given if isinstance(given, list) else [given]
        return Answer(200, {"id": made["id"], "secret": self._secrets[made["id"]]})


def _iso(world: World) -> str:
    return world.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
