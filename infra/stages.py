"""The environments, and which of their settings cannot be deployed."""

import re
from dataclasses import replace

from aws_cdk.aws_logs import RetentionDays

from infra.config import EXAMPLE, Stage

ISO_CODE = re.compile("[a-z]{3}")
HOST = re.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?")

LOCAL = Stage(
    name="local",
    signed=False,
    requests_per_second=2_000,
    burst=4_000,
    events_per_second=2_000,
    attempts_per_address=1_000_000,
    attempts_per_card=1_000_000,
    log_retention=RetentionDays.ONE_DAY,
    monitored=False,
    stripe_url="http://127.0.0.1:12111",
    model_url="http://127.0.0.1:12112",
    merchant="ACME",
    currencies=("eur", "gbp", "jpy", "kwd", "usd"),
    captures=("chat", "hosted"),
    return_hosts=("127.0.0.1", "localhost"),
    webhook_url="http://127.0.0.1:12113/webhooks",
    local_page_url="http://127.0.0.1:8501",
    gateway_url="http://127.0.0.1:4566/_aws/execute-api",
    retry_scale=0.01,
)
DEV = Stage(name="dev", test_tokens=True, snap_start=True, log_retention=RetentionDays.ONE_WEEK)
STAGING = Stage(name="staging", test_tokens=True, snap_start=True, canary=True, firewall=True)
PROD = Stage(
    name="prod",
    snap_start=True,
    reserved_concurrency=100,
    events_concurrency=20,
    canary=True,
    firewall=True,
    log_retention=RetentionDays.ONE_YEAR,
    data_trail=True,
    keep=True,
    captures=("hosted",),
)

STAGES = {stage.name: stage for stage in (LOCAL, DEV, STAGING, PROD)}


# The settings that the local stage's own ports decide, by the name of their context.
MOVABLE = {
    "stripeUrl": "stripe_url",
    "modelUrl": "model_url",
    "pageUrl": "local_page_url",
    "webhookUrl": "webhook_url",
    "gatewayUrl": "gateway_url",
}


def stage_named(name: str, addresses: dict[str, str | None] | None = None) -> Stage:
    """The stage of that name. `addresses`: by the names of MOVABLE, on the local stage only."""
    if name not in STAGES:
        raise SystemExit(f"There is no stage {name!r}. Stages: {', '.join(STAGES)}")
    stage = STAGES[name]
    moved = {MOVABLE[key]: value for key, value in (addresses or {}).items() if value}
    if moved and name != "local":
        raise SystemExit(f"{', '.join(MOVABLE)} are settings of the local stage only")
    chosen = replace(stage, **moved)  # type: ignore[arg-type]
    if wrong := contradictions(chosen):
        raise SystemExit(f"The settings of the stage {name} contradict each other:\n" + "\n".join(wrong))
    return chosen


def contradictions(stage: Stage) -> tuple[str, ...]:
    """What cannot be synthesized: each begins with the name of its setting."""
    away, known = stage.name != "local", {"hosted", "chat"}
    rules = {
        'captures: at least one of "hosted" and "chat", the default first': not known.issuperset(stage.captures or "-"),
        'captures: "chat" needs raw_card_data = True on a live stage, which Stripe must have enabled': (
            stage.is_live and "chat" in stage.captures and not stage.raw_card_data
        ),
        "currencies: at least one, as ISO codes in lower case": (
            not stage.currencies or not all(map(ISO_CODE.fullmatch, stage.currencies))
        ),
        "wording: must be prepared, live or off": stage.wording not in ("prepared", "live", "off"),
        "merchant: must not be empty": not stage.merchant.strip(),
        "webhook_url: must begin with https://": away and not re.match("https://.|$", stage.webhook_url),
        "return_hosts: host names, without scheme or path": not all(map(HOST.fullmatch, stage.return_hosts)),
        "stripe_event_bus: the name of a partner event bus, aws.partner/stripe.com/…": not re.fullmatch(
            r"(aws\.partner/stripe\.com/[\w./-]+)?", stage.stripe_event_bus
        ),
        "retry_scale: is for the local stage alone": away and stage.retry_scale != 1,
    }
    return tuple(rule for rule, is_broken in rules.items() if is_broken)


def placeholders(stage: Stage) -> tuple[str, ...]:
    """The settings of a live stage that still hold a placeholder, by name."""
    if not stage.is_live:
        return ()
    unset = {
        "contact": stage.contact.endswith(EXAMPLE),
        "merchant": stage.merchant == Stage.merchant,
        "alarm_email": not stage.alarm_email or stage.alarm_email.endswith(EXAMPLE),
        "page": stage.page is not None and stage.page.domain.endswith(EXAMPLE),
        "webhook_url": EXAMPLE in stage.webhook_url,
        "return_hosts": any(host.endswith(EXAMPLE) for host in stage.return_hosts),
    }
    return tuple(name for name, is_unset in unset.items() if is_unset)
