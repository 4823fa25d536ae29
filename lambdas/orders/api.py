"""HTTP event in, HTTP reply out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from orders.merchant_orders import NOT_FOUND
from orders.order_request import read_order_request
from payments.link import ORDER_ID
from payments.order_body import event_id, order_body
from runtime.aws import Unavailable
from runtime.gateway import RequestRefused, json_object, refusal, reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orders.merchant_orders import Created, MerchantOrders
    from orders.order_request import OrderRules

MAX_BODY_BYTES = 4096
RETRY_AFTER_SECONDS = 2  # told with a 503


class Telemetry(Protocol):
    def identify(self, order_id: str | None) -> None: ...
    def info(self, message: str, **fields: str | float | None) -> None: ...
    def request_refused(self, status: int, code: str) -> None: ...
    def unavailable(self, error: Unavailable) -> None: ...
    def crashed(self, error: BaseException) -> None: ...


@dataclass(frozen=True)
class Api:
    """`page_url`: without a slash at its end; empty where the stage has no page."""

    orders: MerchantOrders
    rules: OrderRules
    page_url: str
    telemetry: Telemetry

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to an API Gateway REST proxy event. Raises nothing: an exception's text never leaves."""
        self.telemetry.identify(None)
        try:
            return self._answer(event)
        except RequestRefused as refused:
            return self._refuse(refused.status, refused.code, refused.message)
        except Unavailable as error:
            self.telemetry.unavailable(error)
            message = "this is temporarily unavailable; repeat the request"
            return self._refuse(503, "temporarily_unavailable", message, RETRY_AFTER_SECONDS)
        except Exception as error:  # noqa: BLE001  (the last resort: the error's text may quote the request)
            self.telemetry.crashed(error)
            return self._refuse(500, "internal_error", "something went wrong on our side")

    def _answer(self, event: Mapping[str, Any]) -> dict[str, Any]:
        match event.get("httpMethod"), event.get("resource"):
            case "POST", "/orders":
                created = self.orders.create(read_order_request(json_object(event, MAX_BODY_BYTES), self.rules))
                self.telemetry.identify(created.order.id)
                self.telemetry.info("created" if created.is_new else "created before")
                return reply(201 if created.is_new else 200, self._created_body(created))
            case "GET", "/orders/{orderId}":
                return reply(200, order_body(self.orders.get(self._order_id(event))))
            case "POST", "/orders/{orderId}/cancel":
                order = self.orders.cancel(self._order_id(event))
                self.telemetry.info("cancelled")
                return reply(200, order_body(order))
            case "POST", "/orders/{orderId}/announce":
                order, change = self.orders.announce(self._order_id(event))
                self.telemetry.info("announced", event=change.event_type)
                return reply(202, {"eventId": event_id(order.id, change.event_type), "type": change.event_type})
        raise RequestRefused(404, "not_found", "there is nothing at this path")

    def _created_body(self, created: Created) -> dict[str, Any]:
        """The payer's key stands in the link's fragment, which no server is told."""
        link = f"{self.page_url}/#order={created.token}" if self.page_url else None
        return order_body(created.order) | {"orderToken": created.token, "link": link}

    def _order_id(self, event: Mapping[str, Any]) -> str:
        found = (event.get("pathParameters") or {}).get("orderId")
        if not isinstance(found, str) or not ORDER_ID.fullmatch(found):
            raise NOT_FOUND
        self.telemetry.identify(found)
        return found

    def _refuse(self, status: int, code: str, message: str, retry_after: int | None = None) -> dict[str, Any]:
        self.telemetry.request_refused(status, code)
        return refusal(status, code, message, retry_after=retry_after)
