import json

import pytest

from infra.stages import STAGES
from tests.infra.conftest import Template

WITHOUT_COPIES = {"Sessions": "sessionId", "Receipts": "tokenHash", "Attempts": "counter", "Wordings": "language"}
TABLES = {**WITHOUT_COPIES, "Orders": "orderId"}


@pytest.mark.parametrize(("table", "key"), TABLES.items())
def test_a_table_is_found_by_its_key_and_paid_by_use(data: Template, table: str, key: str):
    made = data.named(table, "AWS::DynamoDB::Table")

    assert made["KeySchema"] == [{"AttributeName": key, "KeyType": "HASH"}]
    assert made["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("table", TABLES)
def test_items_expire(data: Template, table: str):
    made = data.named(table, "AWS::DynamoDB::Table")

    assert made["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


@pytest.mark.parametrize("table", TABLES)
def test_items_are_encrypted_with_our_key(data: Template, table: str):
    sse = data.named(table, "AWS::DynamoDB::Table")["SSESpecification"]

    assert sse["SSEEnabled"] is True
    assert sse["KMSMasterKeyId"]["Fn::GetAtt"][0].startswith("Storage")


@pytest.mark.parametrize("table", WITHOUT_COPIES)
def test_a_deleted_item_leaves_no_copy(data: Template, table: str):
    made = data.named(table, "AWS::DynamoDB::Table")

    assert "PointInTimeRecoverySpecification" not in made
    assert "StreamSpecification" not in made
    assert "KinesisStreamSpecification" not in made
    assert not data.of_type("AWS::Backup::BackupSelection")


def test_the_keys_that_encrypt_are_rotated(data: Template):
    for name in ("Storage", "Sealing"):
        assert data.named(name, "AWS::KMS::Key")["EnableKeyRotation"] is True


def test_cards_are_counted_with_a_key_that_cannot_encrypt(data: Template):
    counting = data.named("Counting", "AWS::KMS::Key")

    assert counting["KeySpec"] == "HMAC_256"
    assert counting["KeyUsage"] == "GENERATE_VERIFY_MAC"


def test_the_secrets_are_encrypted_with_our_key_and_no_template_holds_a_value(data: Template):
    secrets = data.of_type("AWS::SecretsManager::Secret").values()

    assert len(secrets) == 3
    for secret in secrets:
        assert secret["KmsKeyId"]["Fn::GetAtt"][0].startswith("Storage")
        assert "SecretString" not in secret
    assert not any(sign in json.dumps(data.body) for sign in ("sk_", "whsec_"))


def test_orders_are_found_by_what_is_due_and_by_what_stands_at_stripe(data: Template):
    orders = data.named("Orders", "AWS::DynamoDB::Table")

    keys = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in orders["GlobalSecondaryIndexes"]
    }
    assert keys == {"due": ["sweepShard", "sweepAt"], "stripe": ["stripeId"]}
    assert orders["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_prod_can_restore_orders_and_protects_them(templates: dict[str, Template]):
    orders = templates["prod-Data"].named("Orders", "AWS::DynamoDB::Table")

    assert orders["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert orders["DeletionProtectionEnabled"] is True


@pytest.mark.parametrize(
    "kept", ["Storage", "Sealing", "Counting", "Links", "Receipts", "Orders", "StripeEvents", "Webhook"]
)
def test_prod_keeps_what_holds_receipts_and_keys(templates: dict[str, Template], kept: str):
    assert templates["prod-Data"].removal(kept) == "Retain"


def test_sessions_go_with_their_stack(data: Template):
    assert data.removal("Sessions") == "Delete"


@pytest.mark.parametrize("stage_name", [name for name in STAGES if not STAGES[name].keep])
def test_other_stages_leave_nothing(templates: dict[str, Template], stage_name: str):
    kept = [
        r for r in templates[f"{stage_name}-Data"].body["Resources"].values() if r.get("DeletionPolicy") == "Retain"
    ]

    assert kept == []


def test_the_outputs_name_what_operators_need(data: Template):
    tables = {f"{table}Table" for table in TABLES}
    secrets = {"StripeSecret", "StripeEventsSecret", "WebhookSecret"}

    assert tables | secrets <= set(data.body["Outputs"])


@pytest.fixture
def trail(templates: dict[str, Template]) -> dict:
    return templates["prod-Data"].only("AWS::CloudTrail::Trail")


def test_prod_records_every_read_and_write_of_an_item(trail: dict):
    (selector,) = trail["AdvancedEventSelectors"]

    chosen = {each["Field"]: each["Equals"] for each in selector["FieldSelectors"]}
    assert chosen["eventCategory"] == ["Data"]
    assert chosen["resources.type"] == ["AWS::DynamoDB::Table"]
    recorded = [table["Fn::GetAtt"][0].rstrip("0123456789ABCDEF") for table in chosen["resources.ARN"]]
    assert recorded == list(TABLES)
    assert trail["IsLogging"] is True
    assert "EventSelectors" not in trail


def test_the_trail_is_encrypted_and_shows_a_change_of_its_files(trail: dict):
    assert trail["KMSKeyId"]["Fn::GetAtt"][0].startswith("TrailKey")
    assert trail["EnableLogFileValidation"] is True


@pytest.mark.parametrize("stack", ["prod-Data", "hosted-Page"])
def test_logs_in_buckets_are_kept_for_twelve_months_and_stay_when_the_stack_goes(
    templates: dict[str, Template], stack: str
):
    (rule,) = templates[stack].only("AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]

    assert (rule["ExpirationInDays"], rule["Status"]) == (365, "Enabled")
    assert {
        r["DeletionPolicy"] for r in templates[stack].body["Resources"].values() if r["Type"] == "AWS::S3::Bucket"
    } == {"Retain"}


def test_prod_keeps_its_log_groups_for_twelve_months(templates: dict[str, Template]):
    stacks = [templates[name] for name in ("prod-Data", "prod-Api", "hosted-Api", "hosted-Page")]

    kept = {group["RetentionInDays"] for stack in stacks for group in stack.of_type("AWS::Logs::LogGroup").values()}
    assert kept == {365}
