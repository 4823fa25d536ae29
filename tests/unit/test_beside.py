"""What stands beside a value, a name or a consent: it is answered or passed over, and changes none of them."""

import pytest

from chat.understanding.interpret import interpret
from chat.values.brands import Brand
from chat.values.card import CardNumber, Expiry
from chat.values.session import Intent, KeptCard, Sealed, Session, Step
from tests.conversations.offline import POLICY, TODAY

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
