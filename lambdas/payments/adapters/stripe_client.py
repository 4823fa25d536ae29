"""Requests to Stripe: with the merchant's key, within the invocation's time, and with errors in our words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from payments.adapters.stripe_errors import is_replayed_failure, is_undecided, refusal
from payments.adapters.stripe_key import is_live_key, is_test_key
from payments.at_stripe import StripeFailed
from runtime.aws import Unavailable
from runtime.deadline import DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import Session
    from stripe import StripeClient

    from payments.adapters.stripe_key import StripeKey
    from runtime.deadline import Deadline

    Answer = TypeVar("Answer")

CONNECT_SECONDS, READ_SECONDS = 1, 5
STRIPE_SECONDS = 2 * (CONNECT_SECONDS + READ_SECONDS) + 0.5  # the longest call: two tries and the pause between them


class StripeAccount:
    """`url`: of the stand-in; None on AWS. A live key is used on the stage `prod` alone."""

    def __init__(
        self,
        key: StripeKey,
        deadline: Deadline,
        *,
        stage: str,
        url: str | None,
        connect: Callable[[str, str | None], StripeClient] | None = None,
    ) -> None:
        self._key, self._deadline, self._stage, self._url = key, deadline, stage, url
        self._connect = connect or stripe_client
        self._client: tuple[str, StripeClient] | None = None

    def is_live(self) -> bool:
        """Whether the key takes real money. Raises Unavailable, also when what is stored is no key for this stage."""
        return is_live_key(self._usable(self._key.fetch()))

    def ask(self, request: Callable[[StripeClient], Answer]) -> Answer:
        """Raises StripeRefused, StripeFailed; Unavailable when nothing was decided or the key was refused.

        A declined card stays stripe.CardError. A rotated key is fetched again once.
        """
        import stripe  # noqa: PLC0415  (80 ms that only a request pays)

        key = self._key.fetch()
        try:
            return self._send(key, request)
        except stripe.AuthenticationError:
            rotated = self._key.fetch(fresh=True)
        if rotated == key:
            raise Unavailable("stripe", "KeyRefused")
        try:
            return self._send(rotated, request)
        except stripe.AuthenticationError:
            raise Unavailable("stripe", "KeyRefused") from None

    def create(self, request: Callable[[StripeClient, str], Answer], key: str) -> Answer:
        """`request` takes the idempotency key. What a failure may have made has no id here, so nobody can pay it."""
        try:
            return self.ask(lambda stripe: request(stripe, key))
        except StripeFailed:
            return self.ask(lambda stripe: request(stripe, f"{key}:again"))

    def _send(self, key: str, request: Callable[[StripeClient], Answer]) -> Answer:
        import stripe  # noqa: PLC0415

        client = self._client_with(self._usable(key))
        try:
            self._deadline.require(STRIPE_SECONDS)
            return request(client)
        except DeadlineExceeded:
            raise Unavailable("stripe", "DeadlineExceeded") from None
        except (stripe.AuthenticationError, stripe.CardError):
            raise
        except stripe.StripeError as error:
            if is_replayed_failure(error):
                raise StripeFailed("stripe", type(error).__name__) from None
            if is_undecided(error):
                raise Unavailable("stripe", type(error).__name__) from None
            raise refusal(error) from None

    def _usable(self, key: str) -> str:
        if is_test_key(key) or (is_live_key(key) and self._stage == "prod"):
            return key
        raise Unavailable("stripe", "LiveKeyOutsideProd" if is_live_key(key) else "NoStripeKey")

    def _client_with(self, key: str) -> StripeClient:
        if self._client is None or self._client[0] != key:
            self._client = (key, self._connect(key, self._url))
        return self._client[1]


def stripe_client(key: str, url: str | None = None, session: Session | None = None) -> StripeClient:
    """A Stripe client with time limits. It logs nothing below WARNING: at DEBUG the SDK would log card numbers.

    `session`: to send its requests through; by default one for each thread.
    """
    import stripe  # noqa: PLC0415

    logging.getLogger("stripe").setLevel(logging.WARNING)
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        max_network_retries=1,
        base_addresses={"api": url} if url else {},
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS), session=session),
    )
