"""The JSON schemas that the gateway checks request bodies by, before a function is called."""

from aws_cdk import aws_apigateway as apigateway

STEPS = ("none", "name", "card", "expiry", "cvv", "confirm", "action", "done")
FIELDS = ("name", "card", "expiry", "cvv")

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
        "field": apigateway.JsonSchema(type=STRING, enum=list(FIELDS)),
        "orderToken": apigateway.JsonSchema(type=STRING, pattern="^[A-Za-z0-9_-]{43}$"),
    },
)

# The body of POST /orders. The function checks what depends on the stage and on other fields.
ORDER_REQUEST = apigateway.JsonSchema(
    schema=apigateway.JsonSchemaVersion.DRAFT4,
    title="OrderRequest",
    type=apigateway.JsonSchemaType.OBJECT,
    required=["reference", "purpose", "description"],
    additional_properties=False,
    properties={
        "reference": ID,
        "purpose": apigateway.JsonSchema(type=STRING, enum=["charge", "authorize", "save"]),
        "amount": apigateway.JsonSchema(type=apigateway.JsonSchemaType.INTEGER, minimum=1),
        "currency": apigateway.JsonSchema(type=STRING, pattern="^[a-z]{3}$"),
        "description": apigateway.JsonSchema(type=STRING, min_length=1, max_length=200),
        "capture": apigateway.JsonSchema(type=STRING, enum=["hosted", "chat"]),
        "customer": apigateway.JsonSchema(type=STRING, pattern="^cus_[A-Za-z0-9]{1,60}$"),
        "email": apigateway.JsonSchema(type=STRING, max_length=254),
        "locale": apigateway.JsonSchema(type=STRING, pattern="^[a-z]{2}$"),
        "returnUrl": apigateway.JsonSchema(type=STRING, max_length=1000),
        "expiresIn": apigateway.JsonSchema(type=apigateway.JsonSchemaType.INTEGER, minimum=300, maximum=2592000),
    },
)
