"""Log lines and metrics of the functions around orders. A log line names an order by its id, and nothing else of it."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from runtime.aws import DENIED, Unavailable


class FunctionTelemetry:
    def __init__(self) -> None:
        # A line that cannot be written would print the exception in hand to stderr, its text included.
        logging.raiseExceptions = False
        self.logger = Logger(stream=sys.stdout)

    def identify(self, order_id: str | None) -> None:
        """The order that the following lines are about."""
        self.logger.append_keys(order_id=order_id)

    def count(self, metric: str, **dimensions: str) -> None:
        self._write(metric, MetricUnit.Count, 1, dimensions)

    def amount(self, metric: str, value: int) -> None:
        """Of something that was counted; 0 says that there was none."""
        self._write(metric, MetricUnit.Count, value, {})

    def duration(self, metric: str, seconds: float) -> None:
        self._write(metric, MetricUnit.Seconds, seconds, {})

    def info(self, message: str, **fields: Any) -> None:
        self.logger.info(message, **fields)

    def request_refused(self, status: int, code: str) -> None:
        self.logger.info("refused", http_status=status, code=code)

    def unavailable(self, error: Unavailable) -> None:
        if error.code in DENIED:
            self.count("DependencyDenied", dependency=error.service)
        self.logger.warning("unavailable", dependency=error.service, code=error.code)

    def crashed(self, error: BaseException) -> None:
        """Where, not with which values."""
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        self.logger.error("unforeseen", kind=type(error).__name__, places=places)

    def _write(self, metric: str, unit: MetricUnit, value: float, dimensions: dict[str, str]) -> None:
        metrics = Metrics()
        for dimension in dimensions.items():
            metrics.add_dimension(*dimension)
        metrics.add_metric(metric, unit, value)
        metrics.flush_metrics()
