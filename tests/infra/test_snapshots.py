"""Did a template change? A snapshot changes in the commit that means it to: `pytest --snapshot-update`.

The smallest stage, the largest one and the hosted page; the other stages are held by the tests of what differs.
"""

import json
import re

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from tests.infra.conftest import Template

IMAGE = re.compile(r":[0-9a-f]{64}\b")  # the tag of the page's image is a hash of the page
STACKS = ["local-Data", "local-Api", "prod-Data", "prod-Api", "hosted-Page"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_template_is_the_one_agreed(templates: dict[str, Template], stack: str, snapshot: SnapshotAssertion):
    body = json.loads(IMAGE.sub(":IMAGE", json.dumps(templates[stack].body)))

    assert body == snapshot(extension_class=JSONSnapshotExtension)
