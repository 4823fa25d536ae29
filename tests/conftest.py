"""Where the tests that need a running system find one."""

import json
from pathlib import Path

import pytest

from tests.stage import local_stage, shared, stage_on_aws


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stage", default="local", help="the stage to test: local, or one deployed on AWS")
    parser.addoption("--stage-outputs", type=Path, help="outputs.json of a local stage that runs already")


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str):
    """The system under test: a local stage of this run's own, unless an option names another."""
    if request.config.getoption("--stage") != "local":
        yield stage_on_aws(request.config.getoption("--stage"))
    elif (outputs := request.config.getoption("--stage-outputs")) is not None:
        yield local_stage(json.loads(outputs.read_text()))
    else:
        base = tmp_path_factory.getbasetemp()
        with shared((base if worker_id == "master" else base.parent) / "stage") as running:
            yield local_stage(running)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A first start of the stage takes its time, and counts for the test that happens to come first."""
    for item in items:
        if "stage" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))
