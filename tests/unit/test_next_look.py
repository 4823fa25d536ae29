"""When the sweep looks at an order again."""

import pytest

from payments.next_look import next_look
from payments.order import AtStripe, Change, Status, StripeKind
from tests.fakes import NOON, an_order

HOUR, DAY = 3600, 24 * 3600
STARTED = (Change(Status.IN_PROGRESS, NOON),)
TOLD = {"status": Status.IN_PROGRESS, "changes": STARTED, "announced": frozenset({Status.IN_PROGRESS})}
CHECKOUT = AtStripe(StripeKind.CHECKOUT, "cs_1", NOON + 1860)
INTENT = AtStripe(StripeKind.PAYMENT_INTENT, "pi_1")
CANCELLED = {"status": Status.CANCELLED, "changes": (Change(Status.CANCELLED, NOON),)}


@pytest.mark.parametrize(
    ("order", "after", "look"),
    [
        pytest.param({}, 0, DAY, id="open: at its end"),
        pytest.param({}, DAY, DAY + 60, id="past its end: soon"),
        pytest.param({"changes": STARTED}, 5, 65, id="not announced: in a minute"),
        pytest.param(CANCELLED, 0, 60, id="final and not announced: in a minute"),
        pytest.param(CANCELLED | {"announced": frozenset({Status.CANCELLED})}, 0, None, id="all done: never"),
        pytest.param(TOLD | {"at_stripe": INTENT}, 10, 910, id="at Stripe: in a quarter of an hour"),
        pytest.param(TOLD | {"at_stripe": INTENT}, 2 * HOUR, 4 * HOUR, id="at Stripe for long: more rarely"),
        pytest.param(TOLD | {"at_stripe": INTENT}, 20 * HOUR, DAY, id="at Stripe: at its end at the latest"),
        pytest.param(TOLD | {"at_stripe": CHECKOUT}, 1000, 1890, id="a Checkout: when it has ended"),
        pytest.param(TOLD | {"at_stripe": CHECKOUT, "expires": NOON + 300}, 400, 1300, id="past its end"),
        pytest.param(TOLD | {"at_stripe": INTENT}, DAY, DAY + 900, id="past its end, and at Stripe"),
        pytest.param(TOLD | {"declines": 10}, 0, 60, id="the tenth decline: soon"),
        pytest.param(TOLD | {"mismatched": True, "at_stripe": INTENT}, 0, None, id="a mismatch: never by itself"),
        pytest.param({"changes": STARTED, "mismatched": True}, 0, 60, id="a mismatch that was not announced"),
    ],
)
def test_an_order_is_looked_at(order, after, look):
    assert next_look(an_order(**order), NOON + after) == (None if look is None else NOON + look)
