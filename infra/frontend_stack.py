"""The payment page, hosted: a service on Fargate behind a load balancer. Built where the stage has a `page`."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration, Environment, IgnoreMode, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra import alarms
from infra.api_stack import ApiStack
from infra.config import Page, Stage
from infra.data_stack import DataStack
from infra.firewall import Firewall
from infra.log_groups import log_group
from infra.network import Network

ROOT = Path(__file__).resolve().parent.parent
PORT = 8501
HEALTH = "/healthz"
TALK = Duration.hours(1)
"""A session's life: so long a payer stays with one task, and a silent web socket stays open."""

SECURITY_HEADERS = {
    "routing.http.response.strict_transport_security.header_value": "max-age=31536000; includeSubDomains",
    "routing.http.response.x_content_type_options.header_value": "nosniff",
    "routing.http.response.x_frame_options.header_value": "DENY",
    "routing.http.response.server.enabled": "false",
}


class FrontendStack(Stack):
    def __init__(self, scope: Construct, id_: str, *, stage: Stage, page: Page, data: DataStack, api: ApiStack) -> None:
        super().__init__(scope, id_, env=Environment(region=stage.region))
        self.network = Network(self, "Network", stage=stage, logs_key=data.storage)
        self.service = self._service(stage, data, api)
        self.balancer = self._balancer(stage)
        self.targets = self._listen(page)
        self.network.connect(PORT)
        Firewall(
            self,
            "Firewall",
            stage=stage,
            guards="page",
            protects=self.balancer.load_balancer_arn,
            logs_key=data.storage,
            per_address=stage.requests_per_visitor,
        )
        self._name(page)
        if api.monitoring:
            for one in alarms.hosting(self.balancer, self.targets):
                one.raised_by(self, api.monitoring.topic)
        CfnOutput(self, "PageUrl", value=f"https://{page.domain}")

    def _service(self, stage: Stage, data: DataStack, api: ApiStack) -> ecs.FargateService:
        task = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=512,
            memory_limit_mib=1024,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            volumes=[ecs.Volume(name="scratch")],
        )
        self._container(task, stage, data, api)
        for method, path in (("POST", "/chat"), ("GET", "/sessions/*")):
            task.task_role.add_to_principal_policy(
                iam.PolicyStatement(
                    actions=["execute-api:Invoke"],
                    resources=[api.api.arn_for_execute_api(method, path, stage.name)],
                )
            )
        service = ecs.FargateService(
            self,
            "Service",
            cluster=ecs.Cluster(
                self, "Cluster", vpc=self.network.vpc, container_insights_v2=ecs.ContainerInsights.ENABLED
            ),
            task_definition=task,
            desired_count=2,
            min_healthy_percent=100,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            security_groups=[self.network.tasks],
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
        )
        scaling = service.auto_scale_task_count(min_capacity=2, max_capacity=10)
        scaling.scale_on_cpu_utilization("Busy", target_utilization_percent=60)
        return service

    def _container(self, task: ecs.FargateTaskDefinition, stage: Stage, data: DataStack, api: ApiStack) -> None:
        probe = f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{PORT}{HEALTH}', timeout=3)"
        container = task.add_container(
            "Page",
            image=ecs.ContainerImage.from_asset(
                str(ROOT),
                file="frontend/Dockerfile",
                platform=assets.Platform.LINUX_ARM64,
                exclude=[
                    "*",
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
                "AWS_REGION": stage.region,
            },
            user="10001",
            readonly_root_filesystem=True,
            health_check=ecs.HealthCheck(command=["CMD", "python", "-c", probe], start_period=Duration.seconds(20)),
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix="page", log_group=log_group(self, "Logs", stage=stage, key=data.storage)
            ),
            port_mappings=[ecs.PortMapping(container_port=PORT)],
        )
        container.add_mount_points(
            ecs.MountPoint(container_path="/tmp", source_volume="scratch", read_only=False)  # noqa: S108
        )

    def _balancer(self, stage: Stage) -> elb.ApplicationLoadBalancer:
        balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=self.network.vpc,
            internet_facing=True,
            security_group=self.network.door,
            drop_invalid_header_fields=True,
            idle_timeout=TALK,
            deletion_protection=stage.keep,
        )
        balancer.log_access_logs(
            s3.Bucket(
                self,
                "AccessLogs",
                encryption=s3.BucketEncryption.S3_MANAGED,  # the only kind that load balancers write to
                enforce_ssl=True,
                block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
                lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
                removal_policy=RemovalPolicy.RETAIN,
            )
        )
        return balancer

    def _listen(self, page: Page) -> elb.ApplicationTargetGroup:
        self.balancer.add_redirect(open=False)
        listener = self.balancer.add_listener(
            "Https",
            port=443,
            open=False,
            certificates=[acm.Certificate.from_certificate_arn(self, "Certificate", page.certificate)],
            ssl_policy=elb.SslPolicy.TLS13_RES,
        )
        for name, value in SECURITY_HEADERS.items():
            listener.set_attribute(name, value)
        return listener.add_targets(
            "Page",
            port=PORT,
            protocol=elb.ApplicationProtocol.HTTP,
            targets=[self.service],
            stickiness_cookie_duration=TALK,
            deregistration_delay=Duration.minutes(2),
            health_check=elb.HealthCheck(path=HEALTH, interval=Duration.seconds(15), healthy_threshold_count=2),
        )

    def _name(self, page: Page) -> None:
        if not page.zone_id:
            CfnOutput(self, "PointTheDomainTo", value=self.balancer.load_balancer_dns_name)
            return
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=page.zone_id, zone_name=page.zone_name
        )
        target = route53.RecordTarget.from_alias(targets.LoadBalancerTarget(self.balancer))
        route53.ARecord(self, "Domain", zone=zone, record_name=page.domain, target=target)
