"""Orders of a stage: create, get, cancel, announce; for synchronous programs and for asynchronous ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar, Unpack

import httpx

from payment_chat_client.calls import Call, announce_call, cancel_call, create_call, get_call, read_answer
from payment_chat_client.errors import Unreachable

if TYPE_CHECKING:
    from payment_chat_client.order import CreatedOrder, Order, OrderRequest

T = TypeVar("T")
TIMEOUT_SECONDS = 30.0  # API Gateway answers within 29


class Orders:
    """Raises subclasses of PaymentChatError: Refused for the API's own errors, Unreachable without an answer.

    `auth` signs the calls (SigV4); the local stage takes unsigned ones. It may be used by several threads.
    """

    def __init__(
        self,
        api_url: str,
        *,
        auth: httpx.Auth | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=api_url, auth=auth, timeout=timeout_seconds, transport=transport, trust_env=not is_local(api_url)
        )

    def create(self, **request: Unpack[OrderRequest]) -> CreatedOrder:
        """A new order; or the one that the same request made before. Repeating it is safe."""
        return self._send(create_call(request))

    def get(self, order_id: str) -> Order:
        return self._send(get_call(order_id))

    def cancel(self, order_id: str) -> Order:
        """The order, cancelled. Raises OrderFinal when it had ended before, paid for example, and Busy."""
        return self._send(cancel_call(order_id))

    def announce(self, order_id: str) -> None:
        """Have the order's last event sent again, under its old id."""
        self._send(announce_call(order_id))

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, call: Call[T]) -> T:
        try:
            reply = self._http.request(call.method, call.path, json=call.body)
        except httpx.TransportError as error:
            raise _unreachable(error) from error
        return read_answer(call, reply)


class AsyncOrders:
    """The same as Orders, awaited."""

    def __init__(
        self,
        api_url: str,
        *,
        auth: httpx.Auth | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=api_url, auth=auth, timeout=timeout_seconds, transport=transport, trust_env=not is_local(api_url)
        )

    async def create(self, **request: Unpack[OrderRequest]) -> CreatedOrder:
        return await self._send(create_call(request))

    async def get(self, order_id: str) -> Order:
        return await self._send(get_call(order_id))

    async def cancel(self, order_id: str) -> Order:
        return await self._send(cancel_call(order_id))

    async def announce(self, order_id: str) -> None:
        await self._send(announce_call(order_id))

    async def close(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _send(self, call: Call[T]) -> T:
        try:
            reply = await self._http.request(call.method, call.path, json=call.body)
        except httpx.TransportError as error:
            raise _unreachable(error) from error
        return read_answer(call, reply)


def _unreachable(error: httpx.TransportError) -> Unreachable:
    return Unreachable(f"the API does not answer ({type(error).__name__})")


def is_local(api_url: str) -> bool:
    """Whether this machine serves it. No proxy may stand between the machine and itself."""
    return httpx.URL(api_url).host in {"127.0.0.1", "localhost", "::1"}
