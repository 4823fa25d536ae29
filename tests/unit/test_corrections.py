"""Of two values in one message the one that is meant is taken, or it is asked for; the other is remembered nowhere."""

import pytest

from chat.languages.language import load_language
from chat.understanding.corrections.denial import Denial, find_denial
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
INSTEAD_OF = {  # the value of a field instead of another one: the first is meant
    "en": ("{} instead of {}", "{} rather than {}", "{}, in place of the {}"),
    "es": ("{} en vez de {}", "{} en lugar del {}"),
    "fr": ("{} au lieu de {}", "{} plutôt que {}"), "de": ("{} statt {}", "{} anstelle der {}"),
    "pt": ("{} em vez de {}", "{} ao invés do {}"), "it": ("{} invece di {}", "{} anziché {}"),
    "nl": ("{} in plaats van {}", "{} ipv {}"), "sw": ("{} badala ya {}",), "zh": ("用{}代替{}",),
    "ar": ("{} بدلا من {}", "{} وليس {}"),
}  # fmt: skip
MONTHS = {  # a month in words, December being the one that is not meant
    "en": ("the month is not december but june", "it's june, not december", "the month is june instead of december"),
    "es": ("el mes no es diciembre sino junio", "el mes es junio, no diciembre"),
    "fr": ("le mois n'est pas décembre mais juin", "le mois est juin, pas décembre"),
    "de": ("der Monat ist nicht Dezember sondern Juni", "der Monat ist Juni statt Dezember"),
    "pt": ("o mês não é dezembro mas junho", "o mês é junho em vez de dezembro"),
    "it": ("il mese non è dicembre ma giugno", "il mese è giugno anziché dicembre"),
    "nl": ("de maand is niet december maar juni", "de maand is juni in plaats van december"),
    "sw": ("mwezi si desemba bali juni", "mwezi ni juni badala ya desemba"),
    "ja": ("月は12月ではなく6月です", "月は6月です、12月じゃない"),
    "zh": ("月份不是12月，是6月", "月份是6月，不是12月"),
    "ar": ("الشهر ليس 12 بل 06", "الشهر 06 بدلا من 12"),
}
FIRST_MEANT = {tag: (*forms, *INSTEAD_OF.get(tag, ())) for tag, forms in FIRST_MEANT.items()} | {"sw": INSTEAD_OF["sw"]}
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


@pytest.mark.parametrize(("tag", "form"), [(tag, form) for tag, forms in MONTHS.items() for form in forms])
def test_a_month_that_is_denied_is_not_taken_for_the_new_one(tag, form):
    payer = at(tag, "cvv")
    payer.send("123")

    assert payer.send(form)["collected"]["expiry"] == "06/30"


@pytest.mark.parametrize("text", ["the year is not 31", "not the year 31", "the year is 29 no 31", "no december"])
def test_a_part_of_the_date_that_may_be_denied_is_not_taken(text):
    payer = at("en", "cvv")
    payer.send("123")

    assert payer.send(text)["collected"]["expiry"] == "12/30"


@pytest.mark.parametrize("text", ["06 not 12", "06 instead of 12", "not 12 but 06", "12, sorry, 06", "it's june"])
def test_the_one_part_of_the_date_that_is_to_be_another(text):
    payer = at("en", "cvv")
    payer.send("123")

    assert payer.send(text)["collected"]["expiry"] == "06/30"


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


@pytest.mark.parametrize(
    ("tag", "text", "denial"),
    [
        ("en", "it is 30", Denial.NONE), ("en", "not 30", Denial.CERTAIN), ("en", "not the year 30", Denial.CERTAIN),
        ("en", "I would not like the 30", Denial.CERTAIN), ("en", "not now but it is 30", Denial.NONE),
        ("en", "no 30", Denial.POSSIBLE), ("en", "no i want 30", Denial.NONE), ("en", "well, no 30", Denial.CERTAIN),
        ("es", "no es 30", Denial.POSSIBLE), ("de", "statt der 30", Denial.CERTAIN), ("zh", "不是30", Denial.POSSIBLE),
        ("zh", "是30", Denial.NONE), ("zh", "不要30", Denial.CERTAIN), ("ja", "30ではなく", Denial.CERTAIN),
        ("ja", "30です", Denial.NONE),
    ],
)  # fmt: skip
def test_a_value_alone_is_denied_by_the_words_next_to_it(tag, text, denial):
    start = text.index("30")

    assert find_denial(text, (start, start + 2), load_language(tag)) is denial
