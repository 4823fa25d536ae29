"""What operators see: one log line and a few metrics a request. Its fields are all named here."""

from __future__ import annotations

import logging
import sys
import traceback
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from chat.turns.results import TurnResult


class PowertoolsTelemetry:
    def __init__(self) -> None:
        # A log that cannot be written would print the exception in hand to stderr, its text included.
        logging.raiseExceptions = False
        self._logger = Logger(stream=sys.stdout)
        self._metrics = Metrics()
        self._step = ""
        self._counts: dict[tuple[tuple[str, str], ...], list[tuple[str, MetricUnit, float]]] = defaultdict(list)

    def follow(self, session_id: str | None, step: str = "") -> None:
        """Every line until `flush` is about this session, and the payer is at this step. The id must be checked."""
        self._step = step
        self._logger.append_keys(session_id=session_id, step=step or None)

    def count(self, metric: str, **dimensions: str) -> None:
        self._add(metric, MetricUnit.Count, 1, **dimensions)

    def answered(self, answer: TurnResult, milliseconds: float) -> None:
        session = answer.session
        if not self._step:  # nothing was played: a receipt, or the opening's reply again
            self.follow(session.id, session.step.value)
        self._add("TurnTime", MetricUnit.Milliseconds, milliseconds, step=self._step)
        self._logger.info(
            "turn",
            next_step=session.step.value,
            status=session.status,
            error=session.error and session.error.code,
            language=session.language,
            milliseconds=round(milliseconds),
        )

    def refused(self, status: int, code: str) -> None:
        self._logger.info("refused", http_status=status, code=code)

    def unavailable(self, service: str, code: str, *, denied: bool) -> None:
        if denied:
            self.count("DependencyDenied", dependency=service)
        self._logger.warning("unavailable", dependency=service, code=code)

    def declined(self, code: str, detail: str) -> None:
        """`detail` is Stripe's own code, for the merchant alone. What is not the card's fault is no decline of it."""
        if code == "processor_busy":
            self.count("ProcessorBusy")
        elif code != "processor_unavailable":  # that is counted, as ProcessorFailed, where its cause is known
            self.count("Declined", **{"class": code})
        self._logger.info("declined", code=code, detail=detail)

    def unusable_key(self, secret: str, reason: str) -> None:
        self.count("ProcessorFailed")
        self._logger.error("the Stripe key cannot be used", secret=secret, reason=reason)

    def unforeseen(self, error: BaseException) -> None:
        """Where it happened and of which kind; never its text, which may quote what a payer typed."""
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        self._logger.error("unforeseen", kind=type(error).__name__, places=places)

    def flush(self) -> None:
        """Raises nothing: a payer whose card is taken must hear of it, counted or not."""
        counts, self._counts = self._counts, defaultdict(list)
        try:
            for dimensions, values in counts.items():
                for dimension in dimensions:
                    self._metrics.add_dimension(*dimension)
                for value in values:
                    self._metrics.add_metric(*value)
                self._metrics.flush_metrics()
        except Exception as error:  # noqa: BLE001  (and no traceback: its values may be a payer's)
            self._logger.error("metrics lost", kind=type(error).__name__)  # noqa: TRY400
        self._step = ""
        self._logger.remove_keys(["session_id", "step"])

    def _add(self, metric: str, unit: MetricUnit, value: float, **dimensions: str) -> None:
        self._counts[tuple(dimensions.items())].append((metric, unit, value))
