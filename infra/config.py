"""What differs between the environments: one frozen dataclass, one instance each."""

from dataclasses import dataclass, replace

from aws_cdk.aws_logs import RetentionDays

NAMESPACE = "PaymentChat"  # of the metrics that the functions write; their dimension `service` tells the stages apart
EXAMPLE = "example.com"  # the domain of placeholders: nobody can own it
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
class Page:
    """Where the payment page is hosted. The certificate must cover the domain and lie in the stage's region.

    With a hosted zone (its id and name) the domain is pointed to the page. Without one, point it there yourself.
    """

    domain: str
    certificate: str
    zone_id: str = ""
    zone_name: str = ""


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
    requests_per_address: int = 10_000
    """Requests within five minutes from one connection's address, where there is a firewall: the page's servers."""
    requests_per_visitor: int = 1_000
    """The same for one visitor of the hosted page. Loading the page takes about forty requests."""
    attempts_per_address: int = 30
    """Confirmations from one network address within an hour."""
    attempts_per_card: int = 5
    """Confirmations of one card number within an hour."""
    test_tokens: bool = False
    """Exchange Stripe's public test numbers for Stripe's test tokens, so that any test account will do."""

    memory: int = 1024
    """Megabytes; Lambda's share of a CPU grows with it."""
    snap_start: bool = False
    reserved_concurrency: int | None = None
    canary: bool = False
    """Whether a new version first takes a tenth of the traffic, and is rolled back on an alarm."""
    monitored: bool = True
    """Whether there are alarms, a dashboard and saved queries."""
    alarm_email: str = ""
    """Who is notified of an alarm, beside the topic's other subscribers."""
    firewall: bool = False
    page: Page | None = None
    log_level: str = "INFO"
    log_retention: RetentionDays = RetentionDays.ONE_MONTH
    data_trail: bool = False
    """Whether CloudTrail records every read and write of an item: $0.10 for 100,000; a turn has two to five."""
    keep: bool = False
    """Whether keys, receipts and secrets survive the removal of their stack."""

    stripe_url: str = ""
    model_url: str = ""
    """Addresses of the stand-ins; the function refuses them on any stage but local."""

    @property
    def service(self) -> str:
        """The stage's name in logs and metrics."""
        return f"payment-chat-{self.name}"


LOCAL = Stage(
    name="local",
    signed=False,
    requests_per_second=2_000,
    burst=4_000,
    attempts_per_address=1_000_000,
    attempts_per_card=1_000_000,
    log_retention=RetentionDays.ONE_DAY,
    monitored=False,
    stripe_url="http://127.0.0.1:12111",
    model_url="http://127.0.0.1:12112",
)
DEV = Stage(name="dev", test_tokens=True, log_retention=RetentionDays.ONE_WEEK)
STAGING = Stage(name="staging", test_tokens=True, snap_start=True, canary=True, firewall=True)
PROD = Stage(
    name="prod",
    snap_start=True,
    reserved_concurrency=100,
    canary=True,
    firewall=True,
    log_retention=RetentionDays.ONE_YEAR,
    data_trail=True,
    keep=True,
)

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


def placeholders(stage: Stage) -> tuple[str, ...]:
    """The settings of a live stage that still hold a placeholder, by name."""
    if not stage.keep:
        return ()
    unset = {
        "contact": stage.contact.endswith(EXAMPLE),
        "alarm_email": not stage.alarm_email or stage.alarm_email.endswith(EXAMPLE),
        "page": stage.page is not None and stage.page.domain.endswith(EXAMPLE),
    }
    return tuple(name for name, is_unset in unset.items() if is_unset)
