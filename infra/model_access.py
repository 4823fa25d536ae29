"""The right to call a Bedrock model through its cross-region inference profile."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from infra.config import Model


def model_access(stack: Stack, model: Model | None) -> list[iam.PolicyStatement]:
    """The profile, and the model in every region the profile may route to, but there through the profile only."""
    if model is None:
        return []
    profile = stack.format_arn(service="bedrock", resource="inference-profile", resource_name=model.profile)
    models = [
        stack.format_arn(
            service="bedrock",
            region=region,
            account="",
            resource="foundation-model",
            resource_name=model.foundation_model,
        )
        for region in model.regions
    ]
    return [
        iam.PolicyStatement(actions=["bedrock:InvokeModel"], resources=[profile]),
        iam.PolicyStatement(
            actions=["bedrock:InvokeModel"],
            resources=models,
            conditions={"StringEquals": {"bedrock:InferenceProfileArn": profile}},
        ),
    ]
