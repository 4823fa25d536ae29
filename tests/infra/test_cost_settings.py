"""What docs/cost.md and the simulated sale assume of the stacks is what the stacks have."""

from benchmarks.flash_sale.settings import AS_IT_IS
from benchmarks.pages.bill import MEMORY
from benchmarks.pages.reach import PAGE_ADDRESSES, WEBHOOKS_AT_ONCE
from tests.infra.conftest import Template

STAGE = "hosted"


def resources(templates: dict[str, Template], type_: str) -> list[dict]:
    stacks = [template for name, template in templates.items() if name.startswith(f"{STAGE}-")]
    return [properties for template in stacks for properties in template.of_type(type_).values()]


def test_the_bill_knows_the_memory_of_each_function(templates: dict[str, Template]):
    memory = {
        function["Handler"].split(".")[0]: function["MemorySize"]
        for function in resources(templates, "AWS::Lambda::Function")
        if function["Handler"].endswith(".handler.handle")
    }

    assert {name: memory[name] for name in MEMORY} == MEMORY


def test_the_page_calls_the_api_from_as_many_addresses_as_it_has_gateways(templates: dict[str, Template]):
    gateways = len(resources(templates, "AWS::EC2::NatGateway"))

    assert (PAGE_ADDRESSES, AS_IT_IS.page_addresses) == (gateways, gateways)


def test_as_many_webhooks_are_sent_at_once_as_the_queue_allows(templates: dict[str, Template]):
    limits = [each.get("ScalingConfig") for each in resources(templates, "AWS::Lambda::EventSourceMapping")]

    assert {"MaximumConcurrency": WEBHOOKS_AT_ONCE} in limits
