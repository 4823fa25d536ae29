"""Whatever goes wrong at an AWS service becomes one error of ours, which names the service and quotes nothing."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from runtime.aws import Unavailable, translated
from runtime.deadline import DeadlineExceeded

ENDPOINT = "https://kms.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException", "Message": "4242"}}, "Encrypt"), "ThrottlingException"),
        (ClientError({}, "Encrypt"), "Unknown"),
        (ConnectTimeoutError(endpoint_url=ENDPOINT), "ConnectTimeoutError"),
        (ReadTimeoutError(endpoint_url=ENDPOINT), "ReadTimeoutError"),
        (ResponseParserError("<html>4242"), "ResponseParserError"),
        (DeadlineExceeded(), "DeadlineExceeded"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_error_of_an_aws_service_is_unavailable_by_its_code(error: Exception, code: str):
    with pytest.raises(Unavailable) as raised, translated("kms"):
        raise error

    assert (raised.value.service, raised.value.code) == ("kms", code)
    assert "4242" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_an_error_that_is_not_of_aws_stays_what_it_is():
    with pytest.raises(KeyError), translated("kms"):
        raise KeyError
