"""The function that prepares the model's words: once a day, with the model and the bank and nothing else."""

import json
from dataclasses import replace

import pytest

from tests.infra.conftest import ALL, Template, synthesize


def test_words_are_prepared_once_a_day(api: Template):
    assert api.named("WordsSchedule", "AWS::Events::Rule")["ScheduleExpression"] == "rate(1 day)"


def test_the_function_may_ask_the_model_and_keep_its_words_and_nothing_else(api: Template):
    statements = api.statements("WordsRole")
    tables = [one for one in statements if "dynamodb:PutItem" in one["Action"]]
    actions = {a for one in statements for a in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])}

    assert [sorted(one["Action"]) for one in tables] == [["dynamodb:GetItem", "dynamodb:PutItem"]]
    assert "Wordings" in json.dumps(tables[0]["Resource"])
    assert {action.split(":")[0] for action in actions} == {"bedrock", "dynamodb", "kms", "logs", "xray"}
    assert not any(name in json.dumps(statements) for name in ("Sealing", "Counting", "Sessions", "Orders", "Secret"))


def test_words_that_are_a_week_old_or_not_looked_at_raise_an_alarm(templates: dict[str, Template]):
    (alarm,) = (
        each
        for each in templates["prod-Api"].of_type("AWS::CloudWatch::Alarm").values()
        if "WordsOutdated" in each["AlarmDescription"]
    )

    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("WordingsAge", "Maximum", 7 * 24 * 3600)
    assert alarm["TreatMissingData"] == "breaching"


@pytest.mark.parametrize(
    ("wording", "points", "asks_live"), [("live", False, True), ("off", True, True), ("off", False, False)]
)
def test_without_prepared_words_there_is_no_such_function_and_off_may_ask_no_model(
    wording: str, *, points: bool, asks_live: bool
):
    stage = replace(ALL["dev"], wording=wording, pointing=points)
    made = Template(synthesize(stage).synth().get_stack_by_name("PaymentChat-dev-Api").template)

    functions = made.of_type("AWS::Lambda::Function").values()
    assert "prepare_words.handler.handle" not in {each.get("Handler") for each in functions}
    assert any(one["Action"] == "bedrock:InvokeModel" for one in made.statements("ChatRole")) is asks_live
