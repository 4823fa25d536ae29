"""Sealed values are bound to their session and field by KMS's encryption context."""

import pytest
from botocore.exceptions import ClientError

from chat.adapters.kms import KmsVault
from chat.turns.seals import SealBroken


class Kms:
    """Opens a value only with the key and the encryption context that it was sealed with, as KMS does."""

    def __init__(self) -> None:
        self.sealed = {}

    def encrypt(self, KeyId, Plaintext, EncryptionContext):  # noqa: N803
        blob = b"blob-%d" % len(self.sealed)
        self.sealed[blob] = (KeyId, EncryptionContext, Plaintext)
        return {"CiphertextBlob": blob}

    def decrypt(self, KeyId, CiphertextBlob, EncryptionContext):  # noqa: N803
        key, context, plaintext = self.sealed[CiphertextBlob]
        if (key, context) != (KeyId, EncryptionContext):
            raise ClientError({"Error": {"Code": "InvalidCiphertextException"}}, "Decrypt")
        return {"Plaintext": plaintext}


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
