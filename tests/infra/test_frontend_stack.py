import json
from typing import Any

import pytest

from tests.infra.conftest import ROOT, Template


@pytest.fixture
def page(templates: dict[str, Template]) -> Template:
    return templates["hosted-Page"]


@pytest.fixture
def container(page: Template) -> dict[str, Any]:
    (container,) = page.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return container


def test_only_a_stage_with_a_domain_hosts_the_page(templates: dict[str, Template]):
    assert [name for name in templates if name.endswith("Page")] == ["hosted-Page"]


def test_the_page_runs_as_nobody_on_a_file_system_it_cannot_change(container: dict[str, Any]):
    assert container["User"] == "10001"
    assert container["ReadonlyRootFilesystem"] is True
    assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/tmp"]


def test_the_page_talks_to_this_api_signed(container: dict[str, Any]):
    told = {variable["Name"]: variable["Value"] for variable in container["Environment"]}

    assert told["CHAT_API_SIGNED"] == "true"
    assert "ImportValue" in json.dumps(told["CHAT_API_URL"])
    assert told["AWS_REGION"] == "us-east-1"


def test_the_page_may_call_this_api_and_nothing_else(page: Template):
    role = page.named("TaskTaskRole", "AWS::IAM::Role")

    assert ["Callers" in json.dumps(policy) for policy in role["ManagedPolicyArns"]] == [True]
    assert page.statements("TaskTaskRole") == []


def test_an_unhealthy_task_is_replaced(container: dict[str, Any], page: Template):
    service = page.only("AWS::ECS::Service")

    assert container["HealthCheck"]["Command"][0] == "CMD"
    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert page.only("AWS::ElasticLoadBalancingV2::TargetGroup")["HealthCheckPath"] == "/healthz"


def test_the_number_of_tasks_follows_the_load(page: Template):
    scaling = page.only("AWS::ApplicationAutoScaling::ScalableTarget")

    assert (scaling["MinCapacity"], scaling["MaxCapacity"]) == (2, 10)


def attributes(resource: dict[str, Any], key: str) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in resource[key]}


def test_a_payer_stays_with_a_task_for_the_length_of_a_session(page: Template):
    group = attributes(page.only("AWS::ElasticLoadBalancingV2::TargetGroup"), "TargetGroupAttributes")
    balancer = attributes(page.only("AWS::ElasticLoadBalancingV2::LoadBalancer"), "LoadBalancerAttributes")

    assert group["stickiness.enabled"] == "true"
    assert group["stickiness.lb_cookie.duration_seconds"] == "3600"
    assert balancer["idle_timeout.timeout_seconds"] == "3600"


def test_the_balancer_drops_bad_headers_and_writes_a_log(page: Template):
    balancer = attributes(page.only("AWS::ElasticLoadBalancingV2::LoadBalancer"), "LoadBalancerAttributes")

    assert balancer["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert balancer["access_logs.s3.enabled"] == "true"
    assert balancer["deletion_protection.enabled"] == "true"


@pytest.fixture
def listeners(page: Template) -> dict[int, dict[str, Any]]:
    return {one["Port"]: one for one in page.of_type("AWS::ElasticLoadBalancingV2::Listener").values()}


def test_plain_http_is_sent_to_https(listeners: dict[int, dict[str, Any]]):
    (action,) = listeners[80]["DefaultActions"]

    assert action["Type"] == "redirect"
    assert (action["RedirectConfig"]["Protocol"], action["RedirectConfig"]["StatusCode"]) == ("HTTPS", "HTTP_301")


def test_https_speaks_tls_1_3(listeners: dict[int, dict[str, Any]]):
    assert listeners[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-Res")
    assert listeners[443]["Certificates"]


def test_every_answer_has_security_headers(listeners: dict[int, dict[str, Any]]):
    set_ = attributes(listeners[443], "ListenerAttributes")

    assert set_["routing.http.response.strict_transport_security.header_value"].startswith("max-age=31536000")
    assert set_["routing.http.response.x_content_type_options.header_value"] == "nosniff"
    assert set_["routing.http.response.x_frame_options.header_value"] == "DENY"
    assert set_["routing.http.response.server.enabled"] == "false"


def test_tasks_are_reached_through_the_balancer_only(page: Template):
    service = page.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    (ingress,) = (
        rule for id_, rule in page.of_type("AWS::EC2::SecurityGroupIngress").items() if id_.startswith("NetworkTasks")
    )

    assert service["AssignPublicIp"] == "DISABLED"
    assert "NetworkDoor" in json.dumps(ingress["SourceSecurityGroupId"])
    assert (ingress["FromPort"], ingress["ToPort"]) == (8501, 8501)


def test_the_balancer_reaches_the_task_over_tls(page: Template, container: dict[str, Any]):
    group = page.only("AWS::ElasticLoadBalancingV2::TargetGroup")
    told = {variable["Name"]: variable["Value"] for variable in container["Environment"]}

    assert (group["Protocol"], group["HealthCheckProtocol"]) == ("HTTPS", "HTTPS")
    assert told["PAGE_TLS"] == "self-signed"


def test_tasks_open_connections_to_port_443_only_and_the_open_addresses_are_an_accepted_risk(page: Template):
    groups = page.of_type("AWS::EC2::SecurityGroup")
    (tasks,) = (group for id_, group in groups.items() if id_.startswith("NetworkTasks"))
    security = (ROOT / "docs/security.md").read_text()

    assert [(rule["FromPort"], rule["ToPort"]) for rule in tasks["SecurityGroupEgress"]] == [(443, 443)]
    assert "### Outbound connections: accepted" in security
    assert "So the risk is accepted." in security


def test_the_domain_points_to_the_page(page: Template):
    assert page.only("AWS::Route53::RecordSet")["Name"] == "pay.example.com."
