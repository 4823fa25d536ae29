"""What must not print, does not, even for somebody who turns every logger to DEBUG."""

import logging
import threading

import boto3
import pytest

from chat.adapters.kms import KmsVault
from chat.turns.message import Message
from chat.turns.results import TurnResult as Reply
from chat.understanding.interpret import Interpretation
from chat.values.brands import Brand
from chat.values.card import CardNumber, Cvv, Expiry
from chat.values.payment import Payment
from chat.values.session import KeptCard, PartialNumber, Sealed, Session
from local.stand_in.service import Answer, Service

NUMBER = "5200828282828210"


@pytest.fixture
def kms_url():
    with Service(lambda _: Answer(200, {"CiphertextBlob": "c2VhbGVk"}), port=0, name="kms") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_aws_sdk_says_nothing_of_what_is_sealed(kms_url, caplog, capfd, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    caplog.set_level(logging.DEBUG)

    KmsVault(boto3.client("kms", endpoint_url=kms_url), "key-1", "key-2").seal(NUMBER, "0" * 64, "card")

    said = caplog.text + "".join(capfd.readouterr())
    assert NUMBER not in said
    assert "NTIwMDgyODI4MjgyODIxMA==" not in said  # the same in base64, as it goes to KMS


SECRET = CardNumber(NUMBER, Brand.MASTERCARD)
TOKEN = "the-key-of-a-session"


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        Cvv("5200"),
        PartialNumber(NUMBER[:8]),
        Sealed(NUMBER.encode()),
        KeptCard(Brand.MASTERCARD, "8210", SECRET),
        Session(
            "abc",
            card=KeptCard(Brand.MASTERCARD, "8210", SECRET),
            cvv=Cvv("5200"),
            partial_number=PartialNumber(NUMBER[:8]),
        ),
        Payment("abc", "attempt", "John", SECRET, Expiry(12, 2030), Cvv("5200")),
        Interpretation("•••• 8210", card=SECRET, cvv=Cvv("5200"), partial_number=PartialNumber(NUMBER[:8])),
        Message(f"John {NUMBER}", "m1", "203.0.113.7", token=TOKEN),
        Reply(Session("abc", card=KeptCard(Brand.MASTERCARD, "8210", SECRET)), "Thanks", session_token=TOKEN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_secret_cannot_print_itself(value):
    for text in (repr(value), str(value), f"{value}", repr([value]), repr(Exception(value))):
        assert "5200" not in text
        assert TOKEN not in text
