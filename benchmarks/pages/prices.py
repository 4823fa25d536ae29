"""Public prices of US East (N. Virginia) on DATE. A run fetches nothing."""

DATE = "2026-11-23"

DOLLARS_PER = {
    "lambda GB-second": 0.0000133334,  # arm64
    "lambda request": 0.20e-6,
    "write unit": 0.625e-6,  # DynamoDB on demand
    "read unit": 0.125e-6,
    "kms request": 0.03 / 10_000,  # symmetric and HMAC
    "rest request": 3.50e-6,  # API Gateway REST, first tier
    "waf request": 0.60e-6,
    "log byte": 0.50e-9,  # CloudWatch Logs, ingestion
    "trace": 5.00e-6,  # X-Ray
    "trail event": 0.10 / 100_000,  # CloudTrail, data events
    "bus event": 1.00e-6,  # EventBridge, custom events
    "queue request": 0.40e-6,  # SQS, standard queues
}
DOLLARS_PER_TOKEN = {  # by model: input, output
    "Llama 4 Maverick": (0.24e-6, 0.97e-6),
    "Llama 4 Scout": (0.17e-6, 0.66e-6),
    "Llama 3.3 70B": (0.72e-6, 0.72e-6),
}
SOURCES = (
    "https://aws.amazon.com/lambda/pricing/",
    "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "https://aws.amazon.com/kms/pricing/",
    "https://aws.amazon.com/api-gateway/pricing/",
    "https://aws.amazon.com/waf/pricing/",
    "https://aws.amazon.com/cloudwatch/pricing/",
    "https://aws.amazon.com/xray/pricing/",
    "https://aws.amazon.com/cloudtrail/pricing/",
    "https://aws.amazon.com/bedrock/pricing/",
    "https://aws.amazon.com/eventbridge/pricing/",
    "https://aws.amazon.com/sqs/pricing/",
)
DOLLARS_PER_MONTH = {
    "four KMS keys": 4.00,
    "three secrets": 1.20,
    "firewall: one ACL, four rules": 9.00,
    "about 80 custom metrics": 24.00,
    "dashboard and a dozen alarms": 4.20,
}
