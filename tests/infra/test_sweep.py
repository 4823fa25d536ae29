import json

from tests.infra.conftest import Template


def test_expired_sessions_are_swept_every_fifteen_minutes(api: Template):
    assert api.named("SweepSchedule", "AWS::Events::Rule")["ScheduleExpression"] == "rate(15 minutes)"


def test_the_sweep_may_look_at_sessions_and_delete_them_and_nothing_else(api: Template):
    (items,) = (one for one in api.statements("SweepRole") if "dynamodb:Scan" in one["Action"])
    others = {a for one in api.statements("SweepRole") if one is not items for a in one["Action"]}

    assert items["Action"] == ["dynamodb:DeleteItem", "dynamodb:Scan"]
    assert "Sessions" in json.dumps(items["Resource"])
    assert {action.split(":")[0] for action in others} == {"kms", "logs", "xray"}


def test_the_sweep_can_open_no_sealed_value(api: Template):
    assert "Sealing" not in json.dumps(api.statements("SweepRole"))
    assert "SEALING_KEY" not in api.named("SweepFunction", "AWS::Lambda::Function")["Environment"]["Variables"]


def test_the_sweep_is_no_part_of_the_chat_functions_role(api: Template):
    roles = {json.dumps(f["Role"]) for f in api.of_type("AWS::Lambda::Function").values()}

    assert len(roles) == len(api.of_type("AWS::Lambda::Function"))
