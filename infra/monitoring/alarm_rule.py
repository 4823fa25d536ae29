"""One alarm: what is measured, and the limit at which people are notified."""

from dataclasses import dataclass, field

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct


@dataclass(frozen=True)
class AlarmRule:
    """Raised when `metric` reaches `limit` in `periods` consecutive periods. docs/runbook.md explains each name."""

    name: str
    meaning: str
    metric: cloudwatch.IMetric
    limit: float
    periods: int = 1
    missing: cloudwatch.TreatMissingData = field(default=cloudwatch.TreatMissingData.NOT_BREACHING)

    def create(self, scope: Construct, topic: sns.ITopic) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            scope,
            self.name,
            alarm_description=f"{self.meaning} See docs/runbook.md, {self.name}.",
            metric=self.metric,
            threshold=self.limit,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=self.periods,
            treat_missing_data=self.missing,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))
        alarm.add_ok_action(actions.SnsAction(topic))
        return alarm
