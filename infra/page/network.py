"""The network of the hosted page: the load balancer in public subnets, the page's tasks in private ones."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Stage
from infra.log_groups import log_group
from infra.nag_exceptions import INLINE_POLICIES, acknowledge


class Network(Construct):
    """Hands out `vpc` and the security groups `balancer` and `tasks`."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, logs_key: kms.IKey) -> None:
        super().__init__(scope, id_)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=2 if stage.keep else 1,
            restrict_default_security_group=False,  # nothing uses the default group
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="door", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(name="tasks", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=24),
            ],
            gateway_endpoints={"Images": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )
        flows: logs.ILogGroup = log_group(self, "Flows", stage=stage, key=logs_key)
        self.vpc.add_flow_log("FlowLog", destination=ec2.FlowLogDestination.to_cloud_watch_logs(flows))
        self.balancer = self._group("Door", "The load balancer of the payment page")
        self.tasks = self._group("Tasks", "The tasks of the payment page")

        acknowledge(
            self,
            INLINE_POLICIES
            | {
                "PCI.DSS.321-VPCDefaultSecurityGroupClosed": "Nothing is in the default group; closing it would take a"
                " function with the right to change security groups.",
                "PCI.DSS.321-VPCNoUnrestrictedRouteToIGW": "The load balancer is on the internet, and nothing else is.",
                "AwsSolutions-EC23": "The page is public: payers come from anywhere, to ports 80 and 443 only.",
            },
        )

    def allow_traffic(self, port: int) -> None:
        """Let payers reach the load balancer, the load balancer the tasks at `port`, and the tasks what they call."""
        for public in (80, 443):
            self.balancer.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(public), "Payers")
        self.balancer.add_egress_rule(self.tasks, ec2.Port.tcp(port), "To the page")
        self.tasks.add_ingress_rule(self.balancer, ec2.Port.tcp(port), "From the load balancer")
        self.tasks.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "The API, the image, the logs")

    def _group(self, id_: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, id_, vpc=self.vpc, description=description, allow_all_outbound=False)
