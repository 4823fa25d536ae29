"""A stand-in for Stripe: the parts of its API that our functions ask, its Checkout and 3-D Secure pages, its events.

Requests are judged by Stripe's own description and by the types of the pinned SDK. `/_control/…` tells it what to do
(control.py). It stores no card number and no CVC: only brand, last four digits, what the issuer of a test number will
answer, and a keyed hash of each request for the idempotency check (the key is random and lives in this process only).
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime

from local.runner.environment import LOCAL_STRIPE_KEY
from local.stand_in.service import Answer, Request, run
from local.stripe.api import Api
from local.stripe.control import Control
from local.stripe.events.deliveries import Deliveries
from local.stripe.events.destinations import Destinations
from local.stripe.objects.checkouts import pass_time
from local.stripe.objects.world import Clock, Object, World
from local.stripe.pages.site import Site
from local.stripe.requests.judge import validator_of
from local.stripe.routes import ROUTES


class Stripe:
    """The stand-in, as a function from request to answer."""

    def __init__(
        self,
        *,
        key: str = LOCAL_STRIPE_KEY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        deliveries: Deliveries | None = None,
        site: str | None = None,
    ) -> None:
        self._site_address = site
        self.deliveries = deliveries or Deliveries()
        self._destinations = Destinations(self.deliveries)
        self.world = World(Clock(now), self._announce)
        self.api = Api(self.world, self._destinations, key=key, sleep=sleep)
        self._control = Control(self.world, self.api, self._destinations, self.deliveries)
        self._site = Site(self.world)

    def _announce(self, kind: str, about: Object) -> None:
        self._destinations.announce(self.world, kind, about)

    def __call__(self, request: Request) -> Answer:
        _, _, port = request.headers.get("host", "").partition(":")
        if self._site_address or port.isdecimal():  # another site than 127.0.0.1, as Stripe's pages are to ours
            self.world.site = self._site_address or f"http://localhost:{port}"
        with self.world.lock:
            pass_time(self.world)
        for part in (self._control, self.api, self._site):
            answer = part(request)
            if answer is not None:
                return answer
        error = {"type": "invalid_request_error", "message": "Unrecognized request URL."}
        return Answer(404, {"error": error}, note={"route": "unknown"})


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Stripe")
    parser.add_argument("--port", type=int, default=12111)
    port = parser.parse_args().port
    for route in ROUTES:  # now, so that no request waits for its schema
        validator_of(route.params, is_form=route.is_form)
    run(Stripe(site=f"http://localhost:{port}"), port=port, name="stripe")


if __name__ == "__main__":
    main()
