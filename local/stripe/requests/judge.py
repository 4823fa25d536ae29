"""Judge the parameters of a request by a schema: unknown ones are refused at any depth, as Stripe refuses them."""

import importlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

from local.stripe.requests.form import bracket_path
from local.stripe.requests.refusals import Refusal, invalid
from local.stripe.requests.typed_parameters import schema_of

DESCRIPTION = Path(__file__).with_name("openapi.json")  # from github.com/stripe/openapi, MIT
INTEGER = re.compile(r"-?\d{1,18}\Z")
# All values of a form are strings: a number is a string of digits, a list is an object with indexes as keys.
FORM_TYPES = Draft7Validator.TYPE_CHECKER.redefine_many(
    {
        "integer": lambda _, value: isinstance(value, str) and bool(INTEGER.match(value)),
        "number": lambda _, value: isinstance(value, str) and bool(re.fullmatch(r"-?\d{1,18}(\.\d{1,12})?", value)),
        "boolean": lambda _, value: value in {"true", "false"},
        "array": lambda _, value: isinstance(value, dict) and all(str(key).isdigit() for key in value),
    }
)


def items_of_form(validator: Any, items: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "array"):
        for index, item in instance.items():
            yield from validator.descend(item, items, path=index, schema_path=index)


FormValidator = extend(Draft7Validator, {"items": items_of_form}, type_checker=FORM_TYPES)  # type: ignore[no-untyped-call]


@cache
def validator_of(name: str, *, is_form: bool = True) -> Any:
    """`name`: a module and a type of `stripe.params`, or the path of a request in Stripe's own description."""
    if name.startswith("/"):
        return FormValidator(_described(name))
    module, _, params = name.rpartition(".")
    schema = schema_of(getattr(importlib.import_module(f"stripe.params.{module}"), params))
    return (FormValidator if is_form else Draft7Validator)(schema)


def check_parameters(name: str, params: Mapping[str, Any], *, is_form: bool = True) -> None:
    """Raises Refusal when the schema called `name` refuses the parameters, which came as a form or as JSON."""
    errors = validator_of(name, is_form=is_form).iter_errors(params)
    error = min(errors, key=lambda error: list(map(str, error.absolute_path)), default=None)
    if error is not None:
        raise refusal_of(most_specific(error))
    for found in _found(params, "metadata"):
        if len(found) > 50 or any(len(key) > 40 or len(value) > 500 for key, value in found.items()):
            raise invalid("metadata", "Metadata can have up to 50 keys of 40 characters, values up to 500.")


def most_specific(error: ValidationError) -> ValidationError:
    """The cause of the error: inside an `anyOf`, the error of the branch that fits best."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        depth = len(error.absolute_path)
        error = min(branches.values(), key=lambda errors: (_is_of_another_kind(errors[0], depth), len(errors)))[0]
    return error


def _is_of_another_kind(error: ValidationError, depth: int) -> bool:
    return error.validator in {"type", "enum"} and len(error.absolute_path) == depth


def refusal_of(error: ValidationError) -> Refusal:
    path = [str(part) for part in error.absolute_path]
    instance: Any = error.instance
    schema: Any = error.schema
    if error.validator == "additionalProperties":
        unknown = next(name for name in instance if name not in schema.get("properties", {}))
        name = bracket_path([*path, unknown])
        return invalid(name, f"Received unknown parameter: {name}", "parameter_unknown")
    if error.validator == "required":
        name = bracket_path([*path, next(name for name in schema["required"] if name not in instance)])
        return invalid(name, f"Missing required param: {name}.", "parameter_missing")
    name = bracket_path(path)
    if error.validator == "type" and error.validator_value == "integer":
        return invalid(name, f"Invalid integer: {name}", "parameter_invalid_integer")
    return invalid(name, f"Invalid {name}")


def close_objects(schema: Any) -> Any:
    """The schema, with `additionalProperties` false in every object.

    Stripe refuses unknown parameters at any depth, but its description says so at the top level only.
    """
    if isinstance(schema, list):
        return [close_objects(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "object" and "properties" in schema:
        schema = {"additionalProperties": False, **schema}
    return {key: close_objects(value) for key, value in schema.items()}


def _described(path: str) -> Any:
    operation = json.loads(DESCRIPTION.read_text())["paths"][path]["post"]
    schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    if path == "/v1/payment_methods":  # other kinds of PaymentMethod need neither, so Stripe's own schema asks for none
        schema = {**schema, "required": ["type", "card"]}
    return close_objects(schema)


def _found(params: Any, name: str) -> Iterator[Mapping[str, str]]:
    """Every object of that name, at any depth."""
    if isinstance(params, dict):
        for key, value in params.items():
            if key == name and isinstance(value, dict):
                yield value
            else:
                yield from _found(value, name)
