"""Card values sealed with KMS, bound to their session and field; names of counters under a key of the hour."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chat.turns.seals import SealBroken
from chat.values.session import Sealed
from runtime.aws import code_of, translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_kms import KMSClient

WRONG_SEAL = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsVault:
    def __init__(self, kms: KMSClient, sealing_key: str, counting_key: str) -> None:
        self._kms, self._sealing_key, self._counting_key = kms, sealing_key, counting_key
        self._hour_keys: dict[int, bytes] = {}  # of this hour and the one before

    def seal(self, value: str, token_hash: str, field: str) -> Sealed:
        with translated("kms"):
            reply = self._kms.encrypt(
                KeyId=self._sealing_key, Plaintext=value.encode(), EncryptionContext=_context(token_hash, field)
            )
        return Sealed(reply["CiphertextBlob"])

    def open(self, sealed: Sealed, token_hash: str, field: str) -> str:
        with translated("kms"):
            try:
                reply = self._kms.decrypt(
                    KeyId=self._sealing_key, CiphertextBlob=sealed.blob, EncryptionContext=_context(token_hash, field)
                )
            except ClientError as error:
                if code_of(error) in WRONG_SEAL:
                    raise SealBroken from None
                raise
        return bytes(reply["Plaintext"]).decode()

    def fingerprint(self, value: str, hour: int) -> str:
        if hour not in self._hour_keys:
            self._hour_keys = {each: key for each, key in self._hour_keys.items() if hour - each <= 1}
            self._hour_keys[hour] = self._hour_key(hour)
        return hmac.new(self._hour_keys[hour], value.encode(), "sha256").hexdigest()

    def _hour_key(self, hour: int) -> bytes:
        """Derived, so that every process has the same one; with it nobody can make the key of another hour."""
        with translated("kms"):
            reply = self._kms.generate_mac(
                KeyId=self._counting_key, MacAlgorithm="HMAC_SHA_256", Message=f"hour:{hour}".encode()
            )
        return bytes(reply["Mac"])


def _context(token_hash: str, field: str) -> Mapping[str, str]:
    return {"session": token_hash, "field": field}
