import pytest

from infra.stages import STAGES
from tests.infra.conftest import Template

CANARIES = [name for name, stage in STAGES.items() if stage.canary]


def test_staging_and_prod_release_through_a_canary():
    assert CANARIES == ["staging", "prod"]


@pytest.mark.parametrize("stage_name", CANARIES)
def test_a_new_version_takes_a_tenth_of_the_traffic_first(templates: dict[str, Template], stage_name: str):
    api = templates[f"{stage_name}-Api"]
    (alias,) = (r for id_, r in api.body["Resources"].items() if id_.startswith("ChatLive"))

    group = api.only("AWS::CodeDeploy::DeploymentGroup")
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]


@pytest.mark.parametrize("stage_name", CANARIES)
def test_the_other_functions_change_at_once(templates: dict[str, Template], stage_name: str):
    resources = templates[f"{stage_name}-Api"].body["Resources"].items()
    aliases = {id_[:-8]: one for id_, one in resources if one["Type"] == "AWS::Lambda::Alias"}

    assert set(aliases) == {"ChatLive", "OrdersLive", "StripeEventsLive"}
    assert [id_ for id_, one in aliases.items() if "UpdatePolicy" in one] == ["ChatLive"]


@pytest.mark.parametrize("stage_name", CANARIES)
def test_it_is_rolled_back_when_the_functions_alarms_are_raised(templates: dict[str, Template], stage_name: str):
    group = templates[f"{stage_name}-Api"].only("AWS::CodeDeploy::DeploymentGroup")

    named = [alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]]
    assert group["AutoRollbackConfiguration"]["Enabled"] is True
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert [name.rstrip("0123456789ABCDEF") for name in named] == ["WatchFunctionErrors", "WatchServerErrors"]


def test_prod_reserves_concurrency_for_the_function(templates: dict[str, Template]):
    function = templates["prod-Api"].named("ChatFunction", "AWS::Lambda::Function")

    assert function["ReservedConcurrentExecutions"] == 100
