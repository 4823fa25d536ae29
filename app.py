"""Build the stacks of one stage: `cdk synth -c stage=dev`."""

from aws_cdk import Annotations, App, Tags
from aws_cdk import aws_lambda as lambda_

from infra import bundling
from infra.api.api_stack import ApiStack
from infra.config import Stage
from infra.data_stack import DataStack
from infra.page.page_stack import PageStack
from infra.stages import MOVABLE, placeholders, stage_named


def build(app: App, stage: Stage, code: lambda_.Code) -> None:
    """`code` is the package of the functions."""
    data = DataStack(app, f"PaymentChat-{stage.name}-Data", stage=stage)
    api = ApiStack(app, f"PaymentChat-{stage.name}-Api", stage=stage, data=data, code=code)
    if stage.page:
        PageStack(app, f"PaymentChat-{stage.name}-Page", stage=stage, page=stage.page, data=data, api=api)
    if unset := placeholders(stage):
        Annotations.of(api).add_warning_v2(
            "placeholders", f"{stage.name} cannot be deployed yet: set {', '.join(unset)}."
        )
    Tags.of(app).add("service", "payment-chat")
    Tags.of(app).add("stage", stage.name)


if __name__ == "__main__":
    cdk = App()
    setting = cdk.node.try_get_context
    chosen = stage_named(setting("stage"), {name: setting(name) for name in MOVABLE})
    build(cdk, chosen, bundling.code_for(chosen))
    cdk.synth()
