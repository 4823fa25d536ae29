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


class DataStack(Stack):
    """Hands out the keys `storage`, `sealing`, `counting`, the tables, the secret `stripe`, and `chat_role`.

    `chat_role` is the chat function's role. It is created here because the policies of the keys name it: if the
    function's stack created it, the two stacks would depend on each other. Its permissions are added in that stack.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: Stage) -> None:
        super().__init__(scope, id_, env=Environment(region=stage.region))
        self.kept = RemovalPolicy.RETAIN if stage.keep else RemovalPolicy.DESTROY

        self.chat_role = iam.Role(self, "ChatRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.storage = self._key("Storage", "Tables, the Stripe secret, logs", key_policies.storage_policy(self))
        self.sealing = self._key("Sealing", "Card values in a session", key_policies.sealing_policy(self.chat_role))
        self.counting = self._counting_key()

        # Card values leave with their session: this table is removed on every stage.
        self.sessions = self._table("Sessions", "sessionId", RemovalPolicy.DESTROY)
        self.receipts = self._table("Receipts", "tokenHash", self.kept)
        self.attempts = self._table("Attempts", "counter", RemovalPolicy.DESTROY)
        self.stripe = self._stripe_secret()
        if stage.data_trail:
            DataTrail(self, "Trail", tables=(self.sessions, self.receipts, self.attempts), kept=self.kept)

        CfnOutput(self, "SessionsTable", value=self.sessions.table_name)
        CfnOutput(self, "ReceiptsTable", value=self.receipts.table_name)
        CfnOutput(self, "AttemptsTable", value=self.attempts.table_name)
        CfnOutput(self, "StripeSecret", value=self.stripe.secret_arn)

    def _key(self, id_: str, description: str, policy: iam.PolicyDocument) -> kms.Key:
        return kms.Key(
            self,
            id_,
            description=f"{self.stack_name}: {description}",
            enable_key_rotation=True,
            policy=policy,
            removal_policy=self.kept,
        )

    def _counting_key(self) -> kms.Key:
        return kms.Key(
            self,
            "Counting",
            description=f"{self.stack_name}: Counters of attempts, named without the card number",
            key_spec=kms.KeySpec.HMAC_256,
            key_usage=kms.KeyUsage.GENERATE_VERIFY_MAC,
            policy=key_policies.counting_policy(self.chat_role),
            removal_policy=self.kept,
        )

    def _table(self, id_: str, key: str, removal: RemovalPolicy) -> dynamodb.Table:
        """No point-in-time recovery, stream, export or replica: what is deleted is gone."""
        table = dynamodb.Table(
            self,
            id_,
            partition_key=dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING),
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

    def _stripe_secret(self) -> secretsmanager.Secret:
        """Made with a random value which is no Stripe key; an operator stores the real one."""
        by_arn = kms.Key.from_key_arn(
            self, "StorageOfSecrets", self.storage.key_arn
        )  # the key itself would get a wider policy
        secret = secretsmanager.Secret(
            self,
            "Stripe",
            description="The secret key of the Stripe account, as a plain string",
            encryption_key=by_arn,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=32, exclude_punctuation=True),
            removal_policy=self.kept,
        )
        acknowledge(secret, {"AwsSolutions-SMG4": "Stripe makes this key: it is rolled there, then stored here."})
        return secret
