"""What stands beside a value, a name or a consent: it is answered or passed over, and changes none of them."""

import pytest

from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import CardNumber, Cvv, Expiry
from chat.values.session import Intent, KeptCard, Sealed, Session, Step
from payments.order import Capture, Purpose, Terms
from tests.conversations.offline import POLICY, TODAY, Payer

CARD = KeptCard(Brand.VISA, "4242", Sealed(b""))
DATE = Expiry(12, 2030)


def hear(tag, step, message):
    known = {"name": "Ada Lovelace", "card": CARD, "expiry": DATE}
    order = (Step.NAME, Step.CARD, Step.EXPIRY, Step.CVV)
    kept = dict(list(known.items())[: order.index(step)]) if step in order else {**known, "cvv": Sealed(b"")}
    return interpret(message, Session("abc", tag, step, **kept), TODAY, POLICY)


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("en", "852. And please, the 129 is for one month only or I must pay again next month automatic?"),
        ("es", "¿El de atrás? Dice 852. ¿Y la fecha sí la apuntó?"),
        ("en", "Four on the front, yes I see them, above the number on the right. 852"),
        ("en", "the number on the back is 852"),
        ("ja", "裏の番号は852です"),
        ("pt", "atrás tem 852"),
    ],
)
def test_a_code_is_taken_by_its_own_clause(tag, message):
    assert getattr(hear(tag, Step.CVV, message).cvv, "digits", None) == "852"


@pytest.mark.parametrize(
    ("tag", "step", "message"),
    [
        ("en", Step.EXPIRY, "11/31 and the code is 482"),
        ("es", Step.EXPIRY, "9/28 y el cvv 417"),
        ("de", Step.EXPIRY, "Juni zweitausendachtundzwanzig und hinten steht drei sieben eins"),
        ("en", Step.CARD, "The number is 4242 4242 4242 4242"),
        ("nl", Step.CARD, "Nou vooruit, ik heb die fiets nodig. 4242 4242 4242 4242, geldig t/m 03/28, code 507"),
    ],
)
def test_who_gives_a_value_asks_nothing(tag, step, message):
    heard = hear(tag, step, message)

    assert heard.topic is None
    assert isinstance(heard.expiry, Expiry) or isinstance(heard.card, CardNumber)


@pytest.mark.parametrize(
    ("tag", "message", "topic"),
    [
        ("es", "Buenas tardes joven, mi nieta me mandó esto. ¿Es seguro poner aquí mi tarjeta?", "safe"),
        ("nl", "Wat zit er dan in die 220, is dat met arbeidsloon en btw?", "includes"),
        ("zh", "能用支付宝或者微信付吗?我们在巴黎,手头只有国内的卡", "no_card"),
        ("fr", "Bon. Y a-t-il un numéro de téléphone où je puisse joindre quelqu'un ?", "person"),
        ("en", "It is my husband's card, it is in his name. Is that ok?", "others_card"),
    ],
)
def test_words_around_a_question_are_no_name(tag, message, topic):
    heard = hear(tag, Step.NAME, message)

    assert (heard.name, heard.unsure_name, heard.topic) == (None, None, topic)


@pytest.mark.parametrize(
    ("tag", "message", "name"),
    [
        ("en", "Jane Hill. Is this safe?", "Jane Hill"),
        ("en", "jane hill. is this safe?", "jane hill"),
        ("en", "My name is Jane Hill, is this safe?", "Jane Hill"),
        ("en", "hello John Smith", "John Smith"),
        ("ar", "السلام عليكم فهد العتيبي", "فهد العتيبي"),
        ("en", "Ok he is agree. On card is written TOMASZ WIECZOREK", "TOMASZ WIECZOREK"),
        ("zh", "我叫周海燕 卡上是 ZHOU HAIYAN。银联的卡行不行?", "ZHOU HAIYAN"),
    ],
)
def test_a_name_beside_a_question_a_greeting_or_talk_is_heard(tag, message, name):
    assert hear(tag, Step.NAME, message).name == name


PLAIN = [
    ("en", "good. then i confirm"), ("en", "I did say confirm. Confirm"), ("en", "yesss confirm"),
    ("de", "na gut. bestätigen"), ("fr", "Confirmer. Bonne journée"), ("nl", "Bevestigen dan maar"),
    ("it", "dai conferma"), ("ja", "確定で"), ("ja", "承知いたしました。確定でお願いいたします。"),
    ("zh", "那我刷卡 确认"), ("ar", "تأكيد الله يعطيك العافية"), ("sw", "Thibitisha mwanangu"),
]  # fmt: skip
WITHHELD = [
    ("en", "how do I do that, confirm"), ("en", "I will pay later. confirm"), ("en", "the name is wrong. confirm"),
    ("en", "I want to use another card. confirm"), ("nl", "hoe doe ik dat, bevestigen"), ("en", "not yet. confirm"),
    ("en", "it was less on the phone. confirm"), ("en", "Ilaria Gentile. confirm"), ("en", "blorp frizzle. confirm"),
    ("it", "sì ecco, ilaria gentile"), ("de", "das ist mir zu teuer. bestätigen"), ("en", "confirm, then what"),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "message"), PLAIN)
def test_the_word_that_was_asked_for_is_consent_beside_what_is_told(tag, message):
    assert hear(tag, Step.CONFIRM, message).intent in (Intent.YES, Intent.CONFIRM)


@pytest.mark.parametrize(("tag", "message"), WITHHELD)
def test_beside_a_question_a_refusal_or_words_that_are_not_understood_it_is_none(tag, message):
    assert hear(tag, Step.CONFIRM, message).intent not in (Intent.YES, Intent.CONFIRM)


@pytest.mark.parametrize(
    ("tag", "message", "name"),
    [
        ("fr", "bjr camille lefebvre", "camille lefebvre"),
        ("es", "madre mia que poca ayuda jaja venga va, Manuela Ortega Ruiz", "Manuela Ortega Ruiz"),
        (
            "en",
            "ok no problem, i need drill for monday so i pay all. On card is written PIOTR WOZNIAK",
            "PIOTR WOZNIAK",
        ),
        ("nl", "Greet Van den Bossche dus", "Greet Van den Bossche"),
        ("pt", "Inês Figueiredo Sá.", "Inês Figueiredo Sá"),
        ("en", "Martin King Jr.", "Martin King Jr."),
    ],
)
def test_a_name_is_taken_without_what_one_word_beside_it_could_ask(tag, message, name):
    heard = hear(tag, Step.NAME, message)

    assert (heard.name, heard.topic) in ((name, None), (name, "hello"))


def test_a_greeting_beside_a_question_is_no_name():
    payer = Payer("es", order=Terms("r", Purpose.AUTHORIZE, "Coche", Capture.CHAT, amount=15000, currency="usd"))
    payer.send("pago")
    said = (
        "Buenos días, mucho gusto. Disculpe la pregunta: ¿qué significa exactamente que me reservan el dinero? "
        "¿Me lo descuentan de la cuenta o no?"
    )
    heard = interpret(said, payer.session, TODAY, POLICY)

    assert (heard.name, heard.unsure_name) == (None, None)
    assert heard.topic == "when_charged"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("fr", "5555 5555, ensuite 5555 et pour finir 4444"),
        ("en", "first 5555 5555 and then 5555 and last 4444"),
        ("pt", "O número é o 5555 5555 5555 4444."),
        ("it", "o 5555 5555 5555 4444"),
    ],
)
def test_a_number_is_read_whatever_words_stand_between_its_groups_or_before_it(tag, message):
    heard = hear(tag, Step.CARD, message)

    assert getattr(heard.card, "last4", None) == "4444"


def test_a_number_that_is_begun_beside_the_name_goes_on_in_the_next_message():
    payer = Payer("de")
    payer.send("hallo")
    payer.send("Herbert Wallner. Die Kartennummer ist 4242 4242 4242 424")

    payer.send("Verzeihung, die letzte Ziffer fehlte. Es ist eine 2.")

    assert payer.session.card.last4 == "4242"


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("fr", "Au dos je lis 275, deux cent septante-cinq."),
        ("en", "275, two seven five"),
        ("nl", "vanachter staat er 275"),
    ],
)
def test_a_code_that_is_said_twice_or_beside_the_back_of_the_card_is_taken(tag, message):
    assert isinstance(hear(tag, Step.CVV, message).cvv, Cvv)


@pytest.mark.parametrize(
    ("message", "month"), [("تشرين الثاني 2029", 11), ("كانون الأول 2029", 12), ("كانون التاني 2029", 1)]
)
def test_months_of_two_words_are_read(message, month):
    assert hear("ar", Step.EXPIRY, message).expiry == Expiry(month, 2029)


def test_a_small_number_in_a_question_is_no_expiry_before_that_is_asked_for():
    heard = hear("en", Step.NAME, "hi, is this 15 a month?")

    assert (heard.expiry, heard.topic) == (None, "saved")


@pytest.mark.parametrize(
    ("tag", "message", "name"),
    [
        ("it", "si e mia. Loredana Bassi scadenza 3/27 il numero e 4000 0566 5566 5556", "Loredana Bassi"),
        ("en", "ok then, Ada King expires 03/29", "Ada King"),
        ("nl", "Geachte heer, mevrouw. Er staat op: G.J. Wolters. Moet ik ook mijn pincode opgeven?", "G.J. Wolters"),
    ],
)
def test_a_name_stands_between_talk_and_the_label_of_the_next_value(tag, message, name):
    assert hear(tag, Step.NAME, message).name == name


@pytest.mark.parametrize(
    ("tag", "message", "topic"),
    [
        ("en", "tell me why you need it. Jane Hill", "why"),
        ("en", "which name do i put Jane Hill", "which_name"),
        ("en", "so which name goes here I'm Jane Hill", None),  # who tells the name asks for none
        ("es", "poca ayuda? Jane Hill", "what"),
        ("es", "poca ayuda. Jane Hill", None),
        ("es", f"poca ayuda{'.' * 300} Jane Hill", "what"),  # too long to be likened
    ],
)
def test_what_is_asked_beside_a_name_counts_with_a_mark_or_where_people_ask_so(tag, message, topic):
    heard = hear(tag, Step.NAME, message)

    assert (heard.name, heard.topic) == ("Jane Hill", topic)


@pytest.mark.parametrize(
    ("tag", "message", "topic"),
    [
        ("de", "wozu brauchen sie das. 4242 4242 4242 4242", "why"),
        ("es", "poca ayuda. 4242 4242 4242 4242", None),
        ("es", "poca ayuda? 4242 4242 4242 4242", "what"),
        ("ja", "サポートですか 4242 4242 4242 4242", "person"),
        ("en", "thanks. 4242 4242 4242 4242", "thank"),
    ],
)
def test_what_is_asked_beside_a_value_counts_with_a_mark_or_where_people_ask_so(tag, message, topic):
    heard = hear(tag, Step.CARD, message)

    assert (getattr(heard.card, "last4", None), heard.topic) == ("4242", topic)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Jane Hill. Is it safe?", "Jane Hill"),
        ("agent smith. is it safe?", None),
        ("Sue Help. Is this safe?", None),
        ("thanks, Jane Hill", "Jane Hill"),
        ("Jane, thanks a lot", "Jane"),
    ],
)
def test_beside_a_question_only_what_looks_like_a_name_is_one(message, name):
    heard = hear("en", Step.NAME, message)

    assert (heard.name, heard.unsure_name) == (name, None)


def test_a_name_is_cut_out_where_it_stands_though_signs_that_nobody_sees_stand_before_it():
    assert hear("en", Step.NAME, "\u200b\u200b\u200bmy name is Jane Hill").name == "Jane Hill"


def test_a_question_that_is_likely_to_be_meant_stays_beside_a_number_without_a_mark():
    assert hear("ja", Step.CARD, "なぜ必要なのか 4242 4242 4242 4242").topic == "why"
