"""Of two values in one message the one that is meant is taken, or it is asked for; the other is remembered nowhere."""

import pytest

from tests.conversations.offline import Payer

MASTERCARD, VISA = "5555 5555 5555 4444", "4242 4242 4242 4242"
SECOND_MEANT = {
    "en": ("{}, sorry, {}", "not {} but {}", "{} no wait {}", "{}, no, {}"),
    "es": ("{}, perdón, {}", "no es {}, es {}"),
    "fr": ("{}, pardon, {}", "pas {} mais {}", "ce n'est pas {}, c'est {}"),
    "de": ("{}, Entschuldigung, {}", "nicht {} sondern {}", "{}, nein, {}"),
    "pt": ("{}, desculpe, {}", "não é {}, é {}"),
    "it": ("{}, scusi, {}", "non {} ma {}", "{}, anzi, {}"),
    "nl": ("{}, sorry, {}", "niet {} maar {}"),
    "sw": ("{}, samahani, {}", "si {}, ni {}"),
    "ja": ("{}、すみません、{}", "{}じゃなくて{}", "{}ではなく{}"),
    "zh": ("{}，抱歉，{}", "不是{}，是{}"),
    "ar": ("{}، عفوا، {}", "ليس {} بل {}"),
}
FIRST_MEANT = {
    "en": ("{}, not {}",), "es": ("es {}, no es {}",), "fr": ("{} et pas {}",), "de": ("{}, nicht {}",),
    "pt": ("é {}, não é {}",), "it": ("{}, non {}",), "nl": ("{}, niet {}",), "ja": ("{}、{}じゃない",),
    "zh": ("{}，不是{}",), "ar": ("{}، ليس {}",),
}  # fmt: skip
SECOND = [(tag, form) for tag, forms in SECOND_MEANT.items() for form in forms]
FIRST = [(tag, form) for tag, forms in FIRST_MEANT.items() for form in forms]


def at(tag: str, step: str) -> Payer:
    payer = Payer(tag)
    for text in ("hello", "Ada", VISA, "12/30")[: ["card", "expiry", "cvv"].index(step) + 2]:
        payer.send(text)
    return payer


@pytest.mark.parametrize(("tag", "form"), SECOND)
def test_the_second_value_is_meant(tag, form):
    assert at(tag, "card").send(form.format(VISA, MASTERCARD))["collected"]["last4"] == "4444"
    assert at(tag, "expiry").send(form.format("10/29", "11/31"))["collected"]["expiry"] == "11/31"
    assert at(tag, "expiry").send(form.format("1029", "1131"))["collected"]["expiry"] == "11/31"


@pytest.mark.parametrize(("tag", "form"), FIRST)
def test_the_first_value_is_meant(tag, form):
    assert at(tag, "card").send(form.format(MASTERCARD, VISA))["collected"]["last4"] == "4444"
    assert at(tag, "expiry").send(form.format("11/31", "10/29"))["collected"]["expiry"] == "11/31"


@pytest.mark.parametrize(("forms", "meant"), [(SECOND, "456"), (FIRST, "123")], ids=["second", "first"])
def test_of_two_codes_the_one_that_is_meant_is_kept(forms, meant, monkeypatch):
    kept = []
    monkeypatch.setattr("tests.conversations.offline.sealed", lambda session: kept.append(session.cvv) or session)

    for tag, form in forms:
        payer = at(tag, "cvv")
        kept.clear()
        payer.send(form.format("123", "456"))
        assert [code.digits for code in kept] == [meant], (tag, form)


@pytest.mark.parametrize("text", ["123 no 456", "123 456", "123 or 456"])
def test_a_code_that_may_be_either_is_asked_for_again(text):
    reply = at("en", "cvv").send(text)

    assert reply["error"]["code"] == "cvv_length"
    assert not reply["collected"]["cvv"]


def test_a_number_that_may_be_either_is_asked_for_alone():
    reply = at("en", "card").send(f"{VISA} no {MASTERCARD}")

    assert reply["error"]["code"] == "card_length"


@pytest.mark.parametrize(("tag", "form"), [*SECOND, *FIRST])
def test_the_other_value_is_not_remembered(tag, form):
    payer = at(tag, "expiry")
    payer.send(form.format("10/29", "11/31"))

    said = " ".join(line.content for line in payer.session.history)
    assert ("10/29" in said) != ("11/31" in said)


def test_of_two_names_the_last_is_meant():
    payer = Payer("en")
    payer.send("hello")

    assert payer.send("John, sorry, Jane Doe")["collected"]["name"] == "Jane Doe"
