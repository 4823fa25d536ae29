"""AWS Signature Version 4 for httpx: every call of a deployed stage is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from collections.abc import Generator

    import boto3
    from botocore.session import Session


class SigV4(httpx.Auth):
    """Signs requests to API Gateway with a session's credentials, which botocore renews before they expire."""

    requires_request_body = True

    def __init__(self, session: Session | boto3.Session, region: str) -> None:
        """Raises LookupError when the session has no credentials."""
        credentials = session.get_credentials()
        if credentials is None:
            raise LookupError("there are no AWS credentials to sign with")
        self._credentials, self._region = credentials, region

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        unsigned = AWSRequest(
            method=request.method,
            url=str(request.url),
            data=request.content,
            headers={name: value for name, value in request.headers.items() if _is_signed(name)},
        )
        SigV4Auth(self._credentials.get_frozen_credentials(), "execute-api", self._region).add_auth(unsigned)
        request.headers.update(dict(unsigned.headers.items()))
        yield request


def _is_signed(name: str) -> bool:
    """Not what a proxy may change, as it may Connection or Accept-Encoding."""
    return name.startswith("x-") or name in {"content-type", "accept-language"}
