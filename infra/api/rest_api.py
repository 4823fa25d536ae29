"""The REST API: what it lets through, what it refuses before the function is called, and with which answers."""

import json
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.api.refusals import REFUSAL_HEADERS, WAIT, refusal_body, refusals
from infra.api.request_models import CHAT_REQUEST, ORDER_REQUEST
from infra.api.stripe_paths import add_stripe_paths, limits_of_stripe_paths
from infra.config import Stage
from infra.log_groups import log_group
from infra.nag_exceptions import acknowledge

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


@dataclass(frozen=True)
class Handlers:
    """The functions behind the paths."""

    chat: lambda_.IFunction
    orders: lambda_.IFunction
    stripe_events: lambda_.IFunction


class PaymentApi(Construct):
    """Hands out `api` and its `access_logs`."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, handlers: Handlers, logs_key: kms.IKey) -> None:
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
        self._methods(handlers)
        add_stripe_paths(self.api, handlers.stripe_events, stage)
        self._refusals(stage)
        self._acknowledge(stage)

    def _options(self, stage: Stage) -> apigateway.StageOptions:
        return apigateway.StageOptions(
            stage_name=stage.name,
            throttling_rate_limit=stage.requests_per_second,
            throttling_burst_limit=stage.burst,
            method_options=limits_of_stripe_paths(stage),
            access_log_destination=apigateway.LogGroupLogDestination(self.access_logs),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG)),
            # Execution logs quote requests.
            logging_level=apigateway.MethodLoggingLevel.OFF,
            data_trace_enabled=False,
            metrics_enabled=True,
        )

    def _methods(self, handlers: Handlers) -> None:
        validator = apigateway.RequestValidator(
            self, "Validator", rest_api=self.api, validate_request_body=True, validate_request_parameters=True
        )

        def add(path: str, method: str, handler: lambda_.IFunction, body: apigateway.Model | None = None) -> None:
            in_path = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
            self.api.root.resource_for_path(path).add_method(
                method,
                apigateway.LambdaIntegration(handler, allow_test_invoke=False),
                request_validator=validator,
                request_models={"application/json": body} if body else None,
                request_parameters={f"method.request.path.{name}": True for name in in_path} or None,
            )

        chat = self.api.add_model("ChatRequest", content_type="application/json", schema=CHAT_REQUEST)
        order = self.api.add_model("OrderRequest", content_type="application/json", schema=ORDER_REQUEST)
        add("/chat", "POST", handlers.chat, chat)
        add("/sessions/{sessionId}", "GET", handlers.chat)
        add("/sessions/{sessionId}/refresh", "POST", handlers.chat)
        add("/orders", "POST", handlers.orders, order)
        add("/orders/{orderId}", "GET", handlers.orders)
        add("/orders/{orderId}/cancel", "POST", handlers.orders)
        add("/orders/{orderId}/announce", "POST", handlers.orders)

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
