"""Where a stage is found: by the file of a local one, by the stack of a deployed one, by an address."""

import json

import pytest

from local.stand_in.service import Answer
from payment_chat_client import SigV4, find_stage
from payment_chat_client.errors import StageNotFound
from payment_chat_client.stages import stage_at
from tests.orders_api import serve

OUTPUTS = {
    "ApiUrl": "https://abc.execute-api.eu-west-1.amazonaws.com/dev/",
    "Merchant": "ACME",
    "Currencies": "eur,usd",
    "Captures": "hosted",
}


def stack_xml(outputs):
    members = "".join(
        f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
        for key, value in outputs.items()
    )
    return (
        '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>'
        "<Stacks><member><StackName>x</StackName><CreationTime>2026-11-25T12:00:00Z</CreationTime>"
        f"<StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{members}</Outputs></member></Stacks>"
        "</DescribeStacksResult></DescribeStacksResponse>"
    )


@pytest.fixture
def cloudformation(monkeypatch):
    """CloudFormation with one stack, PaymentChat-dev-Api."""
    asked = []

    def answer(request):
        asked.append(request.body.decode())
        if "StackName=PaymentChat-dev-Api" in asked[-1]:
            return Answer(200, stack_xml(OUTPUTS).encode(), headers={"Content-Type": "text/xml"})
        error = (
            "<ErrorResponse><Error><Code>ValidationError</Code><Message>no such stack</Message></Error></ErrorResponse>"
        )
        return Answer(400, error.encode(), headers={"Content-Type": "text/xml"})

    with serve(answer) as url:
        for name, value in {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        yield asked


def test_a_deployed_stage_is_described_by_its_stack(cloudformation, tmp_path):
    stage = find_stage("dev", tmp_path, region="eu-west-1")

    assert (stage.api_url, stage.region) == ("https://abc.execute-api.eu-west-1.amazonaws.com/dev", "eu-west-1")
    assert (stage.merchant, stage.currencies, stage.captures) == ("ACME", ("eur", "usd"), ("hosted",))
    assert isinstance(stage.orders()._http.auth, SigV4)


def test_a_stage_that_is_not_deployed_is_named(cloudformation, tmp_path):
    with pytest.raises(StageNotFound, match="staging is not deployed"):
        find_stage("staging", tmp_path)


def test_a_local_stage_is_described_by_its_file_and_takes_unsigned_calls(tmp_path):
    told = {"apiUrl": "http://127.0.0.1:1/local", "region": "us-east-1", "merchant": "ACME", "currencies": ["eur"]}
    (tmp_path / ".stage").mkdir()
    (tmp_path / ".stage/outputs.json").write_text(json.dumps(told))

    stage = find_stage("local", tmp_path)

    assert (stage.merchant, stage.currencies, stage.captures, stage.signed) == ("ACME", ("eur",), (), False)
    assert stage.orders()._http.auth is None


def test_without_a_running_stage_there_is_none(tmp_path):
    with pytest.raises(StageNotFound, match="make run"):
        find_stage("local", tmp_path)


@pytest.mark.parametrize(
    ("url", "signed"), [("http://127.0.0.1:4566/x/", False), ("https://abc.execute-api.example.com/dev", True)]
)
def test_calls_of_an_address_are_signed_unless_this_machine_serves_it(url, signed, cloudformation):
    stage = stage_at(url, name="dev")

    assert (stage.api_url, stage.signed) == (url.rstrip("/"), signed)


def test_calls_cannot_be_signed_without_credentials(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    stage = stage_at("https://abc.execute-api.example.com/dev", name="dev", region="us-east-1")

    with pytest.raises(StageNotFound, match="cannot be signed"):
        stage.orders()
