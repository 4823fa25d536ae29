"""The adapters for DynamoDB and KMS against the emulator, with tables and keys made for these tests."""

from dataclasses import replace
from uuid import uuid4

import pytest

from chat.adapters import items
from chat.adapters.kms import KmsVault
from chat.adapters.session_store import DynamoSessionStore
from chat.turns.errors import SessionExpired
from chat.turns.seals import SealBroken
from chat.turns.stored import AttemptCounters, Conflict, LimitReached, Receipt, Record
from chat.values.brands import Brand
from chat.values.card import Expiry, Field, Refusal
from chat.values.session import KeptCard, Line, PaymentToken, Sealed, Session, Step
from runtime.aws import Unavailable
from tests.fakes import NOON, no_terms


@pytest.fixture(scope="module")
def aws(stage):
    """A client for a service of the emulator."""
    if stage.endpoint is None:
        pytest.skip("creates tables and keys on the emulator only")
    return stage.client


@pytest.fixture(scope="module")
def tables(aws):
    dynamodb, names = aws("dynamodb"), {}
    for table, key in (("sessions", "sessionId"), ("receipts", "tokenHash"), ("counters", "counter")):
        names[table] = f"{table}-{uuid4()}"
        dynamodb.create_table(
            TableName=names[table],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    yield names
    for name in names.values():
        dynamodb.delete_table(TableName=name)


@pytest.fixture
def sessions(aws, tables):
    return DynamoSessionStore(aws("dynamodb"), tables["sessions"], tables["receipts"], tables["counters"], no_terms)


@pytest.fixture
def record():
    session = Session(
        id=f"s-{uuid4().hex[:8]}-x",
        language="ar",
        step=Step.CONFIRM,
        name="نورة O’Neill-Ñ",
        card=KeptCard(Brand.AMEX, "0005", Sealed(b"\x00card")),
        expiry=Expiry(1, 2040),
        cvv=Sealed(b"\x01cvv"),
        partial_number=Sealed(b"\x02part"),
        history=(Line("user", "•••"), Line("assistant", "تمام؟")),
        error=Refusal("cvv_length", Field.CVV, Brand.AMEX),
        refused=Field.CVV,
        refusals=2,
        declines=1,
        changing=Field.NAME,
        choosing=True,
        unsure_name="agent",
    )
    return Record(
        session,
        token_hash="a" * 64,
        version=1,
        message_id="m1",
        updated=NOON,
        ttl=NOON + 3600,
        card_deadline=NOON + 3600,
        attempt="attempt-1",
    )


def next_version(record: Record, **change: object) -> Record:
    return replace(record, version=record.version + 1, **change)


def with_claim(record: Record) -> Record:
    return next_version(record, claim_until=NOON + 40, counted=True, ttl=NOON + 3600)


def receipt_of(record: Record) -> Receipt:
    payment = PaymentToken("pm_1", "amex", "0005")
    return Receipt(record.session.id, f"{uuid4().hex}", payment, "ar", NOON)


def test_a_stored_record_is_loaded_unchanged(sessions, record):
    sessions.save(record, None, NOON)

    assert sessions.load(record.session.id) == record


def test_a_record_with_few_fields_is_loaded_unchanged(sessions, record):
    minimal = replace(
        record, session=Session(id="minimal", step=Step.NAME, history=(Line("assistant", "?"),)), attempt=None
    )
    sessions.save(minimal, None, NOON)

    assert sessions.load("minimal") == minimal


def test_an_unknown_session_id_loads_nothing(sessions):
    assert sessions.load("unknown") is None


def test_a_live_session_cannot_be_replaced_by_a_new_one(sessions, record):
    sessions.save(record, None, NOON)

    with pytest.raises(Conflict) as conflict:
        sessions.save(replace(record, token_hash="b" * 64), None, NOON)

    assert conflict.value.stored == record


def test_an_expired_session_is_replaced_by_a_new_one(sessions, record):
    sessions.save(record, None, NOON)
    fresh = replace(record, token_hash="b" * 64)

    sessions.save(fresh, None, NOON + 3600)

    assert sessions.load(record.session.id) == fresh


def test_the_same_write_can_be_repeated(sessions, record):
    sessions.save(record, None, NOON)

    sessions.save(record, None, NOON)


def test_the_second_of_two_writers_gets_a_conflict_with_what_the_first_wrote(sessions, record):
    sessions.save(record, None, NOON)
    first = next_version(record, message_id="m2")
    sessions.save(first, record, NOON)

    with pytest.raises(Conflict) as conflict:
        sessions.save(next_version(record, message_id="m3"), record, NOON)

    assert conflict.value.stored == first


def test_a_deleted_session_created_again_under_its_id_is_another_session(sessions, record):
    sessions.save(record, None, NOON)
    sessions.delete(record)
    sessions.save(replace(record, token_hash="b" * 64), None, NOON)

    with pytest.raises(Conflict):
        sessions.save(next_version(record), record, NOON)
    with pytest.raises(Conflict):
        sessions.delete(record)


def test_deleting_a_deleted_session_is_a_conflict(sessions, record):
    with pytest.raises(Conflict) as conflict:
        sessions.delete(record)

    assert conflict.value.stored is None


WINDOWS = tuple(range(NOON - 3600, NOON + 1, 300))


def attempts(limits, windows=WINDOWS):
    return AttemptCounters(limits, windows, windows[-1] + 3900)


def test_a_claim_is_stored_and_counted_once(sessions, record, aws, tables):
    sessions.save(record, None, NOON)
    counter = f"card#{uuid4()}"

    sessions.claim(with_claim(record), record, attempts({counter: 3}))

    stored = sessions.load(record.session.id)
    assert (stored.claim_until, stored.counted, stored.version) == (NOON + 40, True, 2)
    item = aws("dynamodb").get_item(TableName=tables["counters"], Key={"counter": {"S": counter}})["Item"]
    assert {name: item[name]["N"] for name in item if name.startswith("w")} == {f"w{each}": "1" for each in WINDOWS}
    assert item["ttl"] == {"N": str(NOON + 3900)}


def test_a_second_claim_on_the_same_version_fails_and_counts_nothing(sessions, record, aws, tables):
    sessions.save(record, None, NOON)
    counter = f"card#{uuid4()}"
    sessions.claim(with_claim(record), record, attempts({counter: 3}))

    with pytest.raises(Conflict) as conflict:
        sessions.claim(with_claim(record), record, attempts({counter: 3}))

    assert conflict.value.stored.claim_until == NOON + 40
    item = aws("dynamodb").get_item(TableName=tables["counters"], Key={"counter": {"S": counter}})["Item"]
    assert {item[f"w{each}"]["N"] for each in WINDOWS} == {"1"}


def test_a_claim_beyond_a_limit_names_the_counter_and_changes_nothing(sessions, record):
    sessions.save(record, None, NOON)
    free, full = f"address#{uuid4()}", f"card#{uuid4()}"
    other = replace(record, session=replace(record.session, id=f"{record.session.id}-other"))
    sessions.save(other, None, NOON)
    sessions.claim(with_claim(other), other, attempts({full: 1}))

    with pytest.raises(LimitReached) as reached:
        sessions.claim(with_claim(record), record, attempts({free: 5, full: 1}))

    assert reached.value.counter == full
    assert sessions.load(record.session.id) == record


def test_finishing_deletes_the_session_and_keeps_a_receipt_for_a_day(sessions, record):
    sessions.save(record, None, NOON)
    receipt = receipt_of(record)

    sessions.finish(record, receipt)

    assert sessions.load(record.session.id) is None
    assert sessions.receipt(receipt.token_hash, NOON + 86_399) == receipt
    assert sessions.receipt(receipt.token_hash, NOON + 86_400) is None


def test_a_session_that_was_edited_meanwhile_is_not_finished(sessions, record):
    sessions.save(record, None, NOON)
    edited = next_version(record, attempt="attempt-2")
    sessions.save(edited, record, NOON)
    receipt = receipt_of(record)

    with pytest.raises(Conflict) as conflict:
        sessions.finish(record, receipt)

    assert conflict.value.stored == edited
    assert sessions.receipt(receipt.token_hash, NOON) is None


def test_an_item_of_another_schema_counts_as_expired(sessions, record, aws, tables):
    item = items.from_record(record) | {"schema": {"N": "99"}}
    aws("dynamodb").put_item(TableName=tables["sessions"], Item=item)

    with pytest.raises(SessionExpired):
        sessions.load(record.session.id)


def test_a_missing_table_is_reported_as_unavailable(aws):
    with pytest.raises(Unavailable) as unavailable:
        DynamoSessionStore(aws("dynamodb"), "none", "none", "none", no_terms).load("abc")

    assert (unavailable.value.service, unavailable.value.code) == ("dynamodb", "ResourceNotFoundException")


@pytest.fixture(scope="module")
def vault(aws):
    kms = aws("kms")
    sealing = kms.create_key()["KeyMetadata"]["Arn"]
    counting = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
    return KmsVault(kms, sealing, counting)


def test_a_sealed_value_opens_with_its_own_context(vault):
    assert vault.open(vault.seal("4242424242424242", "hash", "card"), "hash", "card") == "4242424242424242"


@pytest.mark.parametrize(("token_hash", "field"), [("other", "card"), ("hash", "cvv")], ids=["session", "field"])
def test_a_sealed_value_does_not_open_with_another_context(vault, token_hash, field):
    sealed = vault.seal("123", "hash", "card")

    with pytest.raises(SealBroken):
        vault.open(sealed, token_hash, field)


def test_bytes_that_are_not_a_ciphertext_do_not_open(vault):
    with pytest.raises(SealBroken):
        vault.open(Sealed(b"not a ciphertext"), "hash", "card")


def test_a_sealed_value_does_not_contain_the_digits(vault):
    sealed = vault.seal("4242424242424242", "hash", "card")

    assert "4242" not in repr(sealed)
    assert b"4242" not in sealed.blob


def test_equal_values_and_only_they_have_the_same_fingerprint(vault):
    assert vault.fingerprint("4242424242424242", 1) == vault.fingerprint("4242424242424242", 1)
    assert vault.fingerprint("4242424242424242", 1) != vault.fingerprint("5555555555554444", 1)
    assert vault.fingerprint("4242424242424242", 1) != vault.fingerprint("4242424242424242", 2)


def test_a_missing_key_is_reported_as_unavailable(aws):
    with pytest.raises(Unavailable) as unavailable:
        KmsVault(aws("kms"), "no-such-key", "no-such-key").seal("x", "hash", "card")

    assert unavailable.value.service == "kms"
