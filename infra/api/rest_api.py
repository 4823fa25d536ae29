"""The REST API: what it lets through, what it refuses before the function is called, and with which answers."""

import json

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.api.refusals import REFUSAL_HEADERS, WAIT, refusal_body, refusals
from infra.config import Stage
from infra.log_groups import log_group
from infra.nag_exceptions import acknowledge

STEPS = ("none", "name", "card", "expiry", "cvv", "confirm", "done")

STRING = apigateway.JsonSchemaType.STRING
# A UUID, or a name in which no card number can hide: no 12 digits in a row once - and _ are left out.
UUID = "[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
ID = apigateway.JsonSchema(type=STRING, pattern=f"^({UUID}|(?!.*[0-9]([_-]*[0-9]){{11}})[A-Za-z0-9_-]{{1,64}})$")
# More than 1,000 characters only with white space around them: the function trims before it counts.
MESSAGE = apigateway.JsonSchema(
    type=STRING,
    min_length=1,
    pattern=r"\S",
    any_of=[
        apigateway.JsonSchema(max_length=1000),
        apigateway.JsonSchema(pattern=r"^\s|\s$", max_length=4096),
    ],
)
# The body of POST /chat. Draft 4 is the newest that API Gateway reads.
CHAT_REQUEST = apigateway.JsonSchema(
    schema=apigateway.JsonSchemaVersion.DRAFT4,
    title="ChatRequest",
    type=apigateway.JsonSchemaType.OBJECT,
    required=["message"],
    additional_properties=False,
    properties={
        "message": MESSAGE,
        "sessionId": ID,
        "messageId": ID,
        "expectedStep": apigateway.JsonSchema(type=STRING, enum=list(STEPS)),
    },
)

# No body, no header, no full path, no validation message. The address is that of the caller: the page's server.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "caller": "$context.identity.userArn",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "refusal": "$context.error.responseType",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "responseLength": "$context.responseLength",
}


class ChatApi(Construct):
    """Hands out `api` and its `access_logs`."""

    def __init__(
        self, scope: Construct, id_: str, *, stage: Stage, handler: lambda_.IFunction, logs_key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self.access_logs = log_group(self, "AccessLogs", stage=stage, key=logs_key)
        self.api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=f"PaymentChat-{stage.name}",
            description=f"Payment Chat, {stage.name}",
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            deploy_options=self._options(stage),
            # The role belongs to the account and region, not to this API: it stays when the stack goes.
            cloud_watch_role=stage.name != "local",
            cloud_watch_role_removal_policy=None if stage.name == "local" else RemovalPolicy.RETAIN,
            default_method_options=apigateway.MethodOptions(
                authorization_type=apigateway.AuthorizationType.IAM
                if stage.signed
                else apigateway.AuthorizationType.NONE
            ),
        )
        self.api.node.try_remove_child("Endpoint")  # the stack has an output of its own for the address
        self._methods(apigateway.LambdaIntegration(handler, allow_test_invoke=False))
        self._refusals(stage)
        self._acknowledge(stage)

    def _options(self, stage: Stage) -> apigateway.StageOptions:
        return apigateway.StageOptions(
            stage_name=stage.name,
            throttling_rate_limit=stage.requests_per_second,
            throttling_burst_limit=stage.burst,
            access_log_destination=apigateway.LogGroupLogDestination(self.access_logs),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
            # Execution logs quote requests.
            logging_level=apigateway.MethodLoggingLevel.OFF,
            data_trace_enabled=False,
            metrics_enabled=True,
        )

    def _methods(self, integration: apigateway.LambdaIntegration) -> None:
        validator = apigateway.RequestValidator(
            self, "Validator", rest_api=self.api, validate_request_body=True, validate_request_parameters=True
        )
        body = self.api.add_model("ChatRequest", content_type="application/json", schema=CHAT_REQUEST)
        self.api.root.add_resource("chat").add_method(
            "POST", integration, request_validator=validator, request_models={"application/json": body}
        )
        self.api.root.add_resource("sessions").add_resource("{sessionId}").add_method(
            "GET",
            integration,
            request_validator=validator,
            request_parameters={"method.request.path.sessionId": True},
        )

    def _refusals(self, stage: Stage) -> None:
        for type_, (status, code) in refusals(stage).items():
            self.api.add_gateway_response(
                f"Refusal{type_}",
                type=apigateway.ResponseType.of(type_),
                status_code=str(status),
                response_headers=REFUSAL_HEADERS | (WAIT if status in {429, 503} else {}),
                templates={"application/json": refusal_body(code)},
            )

    def _acknowledge(self, stage: Stage) -> None:
        execution_logs = "They quote requests, and requests carry card numbers. The access log says what happened."
        acknowledge(
            self.api,
            {
                "AwsSolutions-APIG6": execution_logs,
                "PCI.DSS.321-APIGWExecutionLoggingEnabled": execution_logs,
                "PCI.DSS.321-APIGWCacheEnabledAndEncrypted": "A cached reply would be one payer's state kept or shown"
                " to another: nothing is cached.",
                "PCI.DSS.321-APIGWSSLEnabled": "Behind the API stands a Lambda function, called with IAM and TLS:"
                " there is no HTTP backend which could check a client certificate.",
                "AwsSolutions-COG4": "The caller is the page's server, not a person: it signs with its role (SigV4).",
                "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                "AmazonAPIGatewayPushToCloudWatchLogs]": "The policy that API Gateway asks for.",
            },
        )
        if not stage.firewall:
            for rule in ("AwsSolutions-APIG3", "PCI.DSS.321-APIGWAssociatedWithWAF"):
                acknowledge(
                    self.api, {rule: "No payer's card is taken here; the firewall stands before staging and prod."}
                )
        if not stage.signed:
            acknowledge(
                self.api, {"AwsSolutions-APIG4": "Runs in an emulator that listens on the loopback address only."}
            )
