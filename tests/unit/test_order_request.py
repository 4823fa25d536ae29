"""What a merchant may ask for: every rule of POST /orders, and that a refusal names the field but never its value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.http.events import BadRequest, parse_id
from chat.languages.language import language_tags
from orders.card_traces import shows_card_number
from orders.order_request import LOCALES, OrderRules, read_order_request
from orders.reference import is_reference
from payments.order import Capture, Purpose
from runtime.gateway import RequestRefused

RULES = OrderRules(
    currencies=frozenset({"eur", "jpy", "kwd"}),
    captures=frozenset({Capture.HOSTED}),
    default_capture=Capture.HOSTED,
    return_hosts=frozenset({"shop.example"}),
    is_local=False,
)
CHARGE = {"reference": "INV-1042", "purpose": "charge", "amount": 4990, "currency": "eur", "description": "Two tickets"}
SAVE = {"reference": "INV-1042", "purpose": "save", "description": "Two tickets"}


def read(body, **rules):
    return read_order_request(body, OrderRules(**{**vars(RULES), **rules}))


def test_the_least_request_gets_the_stages_defaults():
    request = read(CHARGE)

    assert (request.terms.purpose, request.terms.capture) == (Purpose.CHARGE, Capture.HOSTED)
    assert (request.customer, request.email, request.locale, request.terms.return_url) == (None,) * 4
    assert request.expires_in == 86_400


def test_every_field_is_read():
    request = read(
        CHARGE
        | {"capture": "hosted", "customer": "cus_1", "email": "o'neill+a@mail.example.org", "locale": "ar"}
        | {"returnUrl": "https://shop.example/back?order=1#top", "expiresIn": 300, "description": "  Zwei Karten  "}
    )

    assert (request.customer, request.email, request.locale) == ("cus_1", "o'neill+a@mail.example.org", "ar")
    assert (request.terms.return_url, request.expires_in) == ("https://shop.example/back?order=1#top", 300)
    assert request.terms.description == "Zwei Karten"
    assert "mail.example" not in repr(request)


def test_nothing_is_charged_when_a_card_is_saved():
    terms = read(SAVE).terms

    assert (terms.amount, terms.currency) == (None, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": None}, "reference"),
        ({"reference": ""}, "reference"),
        ({"reference": "a b"}, "reference"),
        ({"reference": "a" * 65}, "reference"),
        ({"reference": "4242-4242-4242-4242"}, "reference"),
        ({"reference": 1042}, "reference"),
        ({"purpose": "refund"}, "purpose"),
        ({"purpose": ["charge"]}, "purpose"),
        ({"amount": None}, "amount"),
        ({"amount": "4990"}, "amount"),
        ({"amount": 49.9}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -4990}, "amount"),
        ({"amount": 49}, "amount"),
        ({"amount": 10**12}, "amount"),
        ({"currency": "kwd", "amount": 4995}, "amount"),
        ({"currency": None}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"description": None}, "description"),
        ({"description": "   "}, "description"),
        ({"description": "x" * 201}, "description"),
        ({"description": "two\nlines"}, "description"),
        ({"description": "right\u202eleft"}, "description"),
        ({"description": "half \ud83d"}, "description"),
        ({"description": "card 4242 4242 4242 4242"}, "description"),
        ({"capture": "chat"}, "capture"),
        ({"capture": None}, "capture"),
        ({"customer": "cus_!?"}, "customer"),
        ({"customer": "acct_1"}, "customer"),
        ({"customer": None}, "customer"),
        ({"email": "somebody"}, "email"),
        ({"email": "a b@example.com"}, "email"),
        ({"email": "a@example.com\n"}, "email"),
        ({"email": "a" * 250 + "@example.com"}, "email"),
        ({"locale": "en-GB"}, "locale"),
        ({"locale": "ru"}, "locale"),
        ({"returnUrl": 1}, "returnUrl"),
        ({"expiresIn": 299}, "expiresIn"),
        ({"expiresIn": 2_592_001}, "expiresIn"),
        ({"expiresIn": "300"}, "expiresIn"),
        ({"colour": "red"}, "unknown"),
        ({"order_token": "secret"}, "unknown"),
    ],
    ids=str,
)
def test_a_refusal_names_the_field_and_not_its_value(change, field):
    with pytest.raises(RequestRefused) as refused:
        read(CHARGE | change)

    assert (refused.value.status, refused.value.code) == (400, "invalid_request")
    assert field in refused.value.message
    quoted = [str(value) for value in change.values() if isinstance(value, str) and len(value) > 3]
    assert not [value for value in quoted if value in refused.value.message]


@pytest.mark.parametrize("field", ["reference", "purpose", "amount", "currency", "description"])
def test_a_missing_field_is_named(field):
    with pytest.raises(RequestRefused) as refused:
        read({name: value for name, value in CHARGE.items() if name != field})

    assert field in refused.value.message


@pytest.mark.parametrize("field", ["amount", "currency"])
def test_saving_a_card_has_no_amount(field):
    with pytest.raises(RequestRefused, match="400") as refused:
        read(SAVE | {field: CHARGE[field]})

    assert field in refused.value.message


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("http://shop.example/", False),
        ("javascript://shop.example/%0aalert(1)", False),
        ("//shop.example/", False),
        ("https://shop.example.evil.example/", False),
        ("https://evil.example/?shop.example", False),
        ("https://shop.example@evil.example/", False),
        ("https://evil.example\\@shop.example/", False),
        ("https://user:pass@shop.example/", False),
        ("https://shop.example:8443/", False),
        ("https://shop.example:port/", False),
        ("https://shop.example/\n", False),
        ("https://shop.example/ x", False),
        ("https://shop.examplé/", False),
        ("https://[shop.example/", False),
        ("https://shop.example/" + "x" * 1000, False),
        ("http://127.0.0.1:8000/", False),
        ("http://192.168.0.1/", True),
        ("ftp://localhost/", True),
    ],
)
def test_nobody_is_sent_back_to_another_place(address, is_local):
    with pytest.raises(RequestRefused):
        read(CHARGE | {"returnUrl": address}, is_local=is_local)


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("https://shop.example", False),
        ("https://SHOP.example:443/a%20b?x=1", False),
        ("http://127.0.0.1:8000/x", True),
        ("http://localhost:12113/", True),
        ("https://shop.example/", True),
    ],
)
def test_a_payer_goes_back_to_the_merchant(address, is_local):
    assert read(CHARGE | {"returnUrl": address}, is_local=is_local).terms.return_url == address


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "pay 4242 4242 4242 4242 now",
        "4242-4242-4242-4242",
        "4242.4242.4242.4242",
        "4242_4242_4242_4242",
        "4242 / 4242 / 4242 / 4242",
        "4242:4242:4242:4242",
        "3782 822463 10005",
        "4242-424242424241",
        "４２４２４２４２４２４２４２４２",
        "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",
        "⁴²⁴²⁴²⁴²⁴²⁴²⁴²⁴²",
        "四二四二 四二四二 四二四二 四二四二",
        "•••• 4242",
        "···· 4242",
        "**** **** **** 4242",
        "xxxx 4242",
        "XXXX-XXXX-XXXX-4242",
        "card **4242",
        "424242xxxxxx4242",
        "4242 42** **** ****",
    ],
)
def test_a_card_number_is_seen_in_any_writing(text):
    assert shows_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "Two tickets, 12 December",
        "Invoice 2026-11-22, order 000123",
        "Hotel 2026-12-12 to 2026-12-14, room 12",
        "Hotel 12.12.2026 - 14.12.2026, 2 Nächte",
        "Concert 2026-12-12 19:30 to 22:00, seats 12 and 13",
        "10 x 1000 sheets",
        "Edition XX 2026",
        "Size XXL 1000",
        "Ticket #1042",
        "1,000,000 impressions",
        "三十二枚",
        "Billet 2 × 12",
    ],
)
def test_an_ordinary_description_is_none(text):
    assert not shows_card_number(text)


def test_the_locales_are_the_conversations_languages():
    assert set(language_tags()) == LOCALES


@given(st.from_regex(r"[A-Za-z0-9_-]{1,70}", fullmatch=True) | st.text(max_size=5) | st.uuids().map(str))
def test_a_reference_has_the_form_of_a_session_id(text):
    try:
        parse_id(text, "reference")
    except BadRequest:
        assert not is_reference(text)
    else:
        assert is_reference(text)
