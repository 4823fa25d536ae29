"""What a request may look like. Every refusal names the field, never what was in it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.http.events import BadRequest, parse_id, read_message, read_session_key, return_address
from chat.turns.errors import SessionTokenRequired


def post(body: object, **more: object) -> dict[str, object]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"headers": {"Content-Type": "application/json"}, "body": text, **more}


def read(event):
    return read_message(event, lambda: "made-here")


def test_a_message_alone_is_enough():
    message = read(post({"message": "  payment \n"}))

    assert (message.text, message.id, message.session_id, message.token) == ("payment", "made-here", None, None)


def test_every_field_and_header_arrives():
    headers = {"content-type": "application/json; charset=utf-8", "X-SESSION-TOKEN": "t", "accept-LANGUAGE": "es"}
    body = {"message": "x", "sessionId": "abc-123", "messageId": "m_1", "expectedStep": "card"}

    message = read(post(body) | {"headers": headers})

    assert (message.session_id, message.id, message.expected_step) == ("abc-123", "m_1", "card")
    assert (message.token, message.accept_language) == ("t", "es")


def test_a_base64_body_is_read_as_what_it_is():
    body = base64.b64encode('{"message":"señor"}'.encode()).decode()

    assert read(post(body, isBase64Encoded=True)).text == "señor"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "message", id="no message"),
        pytest.param({"message": "   "}, "message", id="blank"),
        pytest.param({"message": 5}, "message", id="a number"),
        pytest.param({"message": "x" * 1001}, "message", id="too long"),
        pytest.param('{"message": "\\ud800"}', "message", id="a lone surrogate"),
        pytest.param({"message": "x", "sessionId": "a b"}, "sessionId", id="a space in the id"),
        pytest.param({"message": "x", "sessionId": "abc\n"}, "sessionId", id="a line end in the id"),
        pytest.param({"message": "x", "sessionId": "x" * 65}, "sessionId", id="a long id"),
        pytest.param({"message": "x", "sessionId": "a4242424242424242"}, "sessionId", id="a card number as id"),
        pytest.param({"message": "x", "sessionId": None}, "sessionId", id="null id"),
        pytest.param({"message": "x", "messageId": ""}, "messageId", id="empty message id"),
        pytest.param({"message": "x", "expectedStep": "pay"}, "expectedStep", id="no such step"),
        pytest.param({"message": "x", "expectedStep": ["card"]}, "expectedStep", id="a list of steps"),
        pytest.param({"message": "x", "4242424242424242": 1}, "unknown", id="an unknown field"),
        pytest.param("[]", "object", id="a list"),
        pytest.param("{", "object", id="not JSON"),
        pytest.param("", "object", id="empty"),
        pytest.param("[" * 4000, "object", id="deeply nested"),
        pytest.param("NaN", "object", id="no object"),
    ],
)
def test_a_malformed_request_is_refused_by_field_without_its_value(body, field):
    with pytest.raises(BadRequest) as refused:
        read(post(body))

    assert (refused.value.status, refused.value.code) == (400, "invalid_request")
    assert field in refused.value.message
    assert "4242" not in refused.value.message


@pytest.mark.parametrize("content_type", ["text/plain", "", "application/json5", "multipart/form-data"])
def test_only_json_is_taken(content_type):
    with pytest.raises(BadRequest) as refused:
        read(post({"message": "x"}) | {"headers": {"Content-Type": content_type}})

    assert refused.value.status == 415


def test_a_body_over_four_kilobytes_is_too_large():
    with pytest.raises(BadRequest) as refused:
        read(post({"message": "é" * 900, "padding": "é" * 2000}))

    assert refused.value.status == 413


def test_missing_headers_are_no_surprise():
    with pytest.raises(BadRequest):
        read({"headers": None, "body": None})


def connection(user_arn: str | None) -> dict[str, object]:
    return {"requestContext": {"identity": {"sourceIp": "192.0.2.1", "userArn": user_arn}}}


def test_the_payers_address_is_believed_from_a_signed_request_alone():
    headers = {"Content-Type": "application/json", "X-Payer-Address": "203.0.113.9"}
    open_, signed = connection(None), connection("arn:aws:sts::000000000000:assumed-role/page/1")

    assert read(post({"message": "x"}, **open_) | {"headers": headers}).address == "192.0.2.1"
    assert read(post({"message": "x"}, **signed) | {"headers": headers}).address == "203.0.113.9"
    assert read(post({"message": "x"}, **signed)).address == "192.0.2.1"


@pytest.mark.parametrize("told", ["", "unknown", "203.0.113.9, 10.0.0.1", "4" * 5000])
def test_what_is_no_address_is_not_believed_even_when_it_is_signed(told):
    headers = {"Content-Type": "application/json", "X-Payer-Address": told}
    event = post({"message": "x"}, **connection("arn:aws:sts::000000000000:assumed-role/page/1"))

    assert read(event | {"headers": headers}).address == "192.0.2.1"


def test_reading_a_session_needs_its_token():
    with pytest.raises(SessionTokenRequired):
        read_session_key({"pathParameters": {"sessionId": "abc"}, "headers": {}})


def test_reading_a_session_needs_a_name_that_could_be_one():
    with pytest.raises(BadRequest):
        read_session_key({"pathParameters": {"sessionId": "a/../b"}, "headers": {"x-session-token": "t"}})


@given(st.uuids(), st.booleans(), st.booleans())
def test_a_uuid_is_always_accepted(uuid, is_hyphenated, is_upper_case):
    written = str(uuid) if is_hyphenated else uuid.hex
    written = written.upper() if is_upper_case else written

    assert parse_id(written, "sessionId") == written


@pytest.mark.parametrize("written", ["6f0a2c1e-8f6b-4c1d-9a7e-123456789012", "12345678901234567890123456789012"])
def test_a_uuid_with_a_long_run_of_digits_is_accepted(written):
    assert parse_id(written, "sessionId") == written


@given(
    st.text("0123456789", min_size=12, max_size=19).flatmap(
        lambda digits: st.lists(st.sampled_from(["", "-", "_", "--"]), min_size=len(digits), max_size=len(digits)).map(
            lambda gaps: "".join(map(str.__add__, digits, gaps))
        )
    ),
    st.sampled_from(["", "order-", "a_"]),
)
def test_no_id_hides_a_card_number(written, prefix):
    with pytest.raises(BadRequest) as refused:
        parse_id((prefix + written)[:64], "sessionId")

    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


AT_A_GATEWAY = {
    "path": "/chat",
    "resource": "/chat",
    "requestContext": {"apiId": "a1b2", "domainName": "a1b2.execute-api.example", "path": "/prod/chat"},
}


def test_payers_come_back_to_the_api_that_was_called_at_its_own_stage():
    assert return_address(AT_A_GATEWAY, None) == "https://a1b2.execute-api.example/prod/returns"
    assert return_address({**AT_A_GATEWAY, "path": None}, None) == "https://a1b2.execute-api.example/prod/returns"


def test_on_a_domain_of_its_own_the_api_has_no_stage_in_its_path():
    context = {"domainName": "pay.example", "path": "/chat"}

    assert return_address({"path": "/chat", "requestContext": context}, None) == "https://pay.example/returns"


def test_the_local_stage_has_an_address_with_the_id_of_its_api():
    template = "http://127.0.0.1:4566/{api}/returns"

    assert return_address(AT_A_GATEWAY, template) == "http://127.0.0.1:4566/a1b2/returns"
    assert return_address({}, template) == "http://127.0.0.1:4566//returns"
    assert return_address({}, None) == "https:///returns"
    assert read_message(post({"message": "x"}) | AT_A_GATEWAY, lambda: "m", template).return_url.endswith(
        "/a1b2/returns"
    )


def test_a_session_is_read_by_its_id_and_key():
    event = {"pathParameters": {"sessionId": "abc-123"}, "headers": {"X-Session-Token": "t"}}

    assert read_session_key(event) == ("abc-123", "t")
    with pytest.raises(SessionTokenRequired):
        read_session_key({**event, "headers": {}})
    for parameters in (None, {}, {"sessionId": "4242424242424242"}):
        with pytest.raises(BadRequest) as refused:
            read_session_key({**event, "pathParameters": parameters})
        assert refused.value.message.startswith("sessionId must be ")


@pytest.mark.parametrize("named", ["name", "card", "expiry", "cvv"])
def test_a_message_may_be_the_value_of_a_field(named):
    assert read(post({"message": "x", "field": named})).named_field == named
    assert read(post({"message": "x"})).named_field is None


@pytest.mark.parametrize("named", ["pin", "", None, 1, ["card"]])
def test_another_field_is_refused_and_the_known_ones_are_named(named):
    with pytest.raises(BadRequest) as refused:
        read(post({"message": "x", "field": named}))

    assert str(refused.value.message) == "field must be one of card, cvv, expiry, name"


def test_the_key_of_an_order_arrives_on_the_opening_turn_alone():
    assert read(post({"message": "x", "orderToken": "a-B_9"})).order_token == "a-B_9"
    assert read(post({"message": "x"})).order_token is None
    assert read(post({"message": "x", "orderToken": "k" * 200})).order_token == "k" * 200
    later = post({"message": "x", "orderToken": "a-B_9"})
    later["headers"]["X-Session-Token"] = "t"
    with pytest.raises(BadRequest) as refused:
        read(later)

    assert refused.value.message == "orderToken belongs to the opening turn, which has no X-Session-Token"


@pytest.mark.parametrize("token", ["", "a b", "k" * 201, None, 5, ["k"]])
def test_what_is_no_key_of_an_order_is_refused_by_its_form(token):
    with pytest.raises(BadRequest) as refused:
        read(post({"message": "x", "orderToken": token}))

    assert refused.value.message == "orderToken must be 1 to 200 letters, digits, _ or -"
    assert refused.value.code == "invalid_request"


def test_a_step_that_there_is_not_is_refused_and_the_steps_are_named():
    with pytest.raises(BadRequest) as refused:
        read(post({"message": "x", "expectedStep": "pay"}))

    assert refused.value.message.startswith("expectedStep must be one of action, card, ")
