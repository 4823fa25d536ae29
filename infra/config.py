"""What differs between the environments: one frozen dataclass, one instance each."""

from dataclasses import dataclass

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
    wording: str = "prepared"
    """How the model's words are used: `prepared` ahead for the script's replies, `live` for all of them, or `off`."""
    pointing: bool = True
    """Whether the model is asked what a message means where the rules hear nothing certain. It decides nothing."""
    brands: tuple[str, ...] = ALL_BRANDS
    contact: str = "support@example.com"
    """Where the bot sends a payer it cannot help; shown in the chat."""

    merchant: str = "Example Shop"
    """Who asks for the payment, as payers know it."""
    currencies: tuple[str, ...] = ("eur", "gbp", "usd")
    """What orders may ask for: ISO codes in lower case."""
    captures: tuple[str, ...] = ("hosted", "chat")
    """Where a card may be typed: on Stripe's own page, or in the conversation. The first one is the default."""
    raw_card_data: bool = False
    """Whether Stripe has enabled raw card data for the live account: `chat` needs it where the key is live."""
    wallets: bool = True
    """Whether payers may use a wallet on Stripe's page. False hides Link and has the chat say that the others do not
    work; Apple Pay and Google Pay themselves are switched off in the Stripe account (decision 17)."""
    return_hosts: tuple[str, ...] = ()
    """The hosts that an order's return address may name."""
    webhook_url: str = ""
    """Where events of orders are sent, beside the event bus."""
    stripe_event_bus: str = ""
    """The name of the partner event bus, when Stripe's events come through EventBridge instead of the API."""

    signed: bool = True
    """Whether the API asks for an IAM signature (SigV4)."""
    requests_per_second: int = 50
    burst: int = 100
    requests_per_address: int = 10_000
    """Requests within five minutes from one connection's address, where there is a firewall: the page's servers."""
    events_per_address: int = 6_000
    """The same for Stripe's events, which are counted apart. An order has two to five of them."""
    events_per_second: int = 25
    """Stripe's events, and payers who come back from Stripe: neither is signed, so each has a limit of its own."""
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
    """How many turns may be taken at once; kept free for them."""
    events_concurrency: int | None = None
    """The same for Stripe's events: they come unsigned, so a flood of forged ones must not use up the account's."""
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
    """Addresses of the stand-ins; the functions refuse them on any stage but local."""
    local_page_url: str = ""
    gateway_url: str = ""
    """Where the emulator serves the page and APIs."""
    retry_scale: float = 1.0
    """Multiplies the pauses between the tries of a webhook; 1 on every stage but local."""

    @property
    def prepares_words(self) -> bool:
        return self.model is not None and self.wording == "prepared"

    @property
    def is_live(self) -> bool:
        """Whether the stage takes real money: its data is kept, and its Stripe key may be a live one."""
        return self.keep

    @property
    def page_url(self) -> str:
        """The page's address, without a slash at its end; empty where the stage has no page."""
        return f"https://{self.page.domain}" if self.page else self.local_page_url

    @property
    def service(self) -> str:
        """The stage's name in logs and metrics."""
        return f"payment-chat-{self.name}"
