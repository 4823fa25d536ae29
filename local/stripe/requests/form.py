"""Decode a form as Stripe does, and check its parameters against Stripe's own request schema."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

SPECIFICATION = Path(__file__).with_name("openapi.json")  # from github.com/stripe/openapi, MIT
INTEGER = re.compile(r"-?\d{1,18}\Z")


class InvalidRequestError(Exception):
    """A request that Stripe refuses with 400. The message names the parameter and never quotes a value."""

    def __init__(self, code: str | None, param: str | None, message: str) -> None:
        super().__init__(message)
        self.code, self.param, self.message = code, param, message

    def error(self) -> dict[str, str]:
        named = {"code": self.code, "param": self.param, "message": self.message, "type": "invalid_request_error"}
        return {key: value for key, value in named.items() if value is not None}


def parse_form(body: bytes) -> dict[str, Any]:
    """`card[number]=…&expand[0]=…` as nested objects whose leaves are strings. Raises InvalidRequestError."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), errors="strict")
    except ValueError:
        raise InvalidRequestError(None, None, "Invalid request: the body is not a form.") from None
    tree: dict[str, Any] = {}
    for name, value in pairs:
        path = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise InvalidRequestError("parameter_invalid_empty", bracket_path(path[:-1]), "Invalid object")
        node[path[-1] or str(len(node))] = value
    return tree


def check_parameters(params: dict[str, Any]) -> None:
    """Raises InvalidRequestError when Stripe's schema for POST /v1/payment_methods refuses the parameters."""
    error = min(SCHEMA.iter_errors(params), key=lambda error: list(map(str, error.absolute_path)), default=None)
    if error is not None:
        raise invalid_request(most_specific(error))
    for name in ("type", "card"):  # the schema does not require them, because other kinds of PaymentMethod need neither
        if name not in params:
            raise InvalidRequestError("parameter_missing", name, f"Missing required param: {name}.")
    metadata = params.get("metadata", {})
    if len(metadata) > 50 or any(len(key) > 40 or len(value) > 500 for key, value in metadata.items()):
        raise InvalidRequestError(
            None, "metadata", "Metadata can have up to 50 keys of 40 characters, values up to 500."
        )


def most_specific(error: ValidationError) -> ValidationError:
    """The cause of the error: inside an `anyOf`, the error of the branch that fits best."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        error = min(branches.values(), key=len)[0]
    return error


def invalid_request(error: ValidationError) -> InvalidRequestError:
    path = [str(part) for part in error.absolute_path]
    instance: Any = error.instance
    schema: Any = error.schema
    if error.validator == "additionalProperties":
        unknown = next(name for name in instance if name not in schema.get("properties", {}))
        name = bracket_path([*path, unknown])
        return InvalidRequestError("parameter_unknown", name, f"Received unknown parameter: {name}")
    if error.validator == "required":
        name = bracket_path([*path, next(name for name in schema["required"] if name not in instance)])
        return InvalidRequestError("parameter_missing", name, f"Missing required param: {name}.")
    name = bracket_path(path)
    if error.validator == "type" and error.validator_value == "integer":
        return InvalidRequestError("parameter_invalid_integer", name, f"Invalid integer: {name}")
    return InvalidRequestError(None, name, f"Invalid {name}")


def bracket_path(path: list[str]) -> str:
    return path[0] + "".join(f"[{part}]" for part in path[1:]) if path else ""


def close_objects(schema: Any) -> Any:
    """The schema, with `additionalProperties` false in every object.

    Stripe refuses unknown parameters at any depth, but its schema says so at the top level only.
    """
    if isinstance(schema, list):
        return [close_objects(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "object" and "properties" in schema:
        schema = {"additionalProperties": False, **schema}
    return {key: close_objects(value) for key, value in schema.items()}


def _load_schema() -> Any:
    document = json.loads(SPECIFICATION.read_text())
    operation = document["paths"]["/v1/payment_methods"]["post"]
    schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    # All values of a form are strings: a number is a string of digits, a list is an object with indexes as keys.
    types = Draft7Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, str) and bool(INTEGER.match(value)),
            "boolean": lambda _, value: value in {"true", "false"},
            "array": lambda _, value: isinstance(value, dict) and all(str(key).isdigit() for key in value),
        }
    )
    return extend(Draft7Validator, type_checker=types)(close_objects(schema))  # type: ignore[no-untyped-call]


SCHEMA = _load_schema()
