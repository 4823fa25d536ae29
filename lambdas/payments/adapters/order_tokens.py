"""The payer's key to an order, derived with KMS: the same request gives the same link, and nothing of it is stored."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from runtime.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class OrderTokens:
    def __init__(self, kms: KMSClient, key: str, stage: str) -> None:
        self._kms, self._key, self._stage = kms, key, stage

    def derive(self, reference: str) -> str:
        """256 bits as base64url. `reference`: the merchant's. Raises Unavailable."""
        message = f"order:{self._stage}:{reference}".encode()
        with translated("kms"):
            reply = self._kms.generate_mac(KeyId=self._key, MacAlgorithm="HMAC_SHA_256", Message=message)
        return urlsafe_b64encode(reply["Mac"]).rstrip(b"=").decode()
