import json

import pytest

from infra.config import STAGES
from tests.infra.conftest import Template

ADMINISTRATION = "Administration"
TABLES = {"Sessions": "sessionId", "Receipts": "tokenHash", "Attempts": "counter"}


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


@pytest.mark.parametrize("table", TABLES)
def test_a_deleted_item_leaves_no_copy(data: Template, table: str):
    made = data.named(table, "AWS::DynamoDB::Table")

    assert "PointInTimeRecoverySpecification" not in made
    assert "StreamSpecification" not in made
    assert "KinesisStreamSpecification" not in made
    assert not data.of_type("AWS::Backup::BackupSelection")


def test_the_keys_that_encrypt_turn_over(data: Template):
    for name in ("Storage", "Sealing"):
        assert data.named(name, "AWS::KMS::Key")["EnableKeyRotation"] is True


def test_cards_are_counted_with_a_key_that_cannot_encrypt(data: Template):
    counting = data.named("Counting", "AWS::KMS::Key")

    assert counting["KeySpec"] == "HMAC_256"
    assert counting["KeyUsage"] == "GENERATE_VERIFY_MAC"


def statements_of(data: Template, key: str) -> dict[str, dict]:
    return {one.get("Sid", "unnamed"): one for one in data.named(key, "AWS::KMS::Key")["KeyPolicy"]["Statement"]}


@pytest.mark.parametrize("key", ["Storage", "Sealing", "Counting"])
def test_who_administers_a_key_cannot_use_it(data: Template, key: str):
    uses = ("Encrypt", "Decrypt", "GenerateDataKey", "ReEncrypt", "GenerateMac", "CreateGrant", "*")

    actions = statements_of(data, key)[ADMINISTRATION]["Action"]

    assert not [action for action in actions if action.removeprefix("kms:").startswith(uses)]


@pytest.mark.parametrize("key", ["Storage", "Sealing", "Counting"])
def test_no_use_of_a_key_is_without_a_condition(data: Template, key: str):
    statements = statements_of(data, key)

    uses = {sid: one for sid, one in statements.items() if sid != ADMINISTRATION}
    assert uses
    assert all(one["Effect"] == "Allow" and one["Condition"] for one in uses.values())


def test_the_storage_key_works_through_the_services_that_store_only(data: Template):
    through = statements_of(data, "Storage")["Use"]["Condition"]["StringEquals"]["kms:ViaService"]

    assert through == ["dynamodb.us-east-1.amazonaws.com", "secretsmanager.us-east-1.amazonaws.com"]


def test_the_sealing_key_works_with_the_context_of_a_sealed_value_only(data: Template):
    use = statements_of(data, "Sealing")["Use"]

    assert sorted(use["Action"]) == ["kms:Decrypt", "kms:Encrypt"]
    assert use["Condition"] == {
        "StringEquals": {"kms:EncryptionContext:field": ["card", "cvv", "part"]},
        "StringLike": {"kms:EncryptionContext:session": "?*"},
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["session", "field"]},
    }


def test_the_stripe_secret_is_encrypted_with_our_key_and_holds_no_key_of_stripe(data: Template):
    secret = data.only("AWS::SecretsManager::Secret")

    assert secret["KmsKeyId"]["Fn::GetAtt"][0].startswith("Storage")
    assert "SecretString" not in secret
    assert "sk_" not in json.dumps(data.body)


@pytest.mark.parametrize("kept", ["Storage", "Sealing", "Counting", "Receipts", "Stripe"])
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
    assert {"SessionsTable", "ReceiptsTable", "AttemptsTable", "StripeSecret"} <= set(data.body["Outputs"])
