"""What operators can see of a request: one log line and a few metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from chat.values.card import FIELDS

if TYPE_CHECKING:
    from chat.turns.results import TurnResult
    from chat.values.session import Session


class Telemetry(Protocol):
    def identify(self, session_id: str | None, step: str = "") -> None:
        """Name the session and the payer's step on every line until `flush`. The id has passed its check."""

    def count(self, metric: str, **dimensions: str) -> None: ...

    def turn_answered(self, result: TurnResult, milliseconds: float) -> None: ...

    def session_read(self, result: TurnResult) -> None: ...

    def request_refused(self, status: int, code: str) -> None: ...

    def dependency_failed(self, service: str, code: str, *, denied: bool) -> None: ...

    def card_declined(self, code: str, detail: str) -> None:
        """`code` is ours; `detail` is Stripe's own code."""

    def stripe_key_rejected(self, secret: str, reason: str) -> None:
        """`secret`: the secret's name, never its value."""

    def crashed(self, error: BaseException) -> None:
        """Log the error's type and where it was raised; never its text, which may quote what a payer typed."""

    def flush(self) -> None:
        """Write the metrics. Raises nothing: a payer whose card was taken must get the reply all the same."""


def count_progress(before: Session, after: Session, telemetry: Telemetry) -> None:
    """Count what a turn changed for the funnel: steps and codes only, nothing about a person."""
    for field in FIELDS:
        if getattr(before, field) is None and getattr(after, field) is not None:
            telemetry.count("StepGiven", step=field)
    if after.error is not None:
        telemetry.count("StepRefused", step=after.error.field or after.step, code=after.error.code)
    if after.step is not before.step:
        telemetry.count("StepAsked", step=after.step.value)
