"""CloudWatch metrics and queries over what the functions count."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.config import NAMESPACE, Stage


class Counts:
    """The metrics that the functions of one stage write."""

    def __init__(self, stage: Stage) -> None:
        self._service = stage.service

    def total(self, name: str, period: Duration, **dimensions: str) -> cloudwatch.Metric:
        """The sum of a count within `period`; with dimensions, of exactly these values."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self._service, **dimensions},
            statistic="Sum",
            period=period,
        )

    def longest(self, name: str, period: Duration) -> cloudwatch.Metric:
        """The largest value within `period`."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"service": self._service},
            statistic="Maximum",
            period=period,
        )

    def across(self, name: str, dimension: str, period: Duration) -> cloudwatch.MathExpression:
        """A count summed over all values of its dimension. CloudWatch allows one such query in an alarm."""
        return self._query(f"SUM({name})", dimension, period, name)

    def turns(self, period: Duration) -> cloudwatch.MathExpression:
        """The number of turns that were answered: each one reports its time once."""
        return self._query("COUNT(TurnTime)", "step", period, "Turns")

    def _query(self, what: str, dimension: str, period: Duration, label: str) -> cloudwatch.MathExpression:
        found = f"""FROM SCHEMA("{NAMESPACE}", "{dimension}", "service") WHERE "service" = '{self._service}'"""
        return cloudwatch.MathExpression(
            expression=f"SELECT {what} {found}",
            using_metrics={},
            period=period,
            label=label,
        )


def share(part: str, whole: str, least: int, period: Duration, **metrics: cloudwatch.IMetric) -> cloudwatch.IMetric:
    """`part` as a percentage of `whole`; 0 as long as `whole` is smaller than `least`."""
    expression = f"IF(FILL({whole}, 0) >= {least}, 100 * FILL({part}, 0) / FILL({whole}, 0), 0)"
    return cloudwatch.MathExpression(expression=expression, using_metrics=dict(metrics), period=period)
