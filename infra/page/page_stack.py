"""The payment page, hosted: a service on Fargate behind a load balancer. Built where the stage has a `page`."""

from aws_cdk import CfnOutput, Duration, Environment, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.api.api_stack import ApiStack
from infra.config import Page, Stage
from infra.data_stack import DataStack
from infra.firewall import Firewall
from infra.log_groups import log_bucket
from infra.monitoring import alarms
from infra.nag_exceptions import acknowledge
from infra.page.network import Network
from infra.page.page_service import HEALTH, PORT, page_service

CONVERSATION = Duration.hours(1)  # a payer stays with one task, and an idle web socket stays open, as long as a session

SECURITY_HEADERS = {
    "routing.http.response.strict_transport_security.header_value": "max-age=31536000; includeSubDomains",
    "routing.http.response.x_content_type_options.header_value": "nosniff",
    "routing.http.response.x_frame_options.header_value": "DENY",
    "routing.http.response.server.enabled": "false",
}


class PageStack(Stack):
    def __init__(self, scope: Construct, id_: str, *, stage: Stage, page: Page, data: DataStack, api: ApiStack) -> None:
        super().__init__(scope, id_, env=Environment(region=stage.region))
        self.network = Network(self, "Network", stage=stage, logs_key=data.storage)
        self.service = page_service(self, stage=stage, network=self.network, data=data, api=api)
        self.balancer = self._balancer(stage)
        self.targets = self._add_listener(page)
        self.network.allow_traffic(PORT)
        Firewall(
            self,
            "Firewall",
            stage=stage,
            guards="page",
            protects=self.balancer.load_balancer_arn,
            logs_key=data.storage,
            per_address=stage.requests_per_visitor,
        )
        self._point_domain(page)
        if api.monitoring:
            for rule in alarms.for_page(self.balancer, self.targets):
                rule.create(self, api.monitoring.topic)
        CfnOutput(self, "PageUrl", value=f"https://{page.domain}")

    def _balancer(self, stage: Stage) -> elb.ApplicationLoadBalancer:
        balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=self.network.vpc,
            internet_facing=True,
            security_group=self.network.balancer,
            drop_invalid_header_fields=True,
            idle_timeout=CONVERSATION,
            deletion_protection=stage.keep,
        )
        balancer.log_access_logs(self._access_logs())
        return balancer

    def _access_logs(self) -> s3.Bucket:
        bucket = log_bucket(self, "AccessLogs", encryption=s3.BucketEncryption.S3_MANAGED)
        acknowledge(
            bucket,
            {"PCI.DSS.321-S3DefaultEncryptionKMS": "Load balancers write to buckets with S3's own keys only."},
        )
        return bucket

    def _add_listener(self, page: Page) -> elb.ApplicationTargetGroup:
        redirect = self.balancer.add_redirect(open=False)
        acknowledge(
            redirect,
            {"PCI.DSS.321-ELBv2ACMCertificateRequired": "It answers with a redirect to HTTPS and nothing else."},
        )
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
            # TLS up to the task: card numbers pass here. The task makes its own certificate, which is not checked.
            protocol=elb.ApplicationProtocol.HTTPS,
            targets=[self.service],
            stickiness_cookie_duration=CONVERSATION,
            deregistration_delay=Duration.minutes(2),
            health_check=elb.HealthCheck(
                path=HEALTH, protocol=elb.Protocol.HTTPS, interval=Duration.seconds(15), healthy_threshold_count=2
            ),
        )

    def _point_domain(self, page: Page) -> None:
        if not page.zone_id:
            CfnOutput(self, "PointTheDomainTo", value=self.balancer.load_balancer_dns_name)
            return
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=page.zone_id, zone_name=page.zone_name
        )
        target = route53.RecordTarget.from_alias(targets.LoadBalancerTarget(self.balancer))
        route53.ARecord(self, "Domain", zone=zone, record_name=page.domain, target=target)
