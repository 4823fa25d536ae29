"""Did a template change? A snapshot changes in the commit that means it to: `pytest --snapshot-update`."""

import json
import re

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.infra.conftest import ALL, Template

IMAGE = re.compile(r":[0-9a-f]{64}\b")  # the tag of the page's image is a hash of the page
STACKS = [f"{stage}-{stack}" for stage in ALL for stack in ("Data", "Api")] + ["hosted-Page"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_template_is_the_one_agreed(templates: dict[str, Template], stack: str, snapshot: SnapshotAssertion):
    body = json.loads(IMAGE.sub(":IMAGE", json.dumps(templates[stack].body)))

    assert body == snapshot(extension_class=JSONSnapshotExtension)


def test_every_stack_has_a_snapshot(templates: dict[str, Template]):
    assert sorted(templates) == sorted(STACKS)
