"""Who can use the keys, and for what: the whole policies decided as AWS decides them, for every kind of caller."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.key_policies import ADMINISTRATION
from tests.infra.conftest import Template
from tests.infra.policy_evaluation import ACCOUNT, ROOT, Request, is_allowed, resolve

CHAT = f"arn:aws:iam::{ACCOUNT}:role/ChatRole"
MERCHANT_API = f"arn:aws:iam::{ACCOUNT}:role/MerchantApiRole"
OTHERS = {
    "the account's root user": ROOT,
    "an administrator": f"arn:aws:iam::{ACCOUNT}:role/Administrator",
    "an administrator with a role of a similar name": f"{CHAT}2",
    "a user": f"arn:aws:iam::{ACCOUNT}:user/operator",
    "another account": "arn:aws:iam::999999999999:role/ChatRole",
    "an AWS service": "dynamodb.amazonaws.com",
}
EVERYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
USES = (
    "kms:CreateGrant", "kms:Decrypt", "kms:DeriveSharedSecret", "kms:Encrypt", "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:Sign", "kms:Verify", "kms:VerifyMac",
)  # fmt: skip

SEALED = {
    "kms:EncryptionContext:field": "card",
    "kms:EncryptionContext:session": "0" * 64,
    "kms:EncryptionContextKeys": ["session", "field"],
}
MAC = {"kms:MacAlgorithm": "HMAC_SHA_256"}
THROUGH_DYNAMODB = {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}
# Every context that any of the policies asks for, at once: nothing is refused for want of a context.
ANY_CONTEXT = {**SEALED, **MAC, **THROUGH_DYNAMODB, "kms:GrantIsForAWSResource": "true"}

Decide = Callable[..., bool]


def arns(data: Template) -> dict[str, str]:
    """The ARN of each thing that a policy names."""
    named = {"ChatRole": CHAT, "MerchantApiRole": MERCHANT_API}
    roles = {id_: named[id_[:-8]] for id_ in data.of_type("AWS::IAM::Role") if id_[:-8] in named}
    others = {id_: f"arn:of:{id_}" for id_ in data.body["Resources"] if id_ not in roles}
    return {**roles, **others}


@pytest.fixture
def decide(data: Template) -> Decide:
    """Whether a caller who may do everything in the account may do this to the key of that name."""
    known = arns(data)

    def ask(key: str, request: Request, *more: dict[str, Any]) -> bool:
        policy = resolve(data.named(key, "AWS::KMS::Key")["KeyPolicy"]["Statement"], known)
        return is_allowed(request, [*policy, *more], EVERYTHING)

    return ask


FOR_THE_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}


@pytest.mark.parametrize("more", [[], [FOR_THE_ACCOUNT]], ids=["as it is", "with a statement for the whole account"])
@pytest.mark.parametrize("principal", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("key", ["Sealing", "Counting"])
def test_nobody_but_the_chat_function_can_use_the_sealing_or_the_counting_key(
    decide: Decide, key: str, principal: str, more: list[dict[str, Any]]
):
    for caller in (principal, MERCHANT_API):
        assert [action for action in USES if decide(key, Request(caller, action, ANY_CONTEXT), *more)] == []


@pytest.mark.parametrize("more", [[], [FOR_THE_ACCOUNT]], ids=["as it is", "with a statement for the whole account"])
@pytest.mark.parametrize("principal", [*OTHERS.values(), CHAT], ids=[*OTHERS, "the chat function"])
def test_nobody_but_the_merchants_api_can_make_the_key_of_a_link(
    decide: Decide, principal: str, more: list[dict[str, Any]]
):
    assert [action for action in USES if decide("Links", Request(principal, action, ANY_CONTEXT), *more)] == []


def test_the_merchants_api_can_make_keys_of_links_and_use_no_other_key_of_its_own_accord(decide: Decide):
    used = {
        key: {action for action in USES if decide(key, Request(MERCHANT_API, action, ANY_CONTEXT))}
        for key in ("Links", "Sealing", "Counting")
    }

    assert used == {"Links": {"kms:GenerateMac"}, "Sealing": set(), "Counting": set()}
    assert not decide("Links", Request(MERCHANT_API, "kms:GenerateMac", {"kms:MacAlgorithm": "HMAC_SHA_512"}))


def test_the_chat_function_can_seal_open_and_count_and_nothing_else(decide: Decide):
    used = {
        key: {action for action in USES if decide(key, Request(CHAT, action, ANY_CONTEXT))}
        for key in ("Sealing", "Counting")
    }

    assert used == {"Sealing": {"kms:Encrypt", "kms:Decrypt"}, "Counting": {"kms:GenerateMac"}}


CONTEXTS = {
    "no context": {},
    "no session": {key: value for key, value in SEALED.items() if key != "kms:EncryptionContext:session"},
    "an unknown field": {**SEALED, "kms:EncryptionContext:field": "name"},
    "another key beside the two": {**SEALED, "kms:EncryptionContextKeys": ["session", "field", "more"]},
}


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
def test_the_chat_function_can_seal_only_in_the_context_of_a_sealed_value(decide: Decide, context: dict[str, Any]):
    assert decide("Sealing", Request(CHAT, "kms:Encrypt", SEALED))

    assert not decide("Sealing", Request(CHAT, "kms:Encrypt", context))
    assert not decide("Sealing", Request(CHAT, "kms:Decrypt", context))


@pytest.mark.parametrize(("role", "arn"), [("ChatRole", CHAT), ("MerchantApiRole", MERCHANT_API)])
def test_a_function_cannot_administer_a_key(data: Template, api: Template, role: str, arn: str):
    known = arns(data)
    own_policy = resolve([one for one in api.statements(role) if "kms:" in str(one["Action"])], known)

    for key in data.of_type("AWS::KMS::Key"):
        policy = resolve(data.of_type("AWS::KMS::Key")[key]["KeyPolicy"]["Statement"], known)
        requests = [Request(arn, action, ANY_CONTEXT, resource=known[key]) for action in ADMINISTRATION]
        assert not [request.action for request in requests if is_allowed(request, policy, own_policy)]


@pytest.mark.parametrize("key", ["Storage", "Sealing", "Counting", "Links"])
def test_an_administrator_can_look_after_every_key(decide: Decide, key: str):
    administrator = OTHERS["an administrator"]

    assert all(decide(key, Request(administrator, action)) for action in ADMINISTRATION)


@pytest.mark.parametrize("principal", [*OTHERS.values(), CHAT], ids=[*OTHERS, "the chat function"])
def test_nobody_can_use_the_storage_key_directly(decide: Decide, principal: str):
    directly = {key: value for key, value in ANY_CONTEXT.items() if key != "kms:ViaService"}

    assert [action for action in USES if decide("Storage", Request(principal, action, directly))] == []


@pytest.mark.parametrize("service", ["dynamodb", "secretsmanager"])
def test_the_storage_key_works_through_the_services_that_store(decide: Decide, service: str):
    through = {"kms:ViaService": f"{service}.us-east-1.amazonaws.com"}
    through_another = {"kms:ViaService": "s3.us-east-1.amazonaws.com"}

    assert decide("Storage", Request(OTHERS["a user"], "kms:Decrypt", through))
    assert not decide("Storage", Request(OTHERS["a user"], "kms:Decrypt", through_another))


def test_a_grant_on_the_storage_key_is_for_an_aws_service_only(decide: Decide):
    administrator = OTHERS["an administrator"]
    for_a_service = {**THROUGH_DYNAMODB, "kms:GrantIsForAWSResource": "true"}
    for_anybody = {**THROUGH_DYNAMODB, "kms:GrantIsForAWSResource": "false"}

    assert decide("Storage", Request(administrator, "kms:CreateGrant", for_a_service))
    assert not decide("Storage", Request(administrator, "kms:CreateGrant", for_anybody))
    assert not decide("Storage", Request(administrator, "kms:CreateGrant", THROUGH_DYNAMODB))


OWN_USES = [
    ("ChatRole", CHAT, "Sealing", "kms:Encrypt"),
    ("ChatRole", CHAT, "Sealing", "kms:Decrypt"),
    ("ChatRole", CHAT, "Counting", "kms:GenerateMac"),
    ("MerchantApiRole", MERCHANT_API, "Links", "kms:GenerateMac"),
]


@pytest.mark.parametrize(("role", "arn", "key", "action"), OWN_USES)
def test_a_roles_own_policy_allows_it_a_key_as_the_key_policy_does(
    data: Template, api: Template, role: str, arn: str, key: str, action: str
):
    known = arns(data)
    logical_ids = {id_.rstrip("0123456789ABCDEF"): id_ for id_ in data.of_type("AWS::KMS::Key")}
    own = [one for one in api.statements(role) if "kms:" in str(one["Action"])]

    request = Request(arn, action, ANY_CONTEXT, resource=known[logical_ids[key]])
    assert is_allowed(request, [FOR_THE_ACCOUNT], [resolve(one, known) for one in own])


# --- the evaluator itself

CALLER = f"arn:aws:iam::{ACCOUNT}:role/Somebody"


def test_a_statement_for_the_account_allows_what_the_callers_own_policy_allows():
    request = Request(CALLER, "kms:Decrypt")

    assert is_allowed(request, [FOR_THE_ACCOUNT], EVERYTHING)
    assert not is_allowed(request, [FOR_THE_ACCOUNT], [])
    assert not is_allowed(
        Request("arn:aws:iam::999999999999:role/Somebody", "kms:Decrypt"), [FOR_THE_ACCOUNT], EVERYTHING
    )


def test_a_denial_outweighs_every_permission():
    named = {**FOR_THE_ACCOUNT, "Principal": {"AWS": CALLER}}
    denial = {**FOR_THE_ACCOUNT, "Effect": "Deny", "Principal": "*"}

    assert is_allowed(Request(CALLER, "kms:Decrypt"), [named], [])
    assert not is_allowed(Request(CALLER, "kms:Decrypt"), [named, denial], EVERYTHING)


def test_an_absent_condition_key_fails_a_condition_but_not_a_negated_one():
    liking = {**FOR_THE_ACCOUNT, "Condition": {"StringLike": {"kms:ViaService": "*"}}}
    negated = {**FOR_THE_ACCOUNT, "Condition": {"ArnNotEquals": {"aws:SourceArn": "arn:x"}}}

    assert not is_allowed(Request(CALLER, "kms:Decrypt"), [liking], EVERYTHING)
    assert is_allowed(Request(CALLER, "kms:Decrypt"), [negated], EVERYTHING)


@pytest.mark.parametrize("unknown", [{"NotAction": "kms:*"}, {"Condition": {"NumericEquals": {"x": "1"}}}], ids=str)
def test_what_the_evaluator_does_not_know_is_an_error(unknown: dict[str, Any]):
    with pytest.raises(NotImplementedError):
        is_allowed(Request(CALLER, "kms:Decrypt"), [{**FOR_THE_ACCOUNT, **unknown}], EVERYTHING)
