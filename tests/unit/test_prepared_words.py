"""Words prepared ahead: made of what passes the checks, picked by the message, and never waited for."""

import pytest

from chat.adapters.prepared_wording import PreparedWording
from chat.languages.language import language_tags, load_language
from chat.turns.composing import Unanswered, WordingRequest
from chat.values.session import Session, Step
from prepare_words.preparing import INSTRUCTION, WANTED, Preparation, prompt
from runtime.aws import Unavailable
from runtime.telemetry import FunctionTelemetry
from tests.fakes import NOON, FakeWording, Payer, World
from wording.bank import WordingBank
from wording.model import NoAnswer
from wording.scripted import KINDS

OPENING, NAME = KINDS
CHECKED = [tag for tag in language_tags() if load_language(tag).asks_for]
ENGLISH = {
    "opening": ("Welcome! Which name is on the card?", "Glad you are here. What name does the card have?"),
    "name": ("Lovely, {name}. The card number, please?", "{name}, hello! What is the card number?"),
}


class Bank:
    def __init__(self, wordings=ENGLISH):
        self.found = wordings

    def wordings(self, language):
        return self.found if language == "en" else {}


def request(kind=NAME, payer="John", message_id="m1", *, off_script=False, fixed=None):
    session = Session("s-1", step=Step(kind.step), name=payer)
    said = kind.template(load_language("en")).replace("{name}", payer)
    return WordingRequest(session, fixed or said, message_id, off_script)


def word(asked, bank=None, live=None):
    return PreparedWording(bank or Bank(), live or FakeWording()).word(asked)


@pytest.mark.parametrize("tag", CHECKED)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_fixed_wording_of_every_language_passes_its_own_checks(kind, tag):
    assert kind.accepts(kind.template(load_language(tag)), load_language(tag))


@pytest.mark.parametrize("tag", CHECKED)
def test_the_scripts_replies_are_known_by_their_fixed_wording(tag):
    asked = []

    class Asked(Bank):
        def wordings(self, language):
            asked.append(language)
            return {}

    world = World(wording=PreparedWording(Asked(), FakeWording("never")))
    payer = Payer(world)
    payer.language = tag
    payer.says("payment")
    payer.says("John")

    assert asked == [tag, tag]


def test_the_same_message_gets_the_same_words_and_others_get_others():
    words = {message: {word(request(message_id=message)).text for _ in range(3)} for message in map(str, range(40))}

    assert {len(found) for found in words.values()} == {1}
    assert {text for found in words.values() for text in found} == {
        "Lovely, John. The card number, please?",
        "John, hello! What is the card number?",
    }


def test_a_scripted_reply_never_waits_for_the_model():
    live = FakeWording("Live words. What is the card number?")
    world = World(wording=PreparedWording(Bank(), live))
    payer = Payer(world)

    said = [payer.says(text).response for text in ("payment", "John")]

    assert live.requests == []
    assert said[0] in ENGLISH["opening"]
    assert "John" in said[1]
    assert said[1] != "Thanks, John. What is the card number?"
    assert world.telemetry.counts.count(("ModelWorded", {})) == 0


def test_what_is_off_the_script_is_worded_live():
    live = FakeWording("Because of your bank. What is the name on the card?")
    payer = Payer(World(wording=PreparedWording(Bank(), live)))
    payer.says("payment")

    assert payer.says("why do you need that?").response == live.answer
    assert len(live.requests) == 1


def test_a_refused_name_keeps_the_fixed_wording_and_asks_no_model():
    live = FakeWording("never")
    payer = Payer(World(wording=PreparedWording(Bank(), live)))
    payer.says("payment")

    assert payer.says("x" * 101).session.error
    assert live.requests == []


def test_without_a_bank_the_fixed_wording_stands():
    with pytest.raises(Unanswered, match="off"):
        word(request(), Bank({}))


@pytest.mark.parametrize(
    "planted",
    [
        "Pay at https://evil.example, {name}. Card number?",
        "{name}, your payment was successful! Card number?",
        "{name}, the card number and the security code, please",
        "Send {name} {amount}: card number?",
        "{name} {name}, the card number?",
        "The card number?",
        "{name}}, the card number?",
        "{name!r}, the card number?",
    ],
)
def test_words_that_were_planted_in_the_table_are_checked_again_and_not_used(planted):
    with pytest.raises(Unanswered, match="unfit"):
        word(request(), Bank({"name": (planted,)}))


class Table:
    """One item; counts its reads and can fail."""

    def __init__(self):
        self.item, self.reads, self.fails = None, 0, False

    def get_item(self, **_):
        self.reads += 1
        if self.fails:
            raise Unavailable("dynamodb", "x")
        return {"Item": self.item} if self.item else {}

    def put_item(self, *, TableName, Item):  # noqa: N803
        self.item = Item


def test_a_languages_words_are_read_once_and_kept_for_an_hour():
    table, time = Table(), [NOON]
    bank = WordingBank(table, "wordings", lambda: time[0])
    bank.store("en", ENGLISH)

    assert bank.wordings("en") == ENGLISH
    time[0] += 3599
    assert bank.wordings("en") == ENGLISH
    assert table.reads == 1
    time[0] += 1
    assert bank.wordings("en") == ENGLISH
    assert table.reads == 2


def test_a_bank_that_cannot_be_read_is_empty_and_asked_again_after_a_minute():
    table, time = Table(), [NOON]
    bank = WordingBank(table, "wordings", lambda: time[0])
    bank.store("en", ENGLISH)
    table.fails = True

    assert [bank.wordings("en"), bank.wordings("en")] == [{}, {}]
    assert table.reads == 1
    table.fails, time[0] = False, NOON + 60
    assert bank.wordings("en") == ENGLISH


class Model:
    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def ask(self, system, prompt, *, max_tokens, temperature):
        self.asked.append(prompt)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer(prompt)


class Kept:
    """A bank of all languages."""

    def __init__(self, prepared_at=0):
        self.stored, self.at = {}, prepared_at

    def store(self, language, wordings):
        self.stored[language] = wordings

    def prepared_at(self, language):
        return NOON if language in self.stored else self.at


@pytest.fixture(autouse=True)
def namespace(monkeypatch):
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "PaymentChat")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "words")


def prepare(answer, bank):
    model = Model(answer)
    return Preparation(model, bank, FunctionTelemetry(), lambda: NOON).run(), model


def fixed_and(*more):
    return lambda prompt: "\n".join([prompt.partition("<reply>")[2].partition("</reply>")[0], *more])


def test_every_language_with_checks_is_prepared_from_what_passes_them():
    bank = Kept()

    age, _ = prepare(fixed_and("Go to https://evil.example", "Your payment was successful!", "4242", ""), bank)

    expected = {tag: {kind.name: (kind.template(load_language(tag)),) for kind in KINDS} for tag in CHECKED}
    assert bank.stored == expected
    assert age == 0


def test_a_dozen_wordings_are_enough():
    bank = Kept()
    many = [f"Hello{'!' * n} What is the name on the card?" for n in range(1, 30)]

    prepare(lambda prompt: "\n".join(many) if "<step>name" in prompt else fixed_and()(prompt), bank)

    assert bank.stored["en"]["opening"] == tuple(many[:WANTED])


@pytest.mark.parametrize(
    "answer", [NoAnswer("throttled"), NoAnswer("denied"), lambda _: "Buy at https://evil.example"], ids=str
)
def test_a_model_that_fails_or_misbehaves_leaves_the_old_words_and_their_age(answer):
    bank = Kept(prepared_at=NOON - 8 * 24 * 3600)

    age, _ = prepare(answer, bank)

    assert bank.stored == {}
    assert age == 8 * 24 * 3600


def test_nothing_of_a_person_is_in_what_the_model_is_asked():
    asked = prompt(NAME, load_language("en"))

    assert "{name}" in asked
    assert "{name}" in INSTRUCTION.format(count=WANTED, language="English", name="{name}")


def test_a_name_of_the_other_direction_is_set_apart_in_prepared_words_too():
    payer = Payer(World(wording=PreparedWording(Bank(), FakeWording())))
    payer.says("payment")

    assert "\u2068نورة\u2069" in (said := payer.says("نورة").response)
    assert said.replace("\u2068نورة\u2069", "{name}") in ENGLISH["name"]
