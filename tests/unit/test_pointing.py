"""What the rules do not hear is pointed at; what may cost the payer something is asked back."""

import pytest

from chat.understanding.interpret import interpret
from chat.values.session import Intent
from payments.order import Capture, Purpose, Terms
from tests.conversations.offline import POLICY, TODAY, Payer
from tests.families.consent import DATA, at_the_review, utterances


def at_the_name(tag: str = "en") -> Payer:
    payer = Payer(tag)
    payer.send({"de": "hallo", "ja": "こんにちは", "zh": "你好"}.get(tag, "hello"))
    return payer


def test_a_wish_to_stop_in_own_words_is_asked_back_and_a_yes_ends():
    payer = at_the_review("en")
    asked = payer.send("i dont think i want this anymore")

    assert (asked["status"], "Do you want to stop?" in asked["response"]) == ("awaiting_confirmation", True)
    assert payer.send("yes")["status"] == "cancelled"


@pytest.mark.parametrize("answer", ["no", "confirm", "go on then", "yes, go ahead and pay"])
def test_only_a_bare_yes_ends_and_nothing_pays_where_the_end_was_asked_back(answer: str):
    payer = at_the_review("en")
    payer.send("i dont think i want this anymore")
    reply = payer.send(answer)

    assert reply["status"] == "awaiting_confirmation"
    assert "Please check" in reply["response"]


def test_a_consent_that_is_only_likely_is_asked_back_and_a_bare_yes_after_it_too():
    payer = at_the_review("en")
    asked = payer.send("bet, do the thing")

    assert asked["status"] == "awaiting_confirmation"
    assert "Please check" in asked["response"]


@pytest.mark.parametrize(
    "said",
    ["ok cool. confirm", "never mind haha. yes let's do it", "ok great, thanks. go ahead", "Very well, I agree."],
)
def test_a_consent_that_closes_a_message_pays_where_nothing_before_it_weighs(said: str):
    assert at_the_review("en").send(said)["status"] == "completed"


@pytest.mark.parametrize(
    "said",
    [
        "let me ask my wife first. yes",
        "is it right? yes",
        "if it is free, confirm",
        "wrong name, yes",
        "not now. yes",
        "I think so, yes",
        "how much? confirm",
        "the date is wrong. go ahead",
    ],
)
def test_a_consent_behind_a_doubt_a_question_or_a_change_pays_nothing(said: str):
    assert at_the_review("en").send(said)["status"] != "completed"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Danny O'Sullivan. will i get the tickets by email after?", "Danny O'Sullivan"),
        ("its under my husbands name, tom baker", "tom baker"),
        ("ok. priya raman", "priya raman"),
        ("Hi, Stephen Walsh", "Stephen Walsh"),
        ("on the card it says Daniel J Whitfield", "Daniel J Whitfield"),
        ("you can put peter novak", "peter novak"),
        ("Mark Price", "Mark Price"),
    ],
)
def test_a_name_is_taken_out_of_the_talk_around_it(said: str, name: str):
    assert at_the_name().send(said)["collected"]["name"] == name


def test_a_name_with_a_wish_to_stop_beside_it_is_no_name():
    payer = at_the_name()
    asked = payer.send("my name is Bev Castleton. forget it, i dont want to pay")

    assert asked["collected"]["name"] is None
    assert "Do you want to stop?" in asked["response"]


def test_a_question_beside_a_value_is_answered():
    payer = at_the_name()
    payer.send("Ada")
    reply = payer.send("4242 4242 4242 4242. who can see my card details?")

    assert reply["collected"]["last4"] == "4242"
    assert "encrypted" in reply["response"]


def test_a_number_in_a_question_is_no_security_code():
    payer = at_the_name()
    for text in ("Ada", "4242 4242 4242 4242"):
        payer.send(text)
    reply = payer.send("04/30. how long till i get the 500 back")

    assert (reply["currentStep"], reply["collected"]["cvv"]) == ("cvv", False)


def test_the_number_of_its_digits_is_no_part_of_a_security_code():
    payer = at_the_name()
    for text in ("Ada", "4242 4242 4242 4242", "12/30"):
        payer.send(text)

    assert payer.send("three digits.. 066")["collected"]["cvv"]


@pytest.mark.parametrize(
    ("first", "tag"),
    [
        ("hola, quiero pagar", "es"),
        ("Bonjour, je voudrais payer", "fr"),
        ("moin, ich soll hier bezahlen", "de"),
        ("你好，我要付款", "zh"),
        ("支払いたいのですが", "ja"),
        ("مرحبا أريد الدفع", "ar"),
    ],
)
def test_the_conversation_follows_the_language_of_the_first_message(first: str, tag: str):
    payer = Payer("en")
    payer.send(first)

    assert payer.session.language == tag


@pytest.mark.parametrize("name", ["Jean de la Fontaine", "Maria dos Santos", "Lena Vogt", "Juan Pérez"])
def test_a_name_of_another_language_changes_none(name: str):
    payer = at_the_name()
    payer.send(name)

    assert (payer.session.language, payer.session.name) == ("en", name)


def test_a_wish_not_to_change_the_name_changes_nothing():
    heard = interpret("I don't want to change the name", at_the_review("en").session, TODAY, POLICY)

    assert (heard.changes, heard.intent) == ((), None)


def test_a_question_with_digits_in_it_is_not_weighed():
    heard = interpret("can i pay 20 now and the rest later", at_the_review("en").session, TODAY, POLICY)

    assert heard.unsure is None
    assert heard.intent is not Intent.CANCEL


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "The seats look great. Confirm"),
        ("it", "Ok, i dettagli li chiedo al coworking. Conferma"),
        ("de", "Alles korrekt, ich bestätige. Hochachtungsvoll, A. Lovelace"),
        ("ja", "そっか、了解です🙆‍♀️ 確定でお願いします"),
        ("zh", "係呀冇錯 俾錢啦唔該"),
    ],
)
def test_what_is_told_beside_the_word_that_was_asked_for_and_a_signature_hold_nothing_back(tag: str, said: str):
    assert at_the_review(tag).send(said)["status"] == "completed"


@pytest.mark.parametrize(
    "said",
    [
        "Alles korrekt, ich bestätige. Hochachtungsvoll, B. Meier",  # somebody else, or another name
        "ich bestätige. Der Betrag ist falsch",
        "was kostet das. bestätigen",
    ],
)
def test_what_weighs_beside_the_word_that_was_asked_for_is_asked_back(said: str):
    assert at_the_review("de").send(said)["status"] == "awaiting_confirmation"


def at_the_hosted_review(tag: str = "en") -> Payer:
    payer = Payer(tag, order=Terms("r", Purpose.CHARGE, "Two tickets", Capture.HOSTED, amount=4990, currency="eur"))
    payer.send("payment")
    return payer


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", "Understood. We'll use the company card then. Confirm."),
        ("en", "Ok I will check with bank only. Please proceed, I confirm"),
        ("pt", "Tá bom, vou com o meu então. Confirmar"),
        ("ar", "زين. موضوع التأمين بكلم الشاليه عنه. تأكيد"),
    ],
)
def test_before_stripes_page_a_plain_confirm_leads_there_whatever_is_told_beside_it(tag: str, said: str):
    assert at_the_hosted_review(tag).send(said)["status"] == "requires_action"


@pytest.mark.parametrize("tag", DATA)
def test_no_doubt_leads_to_stripes_page(tag: str):
    payer = at_the_hosted_review(tag)
    before, led = payer.session, []
    for said in utterances(tag):
        payer.session = before
        led += [said] if payer.send(said)["status"] != "awaiting_confirmation" else []

    assert led == []


def test_two_questions_with_their_marks_are_both_answered():
    reply = at_the_name().send("Is this safe? And which cards do you take?")["response"]

    assert "encrypted" in reply
    assert "Visa, Mastercard" in reply


def test_a_question_that_is_asked_twice_is_answered_once():
    reply = at_the_name().send("Is this safe? I mean, is it really safe to write it here?")["response"]

    assert reply.count("encrypted") == 1


def test_after_two_questions_a_bare_yes_pays_only_if_neither_hesitates():
    payer = at_the_review("en")
    payer.send("Is this safe? And can I get a refund?")

    assert payer.send("ok")["status"] == "awaiting_confirmation"


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        (
            "That seems a fair price for a week by the sea. Does the figure include breakfast and clean towels?",
            "includes",
        ),
        ("how much is it, I only want to know how much", "how_much"),  # the whole says the same
    ],
)
def test_a_long_message_is_likened_as_a_whole_where_that_is_likelier(said: str, topic: str):
    assert interpret(said, at_the_review("en").session, TODAY, POLICY).topic == topic


def test_after_the_likeliest_of_many_answers_a_bare_yes_does_not_pay():
    payer = at_the_review("en")
    payer.send("hey my cab is almost here, if i close this chat halfway do i lose everything or can i pick it back up")

    assert payer.send("yes")["status"] == "awaiting_confirmation"
