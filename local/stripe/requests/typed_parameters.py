"""JSON Schema out of the pinned SDK's own types (`stripe.params…`): what a request of this API version may carry.

Lists of allowed words are closed here, although the SDK leaves them open with `| str`: a word that this version does
not know is more likely our mistake than news. A list whose only word is empty (`Literal[''] | str`) says that a value
can be taken back, and limits nothing.
"""

import sys
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ForwardRef

import typing_extensions

from stripe import RequestOptions

Schema = dict[str, Any]

LEAVES: Mapping[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": "number"},
    Decimal: {"type": "string"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    Any: {},
    object: {},
}
QUALIFIERS = (typing_extensions.NotRequired, typing_extensions.Required)
# Not parameters: how the SDK makes the call.
OPTIONS = frozenset(RequestOptions.__annotations__)


def schema_of(params: type) -> Schema:
    """The schema of a TypedDict; each TypedDict inside it stands once, under `definitions`."""
    definitions: dict[str, Schema] = {}
    root = _Converter(definitions).typed_dict(params)
    return {**root, "definitions": definitions}


class _Converter:
    def __init__(self, definitions: dict[str, Schema]) -> None:
        self._definitions = definitions

    def typed_dict(self, params: type) -> Schema:
        if params.__name__ not in self._definitions:
            self._definitions[params.__name__] = {}  # a type may hold itself
            names = vars(sys.modules[params.__module__])
            fields = {name: kind for name, kind in params.__annotations__.items() if name not in OPTIONS}
            # The functional form (`TypedDict("X", {"from": …})`) is used for fields that are Python's own words.
            required = sorted(vars(params)["__required_keys__"] - OPTIONS)
            self._definitions[params.__name__].update(
                {
                    "type": "object",
                    "properties": {name: self.convert(kind, names) for name, kind in fields.items()},
                    "required": required,
                    "additionalProperties": False,
                }
            )
        return {"$ref": f"#/definitions/{params.__name__}"}

    def convert(self, kind: Any, names: dict[str, Any]) -> Schema:
        """Raises TypeError for a kind of type that it does not know, rather than let it pass unjudged."""
        if isinstance(kind, ForwardRef | str):
            source = kind if isinstance(kind, str) else kind.__forward_arg__
            return self.convert(eval(source, names), names)
        if kind in LEAVES:
            return dict(LEAVES[kind])
        if typing_extensions.is_typeddict(kind):
            return self.typed_dict(kind)
        origin, arguments = typing_extensions.get_origin(kind), typing_extensions.get_args(kind)
        if origin in QUALIFIERS:
            return self.convert(arguments[0], names)
        if origin is typing.Literal or origin is typing_extensions.Literal:
            return {"enum": list(arguments)}
        if origin in (typing.Union, types.UnionType):
            return self.union([self.convert(each, names) for each in arguments])
        if origin is list:
            return {"type": "array", "items": self.convert(arguments[0], names)}
        if origin is not None and (origin is dict or origin.__name__ == "UntypedStripeObject"):
            return {"type": "object", "additionalProperties": self.convert(arguments[-1], names)}
        raise TypeError(f"no schema for {kind!r}")

    def union(self, branches: list[Schema]) -> Schema:
        distinct = [branch for number, branch in enumerate(branches) if branch not in branches[:number]]
        words = [word for branch in distinct for word in branch.get("enum", ())]
        if LEAVES[str] in distinct and words not in ([], [""]):
            distinct = [branch for branch in distinct if branch != LEAVES[str]]
        return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
