"""What differs between the environments: one frozen dataclass, one instance each."""

from dataclasses import dataclass, replace

from aws_cdk.aws_logs import RetentionDays

ALL_BRANDS = ("visa", "mastercard", "amex", "discover", "diners", "jcb", "unionpay")


@dataclass(frozen=True)
class Model:
    """A Bedrock model, called through a cross-region inference profile.

    `regions` are the regions to which the profile may route a call; each needs its own permission.
    """

    profile: str
    foundation_model: str
    regions: tuple[str, ...]


LLAMA = Model(
    profile="us.meta.llama4-maverick-17b-instruct-v1:0",
    foundation_model="meta.llama4-maverick-17b-instruct-v1:0",
    regions=("us-east-1", "us-east-2", "us-west-2"),
)


@dataclass(frozen=True)
class Stage:
    """The settings of one environment. The defaults are the careful ones."""

    name: str
    region: str = "us-east-1"
    model: Model | None = LLAMA
    brands: tuple[str, ...] = ALL_BRANDS
    contact: str = "support@example.com"
    """Where the bot sends a payer it cannot help; shown in the chat."""

    signed: bool = True
    """Whether the API asks for an IAM signature (SigV4)."""
    requests_per_second: int = 50
    burst: int = 100
    attempts_per_address: int = 30
    """Confirmations from one network address within an hour."""
    attempts_per_card: int = 5
    """Confirmations of one card number within an hour."""
    test_tokens: bool = False
    """Exchange Stripe's public test numbers for Stripe's test tokens, so that any test account will do."""

    memory: int = 1024
    """Megabytes; Lambda's share of a CPU grows with it."""
    snap_start: bool = False
    log_level: str = "INFO"
    log_retention: RetentionDays = RetentionDays.ONE_MONTH
    keep: bool = False
    """Whether keys, receipts and secrets survive the removal of their stack."""

    stripe_url: str = ""
    model_url: str = ""
    """Addresses of the stand-ins; the function refuses them on any stage but local."""


LOCAL = Stage(
    name="local",
    signed=False,
    requests_per_second=2_000,
    burst=4_000,
    attempts_per_address=1_000_000,
    attempts_per_card=1_000_000,
    log_retention=RetentionDays.ONE_DAY,
    stripe_url="http://127.0.0.1:12111",
    model_url="http://127.0.0.1:12112",
)
DEV = Stage(name="dev", test_tokens=True, log_retention=RetentionDays.ONE_WEEK)
STAGING = Stage(name="staging", test_tokens=True, snap_start=True)
PROD = Stage(name="prod", snap_start=True, log_retention=RetentionDays.ONE_YEAR, keep=True)

STAGES = {stage.name: stage for stage in (LOCAL, DEV, STAGING, PROD)}


def stage_named(name: str, stripe_url: str | None = None, model_url: str | None = None) -> Stage:
    """The stage of that name; the addresses of the stand-ins can be moved on the local one only."""
    if name not in STAGES:
        raise SystemExit(f"There is no stage {name!r}. Stages: {', '.join(STAGES)}")
    stage = STAGES[name]
    if not (stripe_url or model_url):
        return stage
    if name != "local":
        raise SystemExit("stripeUrl and modelUrl are settings of the local stage only")
    return replace(stage, stripe_url=stripe_url or stage.stripe_url, model_url=model_url or stage.model_url)
