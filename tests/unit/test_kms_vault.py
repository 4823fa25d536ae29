"""Sealed values are bound to their session and field by KMS's encryption context."""

import hashlib

import pytest
from botocore.exceptions import ClientError

from chat.adapters.kms import KmsVault
from chat.turns.seals import SealBroken


class Kms:
    """Opens a value only with the key and the encryption context that it was sealed with, as KMS does."""

    def __init__(self) -> None:
        self.sealed, self.macs = {}, []

    def encrypt(self, KeyId, Plaintext, EncryptionContext):  # noqa: N803
        blob = b"blob-%d" % len(self.sealed)
        self.sealed[blob] = (KeyId, EncryptionContext, Plaintext)
        return {"CiphertextBlob": blob}

    def decrypt(self, KeyId, CiphertextBlob, EncryptionContext):  # noqa: N803
        key, context, plaintext = self.sealed[CiphertextBlob]
        if (key, context) != (KeyId, EncryptionContext):
            raise ClientError({"Error": {"Code": "InvalidCiphertextException"}}, "Decrypt")
        return {"Plaintext": plaintext}

    def generate_mac(self, KeyId, MacAlgorithm, Message):  # noqa: N803
        self.macs.append((KeyId, Message))
        return {"Mac": hashlib.sha256(KeyId.encode() + Message).digest()}


@pytest.fixture
def vault():
    return KmsVault(Kms(), "sealing-key", "counting-key")


def test_a_value_opens_in_the_session_and_field_that_it_was_sealed_for(vault):
    sealed = vault.seal("123", "hash-of-this-session", "cvv")

    assert vault.open(sealed, "hash-of-this-session", "cvv") == "123"


@pytest.mark.parametrize(
    ("session", "field"),
    [
        pytest.param("hash-of-another-session", "cvv", id="another session"),
        pytest.param("hash-of-this-session", "card", id="another field"),
    ],
)
def test_a_value_opens_in_no_other_session_or_field(vault, session, field):
    sealed = vault.seal("123", "hash-of-this-session", "cvv")

    with pytest.raises(SealBroken):
        vault.open(sealed, session, field)


HOUR = 500_000


def test_a_fingerprint_is_the_same_in_every_process_and_another_one_in_every_hour():
    first, second = (KmsVault(Kms(), "sealing-key", "counting-key") for _ in range(2))

    assert first.fingerprint("203.0.113.7", HOUR) == second.fingerprint("203.0.113.7", HOUR)
    assert first.fingerprint("203.0.113.7", HOUR) != first.fingerprint("203.0.113.7", HOUR + 1)
    assert first.fingerprint("203.0.113.7", HOUR) != first.fingerprint("203.0.113.8", HOUR)


def test_an_hours_key_is_fetched_once_and_kept_until_the_hour_after_the_next():
    kms = Kms()
    vault = KmsVault(kms, "sealing-key", "counting-key")
    for hour in (HOUR - 1, HOUR, HOUR - 1, HOUR, HOUR, HOUR + 1, HOUR, HOUR + 2):
        vault.fingerprint("203.0.113.7", hour)

    asked = [b"hour:%d" % hour for hour in (HOUR - 1, HOUR, HOUR + 1, HOUR + 2)]
    assert kms.macs == [("counting-key", message) for message in asked]
    assert vault._hour_keys.keys() == {HOUR + 1, HOUR + 2}
