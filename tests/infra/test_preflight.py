"""A live stage is not deployed with placeholders in its settings; its templates can be made all the same."""

from dataclasses import replace

import pytest
from aws_cdk import App
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Annotations, Match

from app import build
from infra.api.api_stack import ApiStack
from infra.operations.preflight import check
from infra.stages import STAGES
from tests.infra.conftest import HOSTED

READY = replace(STAGES["prod"], contact="help@shop.test", merchant="Shop", alarm_email="oncall@shop.test")


@pytest.mark.parametrize("name", ["contact", "merchant", "alarm_email"])
def test_a_deploy_of_prod_names_the_setting_that_holds_a_placeholder(name: str):
    unset = replace(READY, **{name: getattr(STAGES["prod"], name)})

    with pytest.raises(SystemExit, match=rf"set {name} in infra/stages\.py"):
        check(unset)


def test_a_page_at_an_example_domain_is_not_deployed():
    with pytest.raises(SystemExit, match=r"set page in infra/stages\.py"):
        check(replace(READY, page=HOSTED.page))


def test_prod_as_it_is_in_the_repository_is_not_deployed():
    with pytest.raises(SystemExit, match="set contact, merchant and alarm_email"):
        check(STAGES["prod"])


@pytest.mark.parametrize("stage", [READY, STAGES["dev"], STAGES["staging"]], ids=lambda stage: stage.name)
def test_a_stage_without_placeholders_is_deployed(stage):
    check(stage)


def test_the_synthesis_of_prod_warns_and_goes_on():
    app = App(context={"aws:cdk:bundling-stacks": []})

    build(app, STAGES["prod"], lambda_.Code.from_inline("pass"))

    api = next(stack for stack in app.node.children if isinstance(stack, ApiStack))
    Annotations.from_stack(api).has_warning("*", Match.string_like_regexp("set contact, merchant, alarm_email"))
