"""What AWS decides about a use of a KMS key: a small evaluator of policies, for the policies that the stacks write.

A request is allowed when no statement denies it and the key policy allows it: by naming the caller itself, or by naming
the caller's account, in which case the caller's own policies have to allow it too. What the evaluator does not know, a
condition operator for example, is an error and never a yes.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"

Statement = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """`principal`: the caller's ARN, or the name of an AWS service. `context`: the condition keys of the request."""

    principal: str
    action: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    resource: str = "the-key"

    @property
    def values(self) -> Mapping[str, str | list[str]]:
        of_caller = {"aws:PrincipalArn": self.principal} if self.principal.startswith("arn:") else {}
        return {**of_caller, **self.context}


def is_allowed(request: Request, key_policy: Iterable[Statement], own_policy: Iterable[Statement]) -> bool:
    """`own_policy`: the statements of the caller's own policies, which name no principal."""
    key_statements = [one for one in key_policy if _asks(one, request) and _principal_matches(one, request)]
    own_statements = [one for one in own_policy if _asks(one, request)]
    if any(one["Effect"] == "Deny" for one in (*key_statements, *own_statements)):
        return False
    if any(request.principal in _principals(one) for one in key_statements):
        return True
    return bool(key_statements) and bool(own_statements)


def _asks(statement: Statement, request: Request) -> bool:
    """Whether the statement speaks of this action on this resource under these conditions."""
    if unknown := statement.keys() - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}:
        raise NotImplementedError(f"the evaluator does not know {sorted(unknown)}")
    return (
        any(_like(request.action.lower(), pattern.lower()) for pattern in _listed(statement["Action"]))
        and any(_like(request.resource, pattern) for pattern in _listed(statement["Resource"]))
        and all(_holds(*one, request.values) for one in statement.get("Condition", {}).items())
    )


def _principals(statement: Statement) -> list[str]:
    principal = statement["Principal"]
    if isinstance(principal, str):
        return [principal]
    return [each for named in principal.values() for each in _listed(named)]


def _principal_matches(statement: Statement, request: Request) -> bool:
    named = _principals(statement)
    in_account = request.principal.startswith(f"arn:aws:iam::{ACCOUNT}:")
    return request.principal in named or "*" in named or (in_account and ROOT in named)


def _holds(operator: str, condition: Mapping[str, Any], values: Mapping[str, str | list[str]]) -> bool:
    return all(_compare(operator, values.get(key), _listed(wanted)) for key, wanted in condition.items())


def _compare(operator: str, value: str | list[str] | None, wanted: list[str]) -> bool:
    """An absent key fails a condition, but for a negated operator and for one over all values."""
    match operator:
        case "StringEquals" | "Bool":
            return isinstance(value, str) and value in wanted
        case "StringLike" | "ArnLike" | "ArnEquals":
            return isinstance(value, str) and any(_like(value, pattern) for pattern in wanted)
        case "ArnNotEquals":
            return not _compare("ArnEquals", value, wanted)
        case "ForAllValues:StringEquals":
            return set(_listed(value or [])) <= set(wanted)
        case _:
            raise NotImplementedError(f"the evaluator does not know {operator}")


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _like(value: str, pattern: str) -> bool:
    wildcards = {"*": ".*", "?": "."}
    return re.fullmatch("".join(wildcards.get(char, re.escape(char)) for char in pattern), value) is not None


def resolve(value: Any, arns: Mapping[str, str]) -> Any:
    """A part of a template with its functions carried out. `arns`: the ARN of each logical id."""
    match value:
        case {"Ref": "AWS::AccountId"}:
            return ACCOUNT
        case {"Ref": "AWS::Partition"}:
            return "aws"
        case {"Ref": "AWS::Region"}:
            return "us-east-1"
        case {"Fn::GetAtt": [logical_id, "Arn"]}:
            return arns[logical_id]
        case {"Fn::ImportValue": export}:
            (arn,) = (arn for logical_id, arn in arns.items() if logical_id in export)
            return arn
        case {"Fn::Join": [separator, parts]}:
            return separator.join(resolve(part, arns) for part in parts)
        case dict():
            return {key: resolve(part, arns) for key, part in value.items()}
        case list():
            return [resolve(part, arns) for part in value]
        case _:
            return value
