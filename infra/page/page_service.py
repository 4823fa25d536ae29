"""The tasks that serve the payment page, on Fargate."""

from pathlib import Path

from aws_cdk import Duration, IgnoreMode
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infra.api.api_stack import ApiStack
from infra.config import Stage
from infra.data_stack import DataStack
from infra.log_groups import log_group
from infra.nag_exceptions import INLINE_POLICIES, acknowledge
from infra.page.network import Network

ROOT = Path(__file__).resolve().parents[2]
PORT = 8501
HEALTH = "/healthz"
PROBE = ["CMD", "python", "-m", "payment_page.probe"]


def page_service(
    scope: Construct, *, stage: Stage, network: Network, data: DataStack, api: ApiStack
) -> ecs.FargateService:
    """Two to ten tasks of the page, in the private subnets."""
    task = ecs.FargateTaskDefinition(
        scope,
        "Task",
        cpu=512,
        memory_limit_mib=1024,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
        ),
        volumes=[ecs.Volume(name="scratch")],
    )
    _add_container(scope, task, stage, data, api)
    _acknowledge_task(task)
    task.task_role.add_managed_policy(api.callers)
    service = ecs.FargateService(
        scope,
        "Service",
        cluster=ecs.Cluster(scope, "Cluster", vpc=network.vpc, container_insights_v2=ecs.ContainerInsights.ENABLED),
        task_definition=task,
        desired_count=2,
        min_healthy_percent=100,
        circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
        security_groups=[network.tasks],
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
    )
    scaling = service.auto_scale_task_count(min_capacity=2, max_capacity=10)
    scaling.scale_on_cpu_utilization("Busy", target_utilization_percent=60)
    return service


def _add_container(
    scope: Construct, task: ecs.FargateTaskDefinition, stage: Stage, data: DataStack, api: ApiStack
) -> None:
    container = task.add_container(
        "Page",
        image=ecs.ContainerImage.from_asset(
            str(ROOT),
            file="frontend/Dockerfile",
            platform=assets.Platform.LINUX_ARM64,
            exclude=[
                "*",
                "!client",
                "!frontend",
                "!requirements",
                "requirements/*",
                "!requirements/frontend.txt",
                "!requirements/uv.txt",
            ],
            ignore_mode=IgnoreMode.DOCKER,
        ),
        environment={
            "CHAT_API_URL": api.url,
            "CHAT_API_SIGNED": "true",
            "PAGE_TLS": "self-signed",
            "AWS_REGION": stage.region,
            "MERCHANT": stage.merchant,
        },
        user="10001",
        readonly_root_filesystem=True,
        health_check=ecs.HealthCheck(command=PROBE, start_period=Duration.seconds(20)),
        logging=ecs.LogDrivers.aws_logs(
            stream_prefix="page", log_group=log_group(scope, "Logs", stage=stage, key=data.storage)
        ),
        port_mappings=[ecs.PortMapping(container_port=PORT)],
    )
    container.add_mount_points(
        ecs.MountPoint(container_path="/tmp", source_volume="scratch", read_only=False)  # noqa: S108
    )


def _acknowledge_task(task: ecs.FargateTaskDefinition) -> None:
    acknowledge(
        task,
        INLINE_POLICIES
        | {
            "AwsSolutions-ECS2": "The API's address, the region, the merchant's name: nothing of it is secret.",
            "AwsSolutions-IAM5[Resource::*]": "The registry gives its login for the account, not for a repository.",
        },
    )
