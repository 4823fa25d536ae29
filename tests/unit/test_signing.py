"""A signed call: which headers the signature covers, and whose credentials it uses."""

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from payment_chat_client import SigV4

REGION = "eu-central-1"


class Session(boto3.Session):
    """A session whose credentials are those of its list, in turn: a role's are renewed while the program runs."""

    def __init__(self, *credentials):
        super().__init__(region_name=REGION)
        self.left = list(credentials)

    def get_credentials(self):
        return self if self.left else None

    def get_frozen_credentials(self):
        return self.left.pop(0).get_frozen_credentials()


def sent(session, **request):
    """The requests that reach the server: one for each of the session's credentials."""
    requests = []

    def answer(received):
        requests.append(received)
        return httpx.Response(200)

    auth, calls = SigV4(session, REGION), len(session.left)
    with httpx.Client(transport=httpx.MockTransport(answer), auth=auth) as http:
        for _ in range(calls):
            http.post("https://api.test/prod/chat", json={"message": "payment"}, **request)
    return requests


def signed_headers(request):
    return request.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")


def test_the_signature_covers_the_body_and_every_header_that_means_something():
    [request] = sent(
        Session(Credentials("AKIDEXAMPLE", "not-a-secret", "session")),
        headers={"X-Session-Token": "token", "X-Payer-Address": "198.51.100.7"},
    )

    assert (
        f"AKIDEXAMPLE/{request.headers['x-amz-date'][:8]}/{REGION}/execute-api/aws4_request"
        in (request.headers["authorization"])
    )
    assert signed_headers(request) == [
        "content-type", "host", "x-amz-date", "x-amz-security-token", "x-payer-address", "x-session-token",
    ]  # fmt: skip


def signature(credentials, request, body):
    """The signature that the receiver computes from what it got."""
    names = signed_headers(request)
    received = AWSRequest("POST", str(request.url), {name: request.headers[name] for name in names}, body)
    received.context["timestamp"] = request.headers["x-amz-date"]
    auth = SigV4Auth(credentials, "execute-api", REGION)
    return auth.signature(auth.string_to_sign(received, auth.canonical_request(received)), received)


@pytest.mark.parametrize(("change", "is_valid"), [(b"", True), (b" ", False)], ids=["as sent", "another body"])
def test_the_receiver_can_verify_what_was_sent(change, is_valid):
    credentials = Credentials("AKIDEXAMPLE", "not-a-secret")
    [request] = sent(Session(credentials), headers={"X-Session-Token": "token"})

    computed = signature(credentials, request, request.content + change)

    assert request.headers["authorization"].endswith(f"Signature={computed}") is is_valid


def test_each_call_is_signed_with_the_credentials_of_its_time():
    first, second = sent(Session(Credentials("AKIDFIRST", "a"), Credentials("AKIDSECOND", "b")))

    assert "Credential=AKIDFIRST/" in first.headers["authorization"]
    assert "Credential=AKIDSECOND/" in second.headers["authorization"]


def test_a_session_without_credentials_cannot_sign():
    with pytest.raises(LookupError, match="AWS credentials"):
        SigV4(Session(), REGION)
