"""The page's script over the real conversation in memory: no browser, no socket, no component."""

import pickle
import re
from dataclasses import asdict

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from payment_page.api_types import Message, Payer, SessionKey
from payment_page.chat_api import ChatApi
from payment_page.conversation import Conversation
from payment_page.entry import EntryEvent
from payment_page.page import first_screen, view_of
from payment_page.visit import Visit
from tests.fakes import World

NUMBER = "4242424242424242"


class Silent:
    def __getattr__(self, _name):
        return lambda *_args, **_more: None


class Api(ChatApi):
    """The page's own client, its requests handed to the function as API Gateway would."""

    def __init__(self):
        self.world = World()
        self.asked = []
        super().__init__("http://api.test", http=httpx.Client(transport=httpx.MockTransport(self.answer)))

    def answer(self, request):
        self.asked.append(request.method)
        looking = request.url.path.startswith("/sessions/")
        event = {
            "httpMethod": request.method,
            "resource": "/sessions/{sessionId}" if looking else request.url.path,
            "pathParameters": {"sessionId": request.url.path.rpartition("/")[2]},
            "headers": dict(request.headers),
            "body": request.content.decode(),
        }
        reply = self.world.ports().api().respond(event)
        return httpx.Response(reply["statusCode"], headers=reply["headers"], content=reply["body"])


class PlainEntry:
    """An entry of ordinary Streamlit elements, in the place of the component."""

    def head(self, view, steps, current, on_event):
        import streamlit as st

        if current is not None:
            st.caption(steps[current])

    def panel(self, view, on_event):
        import streamlit as st

        def said():
            on_event(EntryEvent(message=Message(view.run_id, st.session_state.line, view.step)))

        st.caption(view.screen)
        st.chat_input("message", key="line", on_submit=said)
        st.button("restart", on_click=lambda: on_event(EntryEvent(command="restart")))
        st.button("look", on_click=lambda: on_event(EntryEvent(command="look_up")))
        if view.refusal:
            st.error(view.refusal)
        if view.trouble:
            st.warning(view.trouble.kind)


def script(entry, start_visit):
    from payment_page import page

    page.main(entry, start_visit)


def arrive(api, key=None):
    """A visit whose browser has told how the payer came: by no link."""
    visit = Visit(api, Payer(), key)
    visit.handle(EntryEvent(command="arrive"))
    return visit


class Tab:
    """A browser tab."""

    def __init__(self, api=None):
        self.api = api or Api()
        self.app = AppTest.from_function(script, args=(PlainEntry(), self.start_visit), default_timeout=20).run()

    def start_visit(self):
        return arrive(self.api)

    def says(self, *messages):
        for message in messages:
            self.app.chat_input[0].set_value(message).run()
        assert not self.app.exception

    @property
    def screen(self):
        return self.app.caption[-1].value

    @property
    def lines(self):
        return [each.text[0].value for each in self.app.chat_message]

    @property
    def visit(self):
        return self.app.session_state.visit


def everything_in(visit):
    """What a visit holds, fields that hide from repr() included; the API behind it is another's."""
    return pickle.dumps({**vars(visit), "_api": None}, protocol=0).decode("latin-1")


@pytest.fixture
def tab():
    return Tab()


def test_the_six_turns_lead_through_every_screen_to_the_receipt(tab):
    screens = [tab.screen]
    for message in ("payment", "John", NUMBER, "12/30", "123", "confirm"):
        tab.says(message)
        screens.append(tab.screen)

    assert screens == ["welcome", "name", "card", "expiry", "cvv", "confirm", "receipt"]
    assert tab.visit.conversation.payment["token"].startswith("pm_")
    assert tab.lines[::2] == ["payment", "John", "Visa •••• 4242", "12/30", "•••", "confirm"]


def test_nothing_of_a_card_is_left_in_the_state_after_the_run_that_sent_it(tab):
    tab.says("payment", "John", NUMBER, "12/30", "739")

    tab.app.run()
    kept = everything_in(tab.visit) + repr(tab.app._session_state.filtered_state) + " ".join(tab.lines)
    assert NUMBER[:12] not in kept.replace(" ", "")
    assert not re.search(r"(?<![0-9a-f])739(?![0-9a-f])", kept), "the ids in it are hexadecimal and random"
    assert "4242" in kept


WORDS = "four two four two " * 4
HIDDEN = {
    "words": (WORDS, "seven two three", ("four two", "seven")),
    "ideographs": ("四二" * 8, "四二七", ("四", "七")),
    "circled": ("④②" * 8, "⑦②③", ("④", "⑦")),
    "among others": (f"my number is {WORDS}, thanks", "the code is seven two three", ("four two", "seven")),
    "German": ("vier zwei " * 8, "sieben zwei drei", ("vier", "sieben")),
}


@pytest.mark.parametrize(("number", "code", "secrets"), HIDDEN.values(), ids=HIDDEN)
def test_what_comes_in_words_is_shown_and_kept_only_as_the_api_masks_it(tab, number, code, secrets):
    tab.says("payment", "John", number, "12/30", code)

    assert tab.screen == "confirm"
    assert "Visa •••• 4242" in tab.lines[4]
    assert "•••" in tab.lines[8]
    tab.app.run()
    kept = everything_in(tab.visit) + repr(tab.app._session_state.filtered_state) + " ".join(tab.lines)
    for secret in secrets:
        assert secret not in kept
        assert secret.encode("raw_unicode_escape").decode("latin-1") not in kept  # as pickle writes it


def test_the_lines_are_those_that_a_reload_would_show(tab):
    tab.says("I would like to pay", "my name is John", f"my number is {WORDS}", "12/30, seven two three", "hm")

    again = arrive(tab.api, tab.visit.conversation.key)
    assert [line.content for line in again.conversation.lines] == tab.lines


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        pytest.param(Message("m", "Start payment", "none"), ["POST"], id="a button"),
        pytest.param(Message("m", "payment", "none"), ["POST", "GET"], id="free text"),
        pytest.param(Message("m", "CANCEL", "none"), ["POST"], id="the words of a button"),
        pytest.param(Message("m", "please cancel", "none"), ["POST"], id="after the end nothing is remembered"),
    ],
)
def test_only_free_text_costs_a_second_request(message, asked):
    api = Api()
    arrive(api).handle(EntryEvent(message=message))

    assert api.asked == asked


def test_a_value_from_a_field_costs_no_second_request():
    api = Api()
    visit = arrive(api)
    visit.handle(EntryEvent(message=Message("a", "Start payment", "none")))
    for step, value in (("name", "John"), ("card", NUMBER), ("expiry", "12/30"), ("cvv", "123")):
        visit.handle(EntryEvent(message=Message(f"m-{step}", value, step, by_field=True)))

    assert api.asked == ["POST"] * 5
    assert [line.content for line in visit.conversation.lines[2::2]] == ["John", "Visa •••• 4242", "12/30", "•••"]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(lambda _: httpx.Response(503), id="unavailable"),
        pytest.param(lambda _: httpx.Response(200, json={}), id="unreadable"),
        pytest.param(lambda request: (_ for _ in ()).throw(httpx.ReadTimeout("late", request=request)), id="late"),
    ],
)
def test_words_whose_masked_form_cannot_be_had_are_not_shown(trouble):
    api = Api()
    answer = api.answer
    api._http = httpx.Client(
        transport=httpx.MockTransport(lambda request: (answer if request.method == "POST" else trouble)(request))
    )
    visit = arrive(api)
    visit.handle(EntryEvent(message=Message("a", "I would like to pay", "none")))

    assert visit.conversation.lines[0].content == "••••"
    assert (visit.conversation.screen, visit.conversation.trouble, visit.conversation.answered_id) == (
        "name",
        None,
        "a",
    )


def test_a_refused_value_is_handed_to_the_entry_in_the_words_of_the_conversation(tab):
    tab.says("payment", "John", "4242 4242 4242 4241")

    assert tab.screen == "card"
    assert tab.app.error[0].value == tab.lines[-1]


def test_a_conversation_is_taken_up_again_with_its_key(tab):
    tab.says("payment", "John", NUMBER)
    again = arrive(tab.api, tab.visit.conversation.key)

    assert again.conversation.screen == "expiry"
    assert [line.content for line in again.conversation.lines] == tab.lines
    assert again.take_cookie_ticket() is None  # the browser has it


def test_a_start_that_was_pressed_before_a_session_was_known_goes_on_with_it_and_says_nothing(tab):
    tab.says("payment", "John")
    visit = Visit(tab.api, Payer(), tab.visit.conversation.key)
    visit.handle(EntryEvent(message=Message("early", "Start payment", "none")))

    assert visit.conversation.screen == "card"
    assert visit.conversation.lines == arrive(tab.api, visit.conversation.key).conversation.lines
    assert visit.conversation.answered_id == "early"


def test_a_start_that_was_pressed_early_is_sent_where_there_is_no_session():
    visit = Visit(Api(), Payer(), None)
    visit.handle(EntryEvent(message=Message("early", "Start payment", "none")))

    assert visit.conversation.screen == "name"


@pytest.mark.parametrize(("may_go_on", "screen"), [(False, "welcome"), (True, "arriving")])
def test_the_first_screen_is_the_one_that_the_page_shows_at_first(may_go_on, screen):
    first = first_screen("de-AT,de;q=0.9", may_go_on=may_go_on)
    visit = Visit(Api(), Payer(languages="de-AT"), None)
    if not may_go_on:
        visit.handle(EntryEvent(command="arrive"))
    later = asdict(view_of(visit.conversation, "de", None))

    assert first["screen"] == screen
    assert {name for name, value in later.items() if first[name] != value} <= {"run_id", "revision"}


def test_a_key_that_is_worth_nothing_any_more_ends_in_the_expired_screen_without_its_cookie():
    visit = arrive(Api(), SessionKey("abc", "a-token-that-nobody-handed-out"))

    assert visit.conversation.screen == "expired"
    assert visit.take_cookie_ticket() is not None


def test_starting_again_is_another_session(tab):
    tab.says("payment", "cancel")
    assert tab.screen == "closed"
    before = tab.visit.conversation.key.session_id
    tab.app.button[0].click().run()

    assert tab.screen == "welcome"
    fresh = tab.visit.conversation
    assert fresh == Conversation(fresh.key, revision=fresh.revision)
    assert tab.visit.conversation.key.session_id != before


def test_a_repeat_of_the_answered_message_is_not_sent_at_all():
    api = Api()
    visit = arrive(api)
    visit.handle(EntryEvent(message=Message("m-a", "payment", "none")))
    calls = len(api.world.sessions.calls)
    visit.handle(EntryEvent(message=Message("m-a", "payment", "none")))

    assert len(api.world.sessions.calls) == calls


def first_answer_lost() -> tuple[Visit, Api, SessionKey]:
    """A visit whose first message, m-a, was played, and whose answer was lost; the API, well again; the key sent."""
    api = Api()
    visit = arrive(api)
    answer, sent = api.answer, visit.conversation.key
    api._http = httpx.Client(transport=httpx.MockTransport(lambda request: (answer(request), httpx.Response(500))[1]))
    visit.handle(EntryEvent(message=Message("m-a", "payment", "none")))
    api._http = httpx.Client(transport=httpx.MockTransport(answer))
    return visit, api, sent


def test_another_first_message_after_a_lost_answer_opens_another_session():
    visit, _, lost = first_answer_lost()
    assert visit.conversation.trouble.kind == "failed"

    visit.handle(EntryEvent(message=Message("m-b", "I want to pay", "none")))

    assert visit.conversation.screen == "name"
    assert visit.conversation.key.session_id != lost.session_id


def test_a_first_message_sent_again_after_a_lost_answer_finds_its_session():
    visit, api, lost = first_answer_lost()

    visit.handle(EntryEvent(message=Message("m-a", "payment", "none")))

    assert visit.conversation.screen == "name"
    assert visit.conversation.key.session_id == lost.session_id
    assert len(api.world.sessions.items) == 1


def test_a_message_never_prints_its_text():
    assert NUMBER not in repr(Message("id", NUMBER)) + repr(SessionKey("id", NUMBER))
