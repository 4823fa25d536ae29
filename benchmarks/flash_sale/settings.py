"""What a sale runs with: the stage's own settings and the quotas, as they are or raised."""

from dataclasses import dataclass, fields, replace

from benchmarks.flash_sale import quotas
from infra.firewall import WINDOW_SECONDS
from infra.stages import PROD
from payments.adapters.order_items import SHARDS


@dataclass(frozen=True)
class Settings:
    """Every limit that a payer's request may meet. Rates are a second; the names of the first ones are the stage's."""

    requests_per_second: float = PROD.requests_per_second
    burst: float = PROD.burst
    requests_per_address: float = PROD.requests_per_address
    events_per_second: float = PROD.events_per_second
    reserved_concurrency: float = PROD.reserved_concurrency or quotas.CONCURRENCY.value
    events_concurrency: float = PROD.events_concurrency or quotas.CONCURRENCY.value
    api_rate: float = quotas.API_RATE.value
    concurrency: float = quotas.CONCURRENCY.value
    warm_writes: float = quotas.NEW_TABLE_WRITES.value
    table_writes: float = quotas.TABLE_WRITES.value
    index_writes: float = SHARDS * quotas.PARTITION_WRITES
    kms: float = quotas.KMS_REQUESTS.value
    model_tokens: float = quotas.MODEL_TOKENS.value
    stripe_endpoint: float = quotas.STRIPE_ENDPOINT.value
    stripe_all: float = quotas.STRIPE_ALL.value
    page_addresses: int = 2  # NAT gateways of the page's network on a live stage

    scaling: float = quotas.SCALING_PER_SECOND  # more executions of a function, a second
    partition_writes: float = quotas.PARTITION_WRITES

    def share(self, part: float) -> "Settings":
        """A part of every limit, for the same part of the payers."""
        whole = {"page_addresses"}
        return replace(
            self, **{each.name: getattr(self, each.name) * part for each in fields(self) if each.name not in whole}
        )

    @property
    def api_burst(self) -> float:
        return self.api_rate * quotas.API_BURST.value / quotas.API_RATE.value

    @property
    def window_seconds(self) -> int:
        return WINDOW_SECONDS


AS_IT_IS = Settings()
# What the stage may be set to without asking anybody.
STAGE_RAISED = replace(
    AS_IT_IS,
    requests_per_second=10_000,
    burst=5_000,
    requests_per_address=3_000_000,
    events_per_second=5_000,
    reserved_concurrency=800,
    events_concurrency=100,
)
AWS_RAISED = replace(
    STAGE_RAISED,
    requests_per_second=20_000,
    burst=10_000,
    reserved_concurrency=6_000,
    events_concurrency=2_000,
    api_rate=30_000,
    concurrency=10_000,
    warm_writes=40_000,
    table_writes=80_000,
    index_writes=16 * quotas.PARTITION_WRITES,
)
ALL_RAISED = replace(AWS_RAISED, stripe_endpoint=2_000, stripe_all=6_000)

# In the order of a sale. Each has all that those before it have.
LADDER = {
    "as `prod` is": AS_IT_IS,
    "the stage's own limits raised": STAGE_RAISED,
    "AWS's quotas raised as well": AWS_RAISED,
    "Stripe's rate raised as well": ALL_RAISED,
}


@dataclass(frozen=True)
class Knob:
    """Something to raise. `name`: where it is raised, as it is called there. `how`: by whom, and how long before."""

    field: str
    name: str
    how: str


STAGES = "`infra/stages.py`, then `make deploy`"
QUOTA = "Service Quotas, some days before"
KNOBS = (
    Knob("requests_per_address", "`requests_per_address`", STAGES),
    Knob("requests_per_second", "`requests_per_second`", STAGES),
    Knob("burst", "`burst`", STAGES),
    Knob("reserved_concurrency", "`reserved_concurrency`", STAGES),
    Knob("events_per_second", "`events_per_second`", STAGES),
    Knob("events_concurrency", "`events_concurrency`", STAGES),
    Knob("concurrency", quotas.CONCURRENCY.name, QUOTA),
    Knob("api_rate", quotas.API_RATE.name, QUOTA),
    Knob("table_writes", quotas.TABLE_WRITES.name, QUOTA),
    Knob(
        "warm_writes",
        f"{quotas.NEW_TABLE_WRITES.name} (`WarmThroughput`), sessions and orders",
        "`aws dynamodb update-table`, a day before; it is billed once",
    ),
    Knob("index_writes", "`SHARDS` of the index `due`, times 1,000", "`payments/adapters/order_items.py`: 16 at most"),
    Knob("stripe_endpoint", quotas.STRIPE_ENDPOINT.name, "Stripe's support, six weeks before"),
    Knob("stripe_all", quotas.STRIPE_ALL.name, "Stripe's support, six weeks before"),
)
