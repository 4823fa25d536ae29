"""What a turn adds to the funnel's metrics. Steps and codes only, nothing of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chat.values.card import FIELDS

if TYPE_CHECKING:
    from chat.turns.ports import Telemetry
    from chat.values.session import Session


def funnel(before: Session, after: Session, watch: Telemetry) -> None:
    for field in FIELDS:
        if getattr(before, field) is None and getattr(after, field) is not None:
            watch.count("StepGiven", step=field)
    if after.error is not None:
        watch.count("StepRefused", step=after.error.field or after.step, code=after.error.code)
    if after.step is not before.step:
        watch.count("StepAsked", step=after.step.value)
