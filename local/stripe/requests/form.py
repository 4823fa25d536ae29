"""Decode a form as Stripe does: `card[number]=…&expand[0]=…` is a tree whose leaves are strings."""

import re
from typing import Any
from urllib.parse import parse_qsl

from local.stripe.requests.refusals import invalid


def parse_form(body: bytes) -> dict[str, Any]:
    """A list is an object whose keys are indexes. Raises Refusal."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), errors="strict")
    except ValueError:
        raise invalid(None, "Invalid request: the body is not a form.") from None
    return tree_of(pairs)


def tree_of(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in pairs:
        path = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        if not path:
            raise invalid(None, "Invalid request: a parameter without a name.")
        node = tree
        for part in path[:-1]:
            node = node.setdefault(part or str(len(node)), {})
            if not isinstance(node, dict):
                raise invalid(bracket_path(path[:-1]), "Invalid object", "parameter_invalid_empty")
        node[path[-1] or str(len(node))] = value
    return tree


def bracket_path(path: list[str]) -> str:
    return path[0] + "".join(f"[{part}]" for part in path[1:]) if path else ""


def listed(value: Any) -> list[Any]:
    """The items of a list, as a form or as JSON carries it."""
    if isinstance(value, dict):
        return [value[key] for key in sorted(value, key=int)]
    return list(value or [])
