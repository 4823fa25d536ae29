"""What the gateway itself refuses is refused in documented words, and it lets through what the document takes."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft4Validator, Draft202012Validator

from chat.http.events import BadRequest, parse_id
from infra.api.rest_api import refusals
from infra.stages import STAGES

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text())
RESPONSES = DOCUMENT["components"]["responses"]
TURN = DOCUMENT["paths"]["/chat"]["post"]["responses"]


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_every_refusal_of_the_gateway_is_documented(stage):
    for status, code in refusals(stage).values():
        response = RESPONSES[TURN[str(status)]["$ref"].rpartition("/")[2]]
        schema = response["content"]["application/json"]["schema"]
        assert code in schema["properties"]["error"]["properties"]["code"]["enum"]


@pytest.mark.parametrize(
    "body",
    [
        {"message": "x"},
        {"message": "x" * 1000},
        {"message": "x" * 1001},
        {"message": ""},
        {"message": " "},
        {"message": 5},
        {},
        [],
        {"message": "x", "sessionId": "a-1_b"},
        {"message": "x", "sessionId": ""},
        {"message": "x", "sessionId": "1" * 11},
        {"message": "x", "sessionId": "1" * 12},
        {"message": "x", "sessionId": "4242-4242-4242-4242"},
        {"message": "x", "sessionId": "6f0a2c1e-8f6b-4c1d-9a7e-123456789012"},
        {"message": "x", "messageId": "12345678901234567890123456789012"},
        {"message": "x", "messageId": "a b"},
        {"message": "x", "expectedStep": "card"},
        {"message": "x", "expectedStep": "pay"},
        {"message": "x", "other": 1},
    ],
    ids=str,
)
def test_the_gateways_schema_refuses_what_the_document_refuses(body, templates):
    model = templates["dev-Api"].named("RestApiChatRequest", "AWS::ApiGateway::Model")["Schema"]
    documented = DOCUMENT["components"]["schemas"]["Turn"] | {"components": DOCUMENT["components"]}

    assert Draft4Validator(model).is_valid(body) == Draft202012Validator(documented).is_valid(body)


@pytest.mark.parametrize(
    "written",
    [
        "6f0a2c1e-8f6b-4c1d-9a7e-123456789012",
        "12345678901234567890123456789012",
        "a-1_b",
        "1" * 11,
        "1" * 12,
        "4242-4242-4242-4242",
        "4242_4242_4242_4242",
        "4242424242424242-visa",
        "a" * 65,
    ],
)
def test_the_gateways_schema_takes_the_ids_that_the_function_takes(written, templates):
    model = templates["dev-Api"].named("RestApiChatRequest", "AWS::ApiGateway::Model")["Schema"]

    try:
        taken = bool(parse_id(written, "sessionId"))
    except BadRequest:
        taken = False

    assert Draft4Validator(model).is_valid({"message": "x", "sessionId": written}) == taken
