"""What the local stage adds to the stacks: the tables' expiry and encryption, and a lock on its directory."""

import os
import subprocess
import sys

import pytest

from local.runner.environment import ROOT, Ports


@pytest.fixture
def local_only(request):
    if request.config.getoption("--stage") != "local":
        pytest.skip("tests the stage on this machine")


def test_the_tables_expire_and_are_encrypted_here_too(stage, local_only):
    dynamodb = stage.client("dynamodb")

    for table in stage.tables.values():
        assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["AttributeName"] == "ttl"
        assert dynamodb.describe_table(TableName=table)["Table"]["SSEDescription"]["SSEType"] == "KMS"


def test_a_second_stage_in_the_same_directory_is_refused(stage, request, local_only):
    if request.config.getoption("--stage-outputs"):
        pytest.skip("the directory of the stage that runs is not known")
    second = subprocess.run(
        [sys.executable, "-m", "local.runner.stage", "--directory", stage.logs.parent],
        cwd=ROOT,
        env={**os.environ, **Ports.free().variables()},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert second.returncode == 1
    assert "running already" in second.stderr
