"""Default quotas of US East (N. Virginia) and of Stripe, as public pages say on DATE. A run fetches nothing."""

from dataclasses import dataclass

DATE = "2026-11-26"


@dataclass(frozen=True)
class Quota:
    """`name`: under which it is raised: in the console Service Quotas, at Stripe, or in this repository."""

    value: float
    name: str
    source: str


GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html"
SCALING = "https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html"
ON_DEMAND = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"
WARM = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html"
PARTITIONS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html"
TABLES = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"
BEDROCK = "https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-runtime.html"
EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
FIREWALL = "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-caveats.html"
STRIPE = "https://docs.stripe.com/rate-limits"

API_RATE = Quota(10_000, "API Gateway: Throttle rate", GATEWAY)  # requests a second
API_BURST = Quota(5_000, "API Gateway: Throttle burst rate (follows the rate)", GATEWAY)
CONCURRENCY = Quota(1_000, "Lambda: Concurrent executions", LAMBDA)
INVOCATIONS_PER_CONCURRENCY = 10  # a second, for each of the executions that may run at once (LAMBDA)
SCALING_PER_SECOND = 100  # more executions of a function: 1,000 every 10 s (SCALING); no quota to raise
TABLE_WRITES = Quota(40_000, "DynamoDB: Table-level write throughput limit", TABLES)  # units a second
NEW_TABLE_WRITES = Quota(4_000, "DynamoDB: the table's warm throughput", ON_DEMAND)
PARTITION_WRITES = 1_000  # units a second of one partition (PARTITIONS); no quota to raise
KMS_REQUESTS = Quota(100_000, "KMS: Cryptographic operations (symmetric) request rate", KMS)
MODEL_TOKENS = Quota(600_000, "Bedrock: Cross-region model inference tokens per minute", BEDROCK)
PUT_EVENTS = Quota(10_000, "EventBridge: PutEvents throttle limit in transactions per second", EVENTS)
STRIPE_ENDPOINT = Quota(25, "Stripe: requests a second of one endpoint", STRIPE)
STRIPE_ALL = Quota(100, "Stripe: requests a second, live mode", STRIPE)

SOURCES = (GATEWAY, LAMBDA, SCALING, ON_DEMAND, WARM, PARTITIONS, TABLES, KMS, BEDROCK, EVENTS, FIREWALL, STRIPE)
