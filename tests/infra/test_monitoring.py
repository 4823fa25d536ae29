import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import ALL, Template

ROOT = Path(__file__).resolve().parents[2]
ALARM = "AWS::CloudWatch::Alarm"
MONITORED = ["dev-Api", "staging-Api", "prod-Api", "hosted-Api", "hosted-Page"]

ALARMS_OF_A_STAGE = {
    "FunctionErrors", "ServerErrors", "SlowTurns", "Throttled", "DependencyDenied", "ModelFallbacks", "RawCardsRefused",
    "ProcessorFailed", "ProcessorBusy", "ManyDeclines", "GuardRefusals", "NoCompletions", "SweepLeftovers",
    "SweepErrors", "SweepMissing", "WordsOutdated", "MerchantApiErrors", "OrderMismatches", "OrdersStuck",
    "StripeEventsErrors", "EventsForged", "OrderSweepErrors", "OrderSweepMissing", "RelayBehind",
}  # fmt: skip
ALARMS_OF_WEBHOOKS = {"WebhooksDelayed", "WebhooksUndelivered", "WebhooksDropped", "DeadLetters"}


@pytest.fixture(params=MONITORED)
def watched(templates: dict[str, Template], request: pytest.FixtureRequest) -> Template:
    return templates[request.param]


def name_of(alarm: dict[str, Any]) -> str:
    (name,) = re.findall(r"docs/runbook\.md, (\w+)\.$", alarm["AlarmDescription"])
    return name


def names(template: Template) -> set[str]:
    return {name_of(alarm) for alarm in template.of_type(ALARM).values()}


@pytest.mark.parametrize("stack", [stack for stack in MONITORED if stack.endswith("Api")])
def test_every_monitored_stage_has_these_alarms(templates: dict[str, Template], stack: str):
    has_webhooks = bool(ALL[stack.partition("-")[0]].webhook_url)

    assert names(templates[stack]) == ALARMS_OF_A_STAGE | (ALARMS_OF_WEBHOOKS if has_webhooks else set())


def test_the_hosted_page_has_alarms(templates: dict[str, Template]):
    assert names(templates["hosted-Page"]) == {"PageUnhealthy", "PageErrors", "PageDown"}


def test_an_alarm_notifies_when_it_is_raised_and_when_it_is_over(watched: Template):
    for alarm in watched.of_type(ALARM).values():
        assert len(alarm["AlarmActions"]) == len(alarm["OKActions"]) == 1
        assert "WatchTopic" in json.dumps(alarm["AlarmActions"])


def test_the_topic_is_encrypted_and_takes_no_plain_connection(templates: dict[str, Template]):
    api = templates["prod-Api"]
    policy = json.dumps(api.only("AWS::SNS::TopicPolicy")["PolicyDocument"])

    assert "Storage" in json.dumps(api.only("AWS::SNS::Topic")["KmsMasterKeyId"])
    assert '"aws:SecureTransport": "false"' in policy


def test_the_stages_address_is_subscribed_to_the_alarms(templates: dict[str, Template]):
    subscription = templates["hosted-Api"].only("AWS::SNS::Subscription")

    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "oncall@example.com")


@pytest.mark.parametrize("stage_name", ["dev", "staging", "prod"])
def test_a_stage_counts_its_own_payments_only(templates: dict[str, Template], stage_name: str):
    api = templates[f"{stage_name}-Api"]

    told = api.named("ChatFunction", "AWS::Lambda::Function")["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    ours = [json.dumps(a) for a in api.of_type(ALARM).values() if '"PaymentChat"' in json.dumps(a).replace("\\", "")]
    assert told == f"payment-chat-{stage_name}"
    assert len(ours) >= 8
    assert all(told in alarm for alarm in ours)


def counted_by_the_functions() -> dict[str, set[str]]:
    """Metric → its dimensions, as the functions' code writes them."""
    sources = "\n".join(path.read_text() for path in (ROOT / "lambdas").rglob("*.py"))
    found: dict[str, set[str]] = {}
    for name, arguments in re.findall(
        r'(?:count|_add|amount|duration)\(\s*"([A-Z]\w+)"((?:[^()]|\([^()]*\))*)\)', sources
    ):
        keys = set(re.findall(r"\b(\w+)=", arguments)) | set(re.findall(r'\{"(\w+)":', arguments))
        found.setdefault(name, set()).update(keys)
    return found


def test_the_alarms_look_at_metrics_that_the_functions_write(templates: dict[str, Template]):
    written = counted_by_the_functions()
    watched = json.dumps(list(templates["prod-Api"].of_type(ALARM).values()))

    asked = re.findall(r'SELECT (?:SUM|COUNT)\((\w+)\) FROM SCHEMA\(\\*"PaymentChat\\*", \\*"(\w+)\\*"', watched)
    assert asked
    for metric, dimension in asked:
        assert written[metric] == {dimension}, metric
    for metric in set(re.findall(r'"MetricName": "(\w+)", "Namespace": "PaymentChat"', watched)):
        assert written[metric] == set(), metric


def test_an_alarm_asks_one_query_at_most(watched: Template):
    for alarm in watched.of_type(ALARM).values():
        assert json.dumps(alarm).count("SELECT ") <= 1


def test_the_dashboard_shows_the_funnel(templates: dict[str, Template]):
    drawn = json.dumps(templates["prod-Api"].only("AWS::CloudWatch::Dashboard"))

    assert all(
        name in drawn for name in ("StepAsked", "StepGiven", "StepRefused", "StepDropped", "Completed", "Declined")
    )


def test_the_dashboard_shows_orders_by_status_and_how_long_they_take(templates: dict[str, Template]):
    drawn = json.dumps(templates["prod-Api"].only("AWS::CloudWatch::Dashboard"))

    assert {"OrdersByStatus", "OrderTime", "OrderMismatch", "OrderStuck"} <= set(re.findall(r"Order\w+", drawn))
    assert counted_by_the_functions()["OrdersByStatus"] == {"status"}
    assert counted_by_the_functions()["OrderTime"] == set()


def alarm(template: Template, name: str) -> dict[str, Any]:
    (found,) = (one for one in template.of_type(ALARM).values() if name_of(one) == name)
    return found


@pytest.mark.parametrize(
    ("name", "metric", "dimension", "threshold"),
    [
        ("DeadLetters", "ApproximateNumberOfMessagesVisible", "AnnouncingDeadLetters", 1),
        ("WebhooksDelayed", "ApproximateNumberOfMessagesNotVisible", "AnnouncingDeliveries", 1),
        ("RelayBehind", "IteratorAge", "AnnouncingRelayFunction", 300_000),
        ("StripeEventsErrors", "Errors", "StripeEventsFunction", 1),
        ("OrderSweepErrors", "Errors", "OrderSweepFunction", 1),
        ("MerchantApiErrors", "Errors", "OrdersFunction", 1),
    ],
)
def test_an_alarm_on_orders_watches_its_own_queue_or_function(
    templates: dict[str, Template], name: str, metric: str, dimension: str, threshold: int
):
    watched = alarm(templates["hosted-Api"], name)

    assert (watched["MetricName"], watched["Threshold"]) == (metric, threshold)
    assert dimension in json.dumps(watched["Dimensions"])


@pytest.mark.parametrize("name", ["SweepMissing", "OrderSweepMissing"])
def test_a_sweep_that_does_not_report_at_all_raises_an_alarm(templates: dict[str, Template], name: str):
    watched = alarm(templates["prod-Api"], name)

    assert watched["TreatMissingData"] == "breaching"
    assert f"{name.removesuffix('Missing')}Function" in json.dumps(watched["Metrics"])


def test_the_saved_queries_ask_for_fields_that_are_logged(templates: dict[str, Template]):
    logged = "\n".join(path.read_text() for path in (ROOT / "lambdas").rglob("*.py"))
    queries = [q["QueryString"] for q in templates["prod-Api"].of_type("AWS::Logs::QueryDefinition").values()]
    made = {"times", "turns", "p50", "p95"}

    assert len(queries) >= 6
    for query in queries:
        words = re.findall(r"\b[a-z_]+\b", re.sub(r"'[^']*'|@\w+|\b(?:count|pct|ispresent)\(", " ", query))
        fields = set(words) - made - {"filter", "sort", "desc", "stats", "as", "by", "fields", "and", "in"}
        for field in fields - {"message", "level"}:
            assert re.search(rf"\b{field}=", logged), field


def test_the_local_stage_has_no_alarms(templates: dict[str, Template]):
    assert not templates["local-Api"].of_type(ALARM)
