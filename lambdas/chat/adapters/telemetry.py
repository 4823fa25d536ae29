"""Telemetry with Powertools: JSON log lines and embedded metrics. Every field that can be logged is named here."""

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
    """The metrics of a request are collected and written by `flush`, one record for each set of dimensions."""

    def __init__(self) -> None:
        # When a line cannot be written, logging would print the current exception to stderr, with its text.
        logging.raiseExceptions = False
        self.logger = Logger(stream=sys.stdout)
        self._metrics = Metrics()
        self._step = ""
        self._counts: dict[tuple[tuple[str, str], ...], list[tuple[str, MetricUnit, float]]] = defaultdict(list)

    def identify(self, session_id: str | None, step: str = "") -> None:
        self._step = step
        self.logger.append_keys(session_id=session_id, step=step or None)

    def count(self, metric: str, **dimensions: str) -> None:
        self._add(metric, MetricUnit.Count, 1, **dimensions)

    def turn_answered(self, result: TurnResult, milliseconds: float) -> None:
        session = result.session
        if not self._step:  # no turn was played: a receipt, or the opening's reply again
            self.identify(session.id, session.step.value)
        self._add("TurnTime", MetricUnit.Milliseconds, milliseconds, step=self._step)
        self.logger.info(
            "turn",
            next_step=session.step.value,
            status=session.status,
            error=session.error and session.error.code,
            language=session.language,
            milliseconds=round(milliseconds),
        )

    def session_read(self, result: TurnResult) -> None:
        self.identify(result.session.id, result.session.step.value)
        self.logger.info("session read", status=result.session.status)

    def request_refused(self, status: int, code: str) -> None:
        self.logger.info("refused", http_status=status, code=code)

    def dependency_failed(self, service: str, code: str, *, denied: bool) -> None:
        if denied:
            self.count("DependencyDenied", dependency=service)
        self.logger.warning("unavailable", dependency=service, code=code)

    def card_declined(self, code: str, detail: str) -> None:
        if code == "processor_busy":
            self.count("ProcessorBusy")
        elif code != "processor_unavailable":  # counted as ProcessorFailed where its cause is known
            self.count("Declined", **{"class": code})
        self.logger.info("declined", code=code, detail=detail)

    def stripe_key_rejected(self, secret: str, reason: str) -> None:
        self.count("ProcessorFailed")
        self.logger.error("the Stripe key cannot be used", secret=secret, reason=reason)

    def crashed(self, error: BaseException) -> None:
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        self.logger.error("unforeseen", kind=type(error).__name__, places=places)

    def flush(self) -> None:
        counts, self._counts = self._counts, defaultdict(list)
        try:
            for dimensions, values in counts.items():
                for dimension in dimensions:
                    self._metrics.add_dimension(*dimension)
                for value in values:
                    self._metrics.add_metric(*value)
                self._metrics.flush_metrics()
        except Exception as error:  # noqa: BLE001  (and no traceback: its values may be a payer's)
            self.logger.error("metrics lost", kind=type(error).__name__)  # noqa: TRY400
        self._step = ""
        self.logger.remove_keys(["session_id", "step"])

    def _add(self, metric: str, unit: MetricUnit, value: float, **dimensions: str) -> None:
        self._counts[tuple(dimensions.items())].append((metric, unit, value))
