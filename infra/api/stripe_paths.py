"""The two paths without a signature of ours: where Stripe sends events, and where it sends payers back to."""

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_

from infra.config import Stage
from infra.nag_exceptions import acknowledge

EVENTS_PATH, RETURNS_PATH = "/stripe/events", "/returns"
BACK = "returned"  # the page's query parameter that says: the payer comes back from Stripe
UNSIGNED = apigateway.AuthorizationType.NONE
RETURN_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def takes_events(stage: Stage) -> bool:
    """Whether the API has a path for Stripe's events: not where they come through EventBridge."""
    return not stage.stripe_event_bus


def limits_of_stripe_paths(stage: Stage) -> dict[str, apigateway.MethodDeploymentOptions]:
    """Throttles of their own: what is sent there without a signature takes nothing from signed calls."""
    limits = apigateway.MethodDeploymentOptions(
        throttling_rate_limit=stage.events_per_second,
        throttling_burst_limit=2 * stage.events_per_second,
        logging_level=apigateway.MethodLoggingLevel.OFF,
        data_trace_enabled=False,
        metrics_enabled=True,
    )
    paths = {f"{EVENTS_PATH}/POST": takes_events(stage), f"{RETURNS_PATH}/GET": bool(stage.page_url)}
    return {path: limits for path, is_there in paths.items() if is_there}


def add_stripe_paths(api: apigateway.RestApi, events: lambda_.IFunction, stage: Stage) -> None:
    if takes_events(stage):
        _add_events(api, events)
    if stage.page_url:
        _add_returns(api, f"{stage.page_url}/?{BACK}")


def _add_events(api: apigateway.RestApi, events: lambda_.IFunction) -> None:
    method = api.root.resource_for_path(EVENTS_PATH).add_method(
        "POST", apigateway.LambdaIntegration(events, allow_test_invoke=False), authorization_type=UNSIGNED
    )
    reason = "Stripe signs the body of an event; the function checks that signature."
    acknowledge(method, {"AwsSolutions-APIG4": reason, "AwsSolutions-COG4": reason})


def _add_returns(api: apigateway.RestApi, page: str) -> None:
    """The gateway itself answers: the query that Stripe adds holds a client secret, which no log of ours may see."""
    headers = {"Location": page, **RETURN_HEADERS}
    answer = apigateway.IntegrationResponse(
        status_code="303",
        response_parameters={f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()},
    )
    method = api.root.resource_for_path(RETURNS_PATH).add_method(
        "GET",
        apigateway.MockIntegration(
            request_templates={"application/json": '{"statusCode": 303}'}, integration_responses=[answer]
        ),
        authorization_type=UNSIGNED,
        method_responses=[
            apigateway.MethodResponse(
                status_code="303",
                response_parameters={f"method.response.header.{name}": True for name in headers},
            )
        ],
    )
    reason = "It answers everybody the same: a redirect to the payment page."
    acknowledge(method, {"AwsSolutions-APIG4": reason, "AwsSolutions-COG4": reason})
