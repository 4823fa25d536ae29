"""What outlives a redeploy: keys and the role that may use them, tables, the Stripe secret."""

from aws_cdk import CfnOutput, Environment, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra import key_policies
from infra.config import Stage
from infra.data_trail import DataTrail
from infra.nag_exceptions import acknowledge
from infra.secrets import secret


class DataStack(Stack):
    """Hands out the keys `storage`, `sealing`, `counting`, `links`, the tables, the secrets, and two roles.

    `chat_role` and `orders_role` are the roles of the functions that use a key of their own. They are made here, beside
    the keys whose policies name them: if the functions' stack made them, each of the two stacks would wait for the
    other. Their permissions are added beside the functions.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_, env=Environment(region=stage.region))
        self.kept = RemovalPolicy.RETAIN if stage.keep else RemovalPolicy.DESTROY

        self.chat_role = iam.Role(self, "ChatRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.orders_role = iam.Role(self, "MerchantApiRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.storage = self._key("Storage", "Tables, the Stripe secret, logs", key_policies.storage_policy(self))
        self.sealing = self._key("Sealing", "Card values in a session", key_policies.sealing_policy(self.chat_role))
        self.counting = self._mac_key("Counting", "Counters of attempts, named without the card number", self.chat_role)
        self.links = self._mac_key("Links", "The payer's key to an order, derived from its reference", self.orders_role)

        # Card values leave with their session: this table is removed on every stage.
        self.sessions = self._table("Sessions", "sessionId", RemovalPolicy.DESTROY)
        self.receipts = self._table("Receipts", "tokenHash", self.kept)
        self.attempts = self._table("Attempts", "counter", RemovalPolicy.DESTROY)
        self.wordings = self._table("Wordings", "language", RemovalPolicy.DESTROY)
        self.orders = self._orders_table()
        self.stripe = self._secret(
            "Stripe",
            "The secret key of the Stripe account, as a plain string",
            "Stripe makes this key: it is rolled there, then stored here.",
        )
        self.signing = self._secret(
            "StripeEvents",
            "The secrets that Stripe signs its events with",
            "Stripe makes them: make stripe-events stores a new one beside the old one.",
            template='{"secrets": []}',
            name_in_template="unused",
        )
        self.webhook = self._secret(
            "Webhook",
            "The secrets that webhooks are signed with: the current and the previous one",
            "The merchant's server must learn a new one first: make webhook-secret does both steps.",
            template='{"previous": null}',
            name_in_template="current",
        )
        if stage.data_trail:
            DataTrail(self, "Trail", tables=self._every_table(), kept=self.kept)

        CfnOutput(self, "SessionsTable", value=self.sessions.table_name)
        CfnOutput(self, "ReceiptsTable", value=self.receipts.table_name)
        CfnOutput(self, "AttemptsTable", value=self.attempts.table_name)
        CfnOutput(self, "OrdersTable", value=self.orders.table_name)
        CfnOutput(self, "WordingsTable", value=self.wordings.table_name)
        CfnOutput(self, "StripeSecret", value=self.stripe.secret_arn)
        CfnOutput(self, "StripeEventsSecret", value=self.signing.secret_arn)
        CfnOutput(self, "WebhookSecret", value=self.webhook.secret_arn)

    def _every_table(self) -> tuple[dynamodb.Table, ...]:
        return (self.sessions, self.receipts, self.attempts, self.wordings, self.orders)

    def _key(self, id_: str, description: str, policy: iam.PolicyDocument) -> kms.Key:
        return kms.Key(
            self,
            id_,
            description=f"{self.stack_name}: {description}",
            enable_key_rotation=True,
            policy=policy,
            removal_policy=self.kept,
        )

    def _mac_key(self, id_: str, description: str, user: iam.IRole) -> kms.Key:
        return kms.Key(
            self,
            id_,
            description=f"{self.stack_name}: {description}",
            key_spec=kms.KeySpec.HMAC_256,
            key_usage=kms.KeyUsage.GENERATE_VERIFY_MAC,
            policy=key_policies.mac_policy(user),
            removal_policy=self.kept,
        )

    def _table(self, id_: str, key: str, removal: RemovalPolicy) -> dynamodb.Table:
        """No point-in-time recovery, stream, export or replica: what is deleted is gone."""
        table = dynamodb.Table(
            self,
            id_,
            partition_key=_text(key),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="ttl",
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.storage,
            deletion_protection=removal is RemovalPolicy.RETAIN,
            removal_policy=removal,
        )
        acknowledge(
            table,
            {"AwsSolutions-DDB3": "A copy would keep card values, or who paid, beyond the time they are promised."},
        )
        return table

    def _orders_table(self) -> dynamodb.Table:
        """No card data, so it may have copies: a stream that announces changes, and on live stages its own backup."""
        table = dynamodb.Table(
            self,
            "Orders",
            partition_key=_text("orderId"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="ttl",
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.storage,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=self.kept is RemovalPolicy.RETAIN
            ),
            deletion_protection=self.kept is RemovalPolicy.RETAIN,
            removal_policy=self.kept,
        )
        table.add_global_secondary_index(
            index_name="due",
            partition_key=_text("sweepShard"),
            sort_key=dynamodb.Attribute(name="sweepAt", type=dynamodb.AttributeType.NUMBER),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        table.add_global_secondary_index(
            index_name="stripe", partition_key=_text("stripeId"), projection_type=dynamodb.ProjectionType.KEYS_ONLY
        )
        if self.kept is not RemovalPolicy.RETAIN:
            acknowledge(table, {"AwsSolutions-DDB3": "Nothing on this stage is worth a backup."})
        return table

    def _secret(
        self,
        id_: str,
        description: str,
        not_rotated_because: str,
        template: str | None = None,
        name_in_template: str | None = None,
    ) -> secretsmanager.Secret:
        return secret(
            self,
            id_,
            description=description,
            key_arn=self.storage.key_arn,
            kept=self.kept,
            not_rotated_because=not_rotated_because,
            template=template,
            name_in_template=name_in_template,
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
