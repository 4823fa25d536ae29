"""Writes docs/benchmarks/flash-sale.md."""

from collections.abc import Mapping
from statistics import quantiles

from benchmarks.flash_sale import quotas
from benchmarks.flash_sale.plan import Plan
from benchmarks.flash_sale.sale import (
    CONFIRM_AGAIN_SECONDS,
    PATIENCE_SECONDS,
    PEAK,
    RAMP_SECONDS,
    Outcome,
)
from benchmarks.flash_sale.service import FIREWALL_WAIT, GATEWAY_WAIT
from benchmarks.flash_sale.settings import ALL_RAISED, AS_IT_IS, KNOBS
from benchmarks.pages.table import table
from benchmarks.places import DOCS

Outcomes = Mapping[str, Mapping[str, Outcome]]  # by kind of order, then by step of the ladder


def write(outcomes: Outcomes, plans: Mapping[str, Plan], seed: int) -> None:
    """Writes the page to its file."""
    parts = [
        _head(),
        _in_short(outcomes),
        _knobs(),
        _pace(plans),
        *(_kind(kind, found) for kind, found in outcomes.items()),
    ]
    share = next(outcome.share for found in outcomes.values() for outcome in found.values())
    text = "\n\n".join([*parts, _assumed(seed, share), _sources()]) + "\n"
    (DOCS / "benchmarks" / "flash-sale.md").write_text(text)


def _head() -> str:
    return f"""# A flash sale, simulated

Payers arrive ever faster: 0 to {PEAK:,.0f} a second within {RAMP_SECONDS:.0f} seconds, {PEAK * RAMP_SECONDS / 2:,.0f} in all. Then nobody comes any more. What is
refused, how long does it take, and what has to be raised before? `make flash-sale` plays it in a few minutes and writes this page. It is a
simulation of the limits, event by event, with the calls that were counted for each step ([cost](../cost.md)). It is no load test."""


def _in_short(outcomes: Outcomes) -> str:
    def said(kind: str, found: Mapping[str, Outcome]) -> str:
        first, *_, last = found.values()
        payers, slowest = last.whole(last.arrived), max(last.lost, default=0)
        return (
            f"- **{kind}**: as `prod` is, {first.whole(first.paid):,} of {payers:,} payers pay. With all of the below raised, "
            f"{last.whole(last.paid):,} do, and none of them loses more than {slowest:.1f} s."
        )

    return "\n".join(said(kind, found) for kind, found in outcomes.items())


def _knobs() -> str:
    rows = [
        [knob.name, f"{getattr(AS_IT_IS, knob.field):,.0f}", f"{getattr(ALL_RAISED, knob.field):,.0f}", knob.how]
        for knob in KNOBS
    ]
    return (
        f"## What to raise before {PEAK:,.0f} payers a second\n\n"
        + table(["name", "is", "raise to", "where, and when"], rows)
        + """

For a smaller sale, multiply the right column by your payers a second and divide by """
        + f"""{PEAK:,.0f}. Three things to know:

- **The firewall comes first, and it is all or nothing.** All calls of the page come from its two network addresses. When one of them exceeds
  `requests_per_address` within five minutes, the firewall refuses everything from it, and what it refuses keeps counting.
- **Stripe decides how many can pay.** At Stripe's defaults {quotas.STRIPE_ENDPOINT.value:.0f} orders a second get through. Raising the rest
  without it brings payers to Stripe's queue sooner, and does not let more of them pay.
- **What AWS adds by itself comes too late.** A function gets 1,000 more executions every 10 s. An on-demand table takes twice
  its last peak, but half an hour later."""
    )


def _pace(plans: Mapping[str, Plan]) -> str:
    payers, rate = PEAK * RAMP_SECONDS / 2, quotas.STRIPE_ENDPOINT.value
    in_all = " and ".join(f"{quotas.STRIPE_ALL.value / _asked(plan):.0f} ({kind})" for kind, plan in plans.items())
    return f"""## If Stripe does not raise its limits

Let the shop hand out its links no faster than Stripe takes orders: {rate:.0f} a second. {payers:,.0f} payers then take {payers / rate / 60:.0f} minutes. Nobody is
refused, and who waits can be told how long. (Stripe's limit over all endpoints would allow {in_all}.)"""


def _asked(plan: Plan) -> int:
    """Requests to Stripe. Whoever comes first asks how the Checkout stands: an event or the payer."""
    return sum(len(step.stripe) for step in plan.steps)


def _kind(kind: str, found: Mapping[str, Outcome]) -> str:
    rows = [_row(name, outcome) for name, outcome in found.items()]
    head = ["", "paid", "left", "refusals", "p50 s lost", "p95 s lost", "queue lasts"]
    refused = "\n".join(f"- **{name}**: {_refused(outcome)}" for name, outcome in found.items())
    return f"## {kind[0].upper()}{kind[1:]}\n\n{table(head, rows)}\n\nWho refused, and since when:\n\n{refused}"


def _row(name: str, outcome: Outcome) -> list[str]:
    cuts = quantiles(outcome.lost, n=20) if len(outcome.lost) > 1 else [0.0] * 19
    unseen = outcome.whole(outcome.without_receipt)
    paid = f"{outcome.whole(outcome.paid):,}" + (f" ({unseen:,} saw no receipt)" if unseen else "")
    queue = "no queue" if not outcome.refusals else f"{max(0, outcome.ended - RAMP_SECONDS):,.0f} s"
    return [
        name,
        paid,
        f"{outcome.whole(outcome.left):,}",
        f"{outcome.whole(outcome.refusals.total()):,}",
        f"{cuts[9]:.1f}",
        f"{cuts[18]:.1f}",
        queue,
    ]


def _refused(outcome: Outcome) -> str:
    """The most first."""
    words = outcome.whole(outcome.plain_words)
    plain = f" The model's quota left {words:,} replies in the fixed wording." if words else ""
    if not outcome.refusals:
        return f"nobody.{plain}"
    told = (
        f"{_marked(name)} {outcome.whole(times):,} times, from second {outcome.first[name]:.0f}"
        for name, times in outcome.refusals.most_common()
    )
    return "; ".join(told) + f".{plain}"


def _marked(name: str) -> str:
    return f"`{name}`" if "_" in name and " " not in name else name


def _assumed(seed: int, share: float) -> str:
    return f"""## How it is played

- **Lost** is what a payer waits beyond reading, typing and Stripe's page, from the first click to the receipt; of those who paid. **The queue
  lasts** from the last arrival to the last payer who has paid or left.
- The clients do what the real ones do. The page sends a refused message again by itself: after {GATEWAY_WAIT:.0f} s when the gateway or a function refuses,
  after {FIREWALL_WAIT:.0f} s when the firewall does. A throttled call of DynamoDB or KMS is repeated once within a second, then the turn is refused. When
  Stripe refuses, the payer is asked to confirm again. The shop repeats `POST /orders` as the page does its messages. Stripe repeats its events.
- Assumed: a payer who has waited {PATIENCE_SECONDS / 60:.0f} minutes for one answer leaves; confirms again {CONFIRM_AGAIN_SECONDS:.0f} s after being asked to; reads and types for 2 to 15
  s a step, and takes 40 s on Stripe's page (each ± 50 %). All of the page's calls come from two addresses, and those of the shop from one.
- One payer in {1 / share:.0f} is played, against the same part of every limit; the counts are those of the whole sale. A small system refuses a
  little more than a large one at the same load, so the real sale would do no worse.
- The times of calls are those of [cost](../cost.md). Random numbers start from {seed}: the same run gives the same page.
- Not simulated: the page's own servers. They are two to ten tasks ([page](../page.md)), and a sale needs more of them: `max_capacity` in
  `infra/page/page_service.py`. Nor the limits of one network address: `attempts_per_address` and `requests_per_visitor`, which payers behind one
  address share, and `events_per_address` for Stripe's events. Webhooks are never refused, they wait: ten at once (`max_concurrency` in `infra/orders/announcing.py`)."""


def _sources() -> str:
    listed = "\n".join(f"- {source}" for source in quotas.SOURCES)
    return f"Quotas of {quotas.DATE}, by default, in US East (N. Virginia):\n\n{listed}"
