"""Who is told: event destinations of API v2, and the one that a test sets by `/_control/webhook`."""

import secrets
from datetime import UTC
from typing import Any

from local.stand_in.service import Answer, Request
from local.stripe.events.behaviours import Behaviours
from local.stripe.events.bodies import snapshot, thin, wants
from local.stripe.events.deliveries import Deliveries, Delivery
from local.stripe.objects.world import Object, World, new_id
from local.stripe.requests.form import listed
from local.stripe.requests.refusals import invalid

CONTROL = "set by a test"
KIND = "v2.core.event_destination"
CHANGEABLE = ("description", "enabled_events", "metadata", "name")


class Destinations:
    def __init__(self, deliveries: Deliveries) -> None:
        self.behaviours = Behaviours()
        self._deliveries = deliveries
        self._kept: dict[str, Object] = {}
        self._secrets: dict[str, list[str]] = {}  # of those that are webhook endpoints
        self._urls: dict[str, str] = {}

    def announce(self, world: World, kind: str, about: Object) -> None:
        """Whoever calls holds the world's lock, so that events are written in the order of what happened."""
        name, now = new_id("evt_"), world.clock.timestamp()
        order = about["metadata"].get("order")
        told = self.behaviours.take(type=kind, order=order)
        for destination in self._kept.values():
            if not self._takes(destination, kind):
                continue
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

    def _takes(self, destination: Object, kind: str) -> bool:
        is_open = destination["status"] == "enabled" and destination["id"] in self._urls
        return is_open and wants(destination["enabled_events"], kind)

    def create(self, world: World, params: dict[str, Any]) -> Object:
        """Raises Refusal."""
        kind = params["type"]
        if kind not in params:
            raise invalid(kind, f"Missing required param: {kind}.", "parameter_missing")
        moment = _moment(world)
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
            type=kind,
            updated=moment,
        )
        made["created"] = moment  # API v2 writes moments as text
        if kind == "webhook_endpoint":
            self._urls[made["id"]] = params["webhook_endpoint"]["url"]
            self._secrets[made["id"]] = ["whsec_" + secrets.token_hex(16)]
        else:
            source = f"arn:aws:events:us-east-1::event-source/aws.partner/stripe.com/{made['id']}"
            bus = {"aws_account_id": params[kind].get("aws_account_id"), "aws_event_source_arn": source}
            made[kind] = {**bus, "aws_event_source_status": "pending"}
        self._kept[made["id"]] = made
        return self._shown(made, params)

    def retrieve(self, world: World, name: str, params: dict[str, Any]) -> Object:
        return self._shown(world.get(KIND, name), params)

    def listed(self, params: dict[str, Any]) -> Object:
        shown = [self._shown(each, params) for each in self._kept.values()]
        return {"data": shown, "next_page_url": None, "previous_page_url": None}

    def _shown(self, kept: Object, params: dict[str, Any]) -> Object:
        """Without address and signing secret, unless `include` asks for them; the secret only where it is made."""
        if kept["type"] != "webhook_endpoint":
            return dict(kept)
        asked, is_new = listed(params.get("include")), "enabled_events" in params and "type" in params
        secret = self._secrets[kept["id"]][0] if is_new and "webhook_endpoint.signing_secret" in asked else None
        url = self._urls[kept["id"]] if "webhook_endpoint.url" in asked else None
        return {**kept, "webhook_endpoint": {"signing_secret": secret, "url": url}}

    def update(self, world: World, name: str, params: dict[str, Any]) -> Object:
        found = world.get(KIND, name)
        found.update({field: params[field] for field in CHANGEABLE if field in params}, updated=_moment(world))
        if "webhook_endpoint" in params:
            self._urls[name] = params["webhook_endpoint"]["url"]
        return self._shown(found, params)

    def switch(self, world: World, name: str, status: str) -> Object:
        found = world.get(KIND, name)
        details = {"disabled": {"reason": "user"}} if status == "disabled" else None
        found.update(status=status, status_details=details, updated=_moment(world))
        return self._shown(found, {})

    def delete(self, world: World, name: str) -> Object:
        world.get(KIND, name)
        for kept in (world.objects, self._kept, self._urls, self._secrets):
            kept.pop(name, None)
        return {"id": name, "object": KIND}

    def set_webhook(self, world: World, request: Request) -> Answer:
        """`{"url", "secret": one or a list, "payload": "thin" or "snapshot"}`, instead of the last one so set."""
        asked = request.json()
        if not isinstance(asked, dict) or "url" not in asked:
            return Answer(400, {"message": "url: an address, or null for none"})
        for name in [name for name, each in self._kept.items() if each["name"] == CONTROL]:
            self.delete(world, name)
        if asked["url"] is None:
            return Answer(200, {"id": None})
        made = self.create(
            world,
            {
                "name": CONTROL,
                "type": "webhook_endpoint",
                "event_payload": asked.get("payload", "thin"),
                "enabled_events": asked.get("enabled_events", ["*"]),
                "webhook_endpoint": {"url": asked["url"]},
            },
        )
        given = asked.get("secret")
        if given is not None:
            self._secrets[made["id"]] = given if isinstance(given, list) else [given]
        return Answer(200, {"id": made["id"], "secret": self._secrets[made["id"]]})


def _moment(world: World) -> str:
    return world.clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
