import json
from typing import Any

import jsonschema
import pytest

from tests.infra.conftest import ALL, Template

SIGNED = [name for name in ALL if name != "local"]
FUNCTION = "AWS::Lambda::Function"


@pytest.fixture
def function(api: Template) -> dict[str, Any]:
    return api.named("ChatFunction", FUNCTION)


def test_the_function_runs_on_arm64_with_the_runtime_that_its_package_is_made_for(function: dict[str, Any]):
    assert function["Architectures"] == ["arm64"]
    assert function["Runtime"] == "python3.13"
    assert function["Handler"] == "chat.handler.handle"
    assert function["Timeout"] == 25


def test_the_function_is_traced(function: dict[str, Any]):
    assert function["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.parametrize("stage", SIGNED)
@pytest.mark.parametrize("room", ["chat", "orders", "stripe_events"])
def test_what_callers_wait_for_starts_from_a_snapshot_on_every_deployed_stage(api: Template, room: str):
    functions = api.of_type("AWS::Lambda::Function").values()
    (function,) = (each for each in functions if each.get("Handler") == f"{room}.handler.handle")

    assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}


def test_the_function_is_given_the_settings_it_needs(function: dict[str, Any]):
    told = set(function["Environment"]["Variables"])

    assert told - {"STRIPE_URL", "MODEL_URL", "RETURN_URL"} == {
        "STAGE", "SESSIONS_TABLE", "RECEIPTS_TABLE", "ATTEMPTS_TABLE", "SEALING_KEY", "COUNTING_KEY", "STRIPE_SECRET",
        "MODEL_ID", "WORDING", "POINTING", "WORDINGS_TABLE", "BRANDS", "CONTACT", "ATTEMPTS_PER_ADDRESS",
        "ATTEMPTS_PER_CARD", "TEST_TOKENS", "ORDERS_TABLE", "MERCHANT", "CAPTURES", "WALLETS", "PAGE_URL",
        "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL",
    }  # fmt: skip


@pytest.mark.parametrize("stage", SIGNED)
def test_only_the_local_stage_knows_stand_ins(function: dict[str, Any]):
    assert not {"STRIPE_URL", "MODEL_URL", "RETURN_URL"} & set(function["Environment"]["Variables"])


def test_prod_never_exchanges_test_numbers(templates: dict[str, Template]):
    function = templates["prod-Api"].named("ChatFunction", FUNCTION)

    assert function["Environment"]["Variables"]["TEST_TOKENS"] == "false"


ALIASES = {
    "/chat POST": "ChatLive",
    "/sessions/{sessionId} GET": "ChatLive",
    "/sessions/{sessionId}/refresh POST": "ChatLive",
    "/orders POST": "OrdersLive",
    "/orders/{orderId} GET": "OrdersLive",
    "/orders/{orderId}/cancel POST": "OrdersLive",
    "/orders/{orderId}/announce POST": "OrdersLive",
    "/stripe/events POST": "StripeEventsLive",
}


def test_callers_reach_a_published_version_through_the_alias(api: Template):
    alias = api.named("ChatLive", "AWS::Lambda::Alias")

    assert alias["FunctionVersion"]["Fn::GetAtt"][1] == "Version"
    for path, alias in ALIASES.items():
        assert alias in json.dumps(routes(api)[path]["Integration"]["Uri"])


def test_an_earlier_version_stays_for_a_rollback(api: Template):
    assert api.removal("ChatFunctionCurrentVersion") == "Retain"


def test_logs_expire_encrypted_and_masked(api: Template):
    groups = api.of_type("AWS::Logs::LogGroup").values()

    assert len(groups) >= 2
    for group in groups:
        assert group["RetentionInDays"] <= 365
        assert "Storage" in json.dumps(group["KmsKeyId"])
        assert {"Deidentify", "Audit"} == {
            k for s in group["DataProtectionPolicy"]["Statement"] for k in s["Operation"]
        }
        assert "CreditCardNumber" in json.dumps(group["DataProtectionPolicy"])


# --- permissions


def granted(api: Template) -> set[str]:
    return {action for one in api.statements("ChatRole") for action in as_list(one["Action"])}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_function_may_do_this_and_nothing_else(api: Template):
    assert granted(api) == {
        "bedrock:InvokeModel",
        "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem",
        "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateMac",
        "kms:ReEncryptFrom", "kms:ReEncryptTo",
        "logs:CreateLogStream", "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
        "xray:PutTelemetryRecords", "xray:PutTraceSegments",
    }  # fmt: skip


def test_every_permission_names_its_resource(api: Template):
    open_ones = {
        a for one in api.statements("ChatRole") if "*" in as_list(one["Resource"]) for a in as_list(one["Action"])
    }

    assert open_ones == {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, "X-Ray has no resources to name"


def test_every_use_of_a_key_has_a_condition(api: Template):
    uses = [
        one for one in api.statements("ChatRole") if any(action.startswith("kms:") for action in as_list(one["Action"]))
    ]

    assert len(uses) == 4
    assert all(one["Condition"] for one in uses)


def test_the_function_seals_with_the_context_of_a_sealed_value_only(api: Template):
    (sealing,) = (one for one in api.statements("ChatRole") if "Sealing" in json.dumps(one["Resource"]))

    assert sorted(sealing["Action"]) == ["kms:Decrypt", "kms:Encrypt"]
    assert sealing["Condition"]["StringEquals"] == {"kms:EncryptionContext:field": ["card", "cvv", "part"]}
    assert sealing["Condition"]["StringLike"] == {"kms:EncryptionContext:session": "?*"}


def test_the_function_reads_the_stripe_secret_and_no_other(api: Template):
    (reading,) = (one for one in api.statements("ChatRole") if one["Action"] == "secretsmanager:GetSecretValue")

    assert isinstance(reading["Resource"], dict)
    assert "Stripe" in json.dumps(reading["Resource"])


def test_the_function_may_call_the_configured_model_and_no_other(api: Template, stage: str):
    model = ALL[stage].model
    assert model is not None
    calls = [one for one in api.statements("ChatRole") if one["Action"] == "bedrock:InvokeModel"]

    through, to = sorted(calls, key=lambda one: "Condition" in one)
    assert json.dumps(through["Resource"]).endswith(f':inference-profile/{model.profile}"]]}}')
    assert len(to["Resource"]) == len(model.regions)
    for region, arn in zip(model.regions, to["Resource"], strict=True):
        assert f":bedrock:{region}::foundation-model/{model.foundation_model}" in json.dumps(arn)
    assert to["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": through["Resource"]}}


# --- the API


@pytest.mark.parametrize("stage", SIGNED)
def test_every_call_is_signed(api: Template, stage: str):
    unsigned = {path for path, method in routes(api).items() if method["AuthorizationType"] != "AWS_IAM"}

    # Stripe signs the body of the one; the other answers everybody the same.
    assert unsigned == {"/stripe/events POST"} | ({"/returns GET"} if ALL[stage].page_url else set())


def test_there_is_a_policy_for_callers_of_this_api_alone(api: Template, stage: str):
    assert callable_paths(api, "Callers", stage) == ["GET/sessions/*", "POST/chat", "POST/sessions/*/refresh"]


def test_there_is_a_policy_for_the_merchants_server_which_reaches_orders_alone(api: Template, stage: str):
    assert callable_paths(api, "Merchants", stage) == [
        "GET/orders/*", "POST/orders", "POST/orders/*/announce", "POST/orders/*/cancel",
    ]  # fmt: skip


def callable_paths(api: Template, policy: str, stage: str) -> list[str]:
    (statement,) = api.named(policy, "AWS::IAM::ManagedPolicy")["PolicyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    return sorted(json.dumps(arn).split(f"/{stage}/", 1)[1].removesuffix('"]]}') for arn in statement["Resource"])


def test_these_are_the_routes(api: Template, stage: str):
    back = {"/returns GET"} if ALL[stage].page_url else set()

    assert set(routes(api)) == back | {
        "/chat POST", "/sessions/{sessionId} GET", "/sessions/{sessionId}/refresh POST", "/orders POST",
        "/orders/{orderId} GET", "/orders/{orderId}/cancel POST", "/orders/{orderId}/announce POST",
        "/stripe/events POST",
    }  # fmt: skip


def routes(api: Template) -> dict[str, dict[str, Any]]:
    """`/chat POST` → the method."""
    resources = api.of_type("AWS::ApiGateway::Resource")

    def path(id_: Any) -> str:
        part = resources.get(id_.get("Ref", ""))
        return f"{path(part['ParentId'])}/{part['PathPart']}" if part else ""

    methods = api.of_type("AWS::ApiGateway::Method").values()
    return {f"{path(method['ResourceId'])} {method['HttpMethod']}": method for method in methods}


@pytest.mark.parametrize("stage", ["local", "hosted"])
def test_payers_come_back_from_stripe_to_the_page_without_the_query_that_holds_a_secret(api: Template, stage: str):
    back = routes(api)["/returns GET"]["Integration"]
    (answer,) = back["IntegrationResponses"]

    assert (back["Type"], answer["StatusCode"]) == ("MOCK", "303")
    assert answer["ResponseParameters"]["method.response.header.Location"] == f"'{ALL[stage].page_url}/?returned'"


def test_a_turn_is_validated_before_it_costs_anything(api: Template):
    validator = api.only("AWS::ApiGateway::RequestValidator")

    assert validator["ValidateRequestBody"] is True
    for path in ("/chat POST", "/orders POST"):
        assert set(routes(api)[path]["RequestModels"]) == {"application/json"}
        assert routes(api)[path]["RequestValidatorId"]


BODIES = [
    pytest.param({"message": "payment"}, True, id="a message"),
    pytest.param({"message": "é" * 1000}, True, id="1,000 characters"),
    pytest.param({"message": "x" * 1000 + "\n"}, True, id="1,000 characters and space around them"),
    pytest.param({"message": "x" * 1001}, False, id="1,001 characters"),
    pytest.param({"message": ""}, False, id="an empty message"),
    pytest.param({"message": " \n\t"}, False, id="nothing but space"),
    pytest.param({"message": 4242}, False, id="a number"),
    pytest.param({"message": None}, False, id="null"),
    pytest.param({}, False, id="no message"),
    pytest.param([], False, id="a list"),
    pytest.param({"message": "x", "sessionId": "a-B_9" * 12}, True, id="a session id"),
    pytest.param({"message": "x", "sessionId": "a" * 65}, False, id="65 characters of session id"),
    pytest.param({"message": "x", "sessionId": "a b"}, False, id="a space in the session id"),
    pytest.param({"message": "x", "sessionId": "4242424242424242"}, False, id="a card number as session id"),
    pytest.param({"message": "x", "messageId": "x-123456789012-x"}, False, id="12 digits in the message id"),
    pytest.param({"message": "x", "messageId": "x-12345678901-x"}, True, id="11 digits in the message id"),
    pytest.param({"message": "x", "expectedStep": "cvv"}, True, id="a step"),
    pytest.param({"message": "x", "expectedStep": "paid"}, False, id="no step"),
    pytest.param({"message": "x", "card": "1"}, False, id="an unknown field"),
]


@pytest.mark.parametrize(("body", "passes"), BODIES)
def test_the_gateway_lets_through_what_the_contract_allows(templates: dict[str, Template], body: Any, passes: object):
    schema = templates["dev-Api"].named("RestApiChatRequest", "AWS::ApiGateway::Model")["Schema"]

    assert jsonschema.Draft4Validator(schema).is_valid(body) is passes


def throttles(api: Template) -> dict[str, tuple[int, int]]:
    """Method and path → requests a second, and at once."""
    return {
        f"{one['HttpMethod']} {one['ResourcePath']}": (one["ThrottlingRateLimit"], one["ThrottlingBurstLimit"])
        for one in api.only("AWS::ApiGateway::Stage")["MethodSettings"]
    }


def test_calls_are_throttled(api: Template, stage: str):
    assert throttles(api)["* /*"] == (ALL[stage].requests_per_second, ALL[stage].burst)


@pytest.mark.parametrize("stage", SIGNED)
def test_calls_without_a_signature_use_up_a_throttle_of_their_own(api: Template, stage: str):
    unsigned = {path for path, method in routes(api).items() if method["AuthorizationType"] == "NONE"}

    own = {f"{method} /{path.replace('/', '~1')}" for path, method in map(str.split, unsigned)}
    assert own == throttles(api).keys() - {"* /*"}


def test_the_access_log_holds_no_body(api: Template):
    written = json.loads(api.only("AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"])

    assert set(written.values()) == {
        "$context.requestId", "$context.requestTime", "$context.identity.userArn", "$context.identity.sourceIp",
        "$context.httpMethod", "$context.resourcePath", "$context.status", "$context.error.responseType",
        "$context.responseLatency", "$context.integrationLatency", "$context.responseLength",
    }  # fmt: skip


def test_nothing_else_logs_requests(api: Template):
    for settings in api.only("AWS::ApiGateway::Stage")["MethodSettings"]:
        assert settings["LoggingLevel"] == "OFF"
        assert settings["DataTraceEnabled"] is False


REFUSALS = [
    ("BAD_REQUEST_BODY", "400", "invalid_request"),
    ("BAD_REQUEST_PARAMETERS", "400", "invalid_request"),
    ("MISSING_AUTHENTICATION_TOKEN", "403", "forbidden"),
    ("ACCESS_DENIED", "403", "forbidden"),
    ("INVALID_SIGNATURE", "403", "forbidden"),
    ("EXPIRED_TOKEN", "403", "forbidden"),
    ("RESOURCE_NOT_FOUND", "404", "not_found"),
    ("REQUEST_TOO_LARGE", "413", "too_large"),
    ("UNSUPPORTED_MEDIA_TYPE", "415", "unsupported_media_type"),
    ("THROTTLED", "429", "too_many_requests"),
    ("DEFAULT_4XX", "400", "invalid_request"),
    ("DEFAULT_5XX", "503", "temporarily_unavailable"),
]


@pytest.mark.parametrize(("type_", "status", "code"), REFUSALS)
@pytest.mark.parametrize("stage", SIGNED)
def test_the_gateway_refuses_in_the_words_of_the_contract(api: Template, type_: str, status: str, code: str):
    (refusal,) = (r for r in api.of_type("AWS::ApiGateway::GatewayResponse").values() if r["ResponseType"] == type_)

    body = json.loads(refusal["ResponseTemplates"]["application/json"])["error"]
    assert (refusal["StatusCode"], body["code"]) == (status, code)
    assert set(body) == {"code", "message"}
    assert "$" not in body["message"], "the gateway's own messages quote the request"
    assert refusal["ResponseParameters"]["gatewayresponse.header.Cache-Control"] == "'no-store'"
    assert ("gatewayresponse.header.Retry-After" in refusal["ResponseParameters"]) is (status in {"429", "503"})


def test_an_open_stage_knows_no_unsigned_call(templates: dict[str, Template]):
    responses = templates["local-Api"].of_type("AWS::ApiGateway::GatewayResponse").values()
    (refusal,) = (r for r in responses if r["ResponseType"] == "MISSING_AUTHENTICATION_TOKEN")

    assert refusal["StatusCode"] == "404"


@pytest.mark.parametrize("stage", SIGNED)
def test_the_accounts_logging_role_survives_this_api(api: Template):
    assert api.removal("RestApiCloudWatchRole") == "Retain"
    assert api.removal("RestApiAccount") == "Retain"


def test_the_address_has_no_slash_at_its_end(api: Template):
    parts = api.body["Outputs"]["ApiUrl"]["Value"]["Fn::Join"][1]

    assert parts[-1] != "/"
    assert not str(parts[-1]).endswith("/")
    assert {"ApiUrl", "FunctionName", "LogGroup"} <= set(api.body["Outputs"])
