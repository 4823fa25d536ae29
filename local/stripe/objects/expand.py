"""`expand[]`: put an object where its id stands."""

import copy
from typing import Any

from local.stripe.objects.world import Object, World
from local.stripe.requests.form import listed
from local.stripe.requests.refusals import Refusal, invalid

MAX_DEPTH = 4
# Fields that hold ids of other objects, and are ids until somebody asks for more.
EXPANDABLE = frozenset({"payment_intent", "setup_intent", "payment_method", "latest_charge", "customer", "line_items"})
# Left out of an object unless it is asked for.
HIDDEN = frozenset({"line_items"})


def expanded(world: World, kept: Object, wanted: Any) -> Object:
    """A copy, with the fields that `wanted` names. Raises Refusal for a field that cannot be expanded."""
    shown = _shown(kept)
    for path in listed(wanted):
        names = str(path).split(".")
        if len(names) > MAX_DEPTH:
            raise invalid("expand", "You cannot expand more than 4 levels of a property.")
        _expand(world, kept, shown, names)
    return shown


def _shown(kept: Object) -> Object:
    return copy.deepcopy({name: value for name, value in kept.items() if name not in HIDDEN})


def _expand(world: World, kept: Object, shown: Object, names: list[str]) -> None:
    name, *rest = names
    if name not in EXPANDABLE or name not in kept:
        raise _cannot(name)
    if name in HIDDEN:
        shown[name] = copy.deepcopy(kept[name])
        return
    if kept[name] is None:
        return
    inner = world.objects[kept[name]]
    if not isinstance(shown.get(name), dict):
        shown[name] = _shown(inner)
    if rest:
        _expand(world, inner, shown[name], rest)


def _cannot(name: str) -> Refusal:
    if not name.replace("_", "").isalpha():
        name = "expand"
    return invalid("expand", f"This property cannot be expanded ({name}).")
