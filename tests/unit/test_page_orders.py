"""A visit that an order's link brings, and what the page makes of what the API says about the order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from payment_page.api_types import Action, Message, Payer, RefusedError, SessionKey, UnreachableError, read_address
from payment_page.chat_api import ChatApi
from payment_page.conversation import Conversation, after_error, after_refresh
from payment_page.entry import EntryEvent
from payment_page.page import step_name, steps_of, title_of, view_of
from payment_page.server.index_page import Heading, render
from payment_page.visit import Visit
from tests.browser.fake_api import FakeApi, Order

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)


class Api(ChatApi):
    """The page's own client in front of an API in memory. `down`: no request is answered."""

    def __init__(self) -> None:
        self.memory = FakeApi()
        self.down = False
        super().__init__("http://api.test", http=httpx.Client(transport=httpx.MockTransport(self.pass_on)))

    def pass_on(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ReadTimeout("late", request=request)
        body = httpx.Response(200, content=request.content or b"{}").json()
        status, reply = self.memory.answer(request.method, request.url.path, dict(request.headers), body)
        return httpx.Response(status, json=reply)

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(method, path.rpartition("/")[2]) for method, path, _, _ in self.memory.requests]

    @property
    def last_body(self) -> dict[str, Any]:
        return self.memory.requests[-1][3]


@pytest.fixture
def api() -> Api:
    return Api()


def opened(api: Api, order: Order, key: SessionKey | None = None, message_id: str = "m-open") -> Visit:
    visit = Visit(api, Payer(), key)
    open_link(visit, order.token, message_id)
    return visit


def open_link(visit: Visit, token: str, message_id: str = "m-open") -> None:
    visit.handle(EntryEvent(message=Message(message_id, "Start payment", "none", order_token=token)))


def says(visit: Visit, text: str, message_id: str = "") -> None:
    conversation = visit.conversation
    visit.handle(EntryEvent(message=Message(message_id or f"m-{conversation.revision}", text, conversation.step)))


def at_stripe(api: Api, **more: Any) -> tuple[Visit, Order]:
    order = api.memory.order(capture="hosted", action_type="checkout", **more)
    visit = opened(api, order)
    says(visit, "Confirm")
    assert visit.conversation.screen == "action"
    return visit, order


def test_a_link_opens_a_session_for_its_order_and_says_nothing_in_the_payers_name(api):
    order = api.memory.order()

    visit = opened(api, order)

    assert api.last_body["orderToken"] == order.token
    assert api.asked == [("POST", "chat")]
    assert visit.conversation.screen == "name"
    assert visit.conversation.order["merchant"] == "ACME"
    assert [line.role for line in visit.conversation.lines] == ["assistant"]


def test_the_token_is_kept_nowhere_and_never_printed(api):
    order = api.memory.order()
    visit = opened(api, order)

    assert order.token not in repr([{**vars(visit), "_api": None}, Message("m", "x", order_token=order.token)])
    assert not any(order.token in str(value) for value in vars(visit.conversation).values())


def test_nothing_is_asked_of_the_api_before_the_browser_has_said_how_the_payer_came(api):
    visit = Visit(api, Payer(), SessionKey("abc", "a-token-of-an-earlier-visit"))

    assert (visit.conversation.screen, api.asked) == ("arriving", [])


def test_a_link_replaces_the_conversation_of_another_order(api):
    first = opened(api, api.memory.order(description="A hat"))
    second = api.memory.order(description="Two tickets")

    visit = opened(api, second, key=first.conversation.key)

    assert visit.conversation.order["description"] == "Two tickets"
    assert visit.conversation.key.session_id != first.conversation.key.session_id
    assert visit.take_cookie_ticket()


def test_another_link_in_the_same_tab_leaves_nothing_of_the_first(api):
    visit = opened(api, api.memory.order(description="A hat"))
    says(visit, "Cancel")

    open_link(visit, api.memory.order(description="Two tickets").token, "m-other")

    assert visit.conversation.screen == "name"
    assert "A hat" not in repr(visit.conversation)


def test_a_link_whose_answer_was_lost_finds_its_session_when_it_is_sent_again(api):
    order = api.memory.order()
    visit = Visit(api, Payer(), None)
    api.memory.refusals = [(500, "internal_error")]
    open_link(visit, order.token)
    assert (visit.conversation.screen, visit.conversation.trouble.kind) == ("arriving", "failed")

    open_link(visit, order.token)

    first, again = (body for _, _, _, body in api.memory.requests)
    assert first == again
    assert visit.conversation.screen == "name"


def test_a_reload_goes_on_by_the_session_key(api):
    visit = opened(api, api.memory.order())
    says(visit, "John")

    again = Visit(api, Payer(), visit.conversation.key)
    again.handle(EntryEvent(command="arrive"))

    assert (again.conversation.screen, again.conversation.order) == ("card", visit.conversation.order)
    assert again.conversation.lines == visit.conversation.lines


@pytest.mark.parametrize("status", ["expired", "cancelled", "failed"])
def test_the_link_of_an_order_that_is_over_is_said_to_be_so(api, status):
    visit = opened(api, api.memory.order(status=status))

    assert visit.conversation.screen == "order_closed"
    assert visit.conversation.order == {
        "status": status, "merchant": "ACME", "returnUrl": "https://shop.example.org/thanks", "completedAt": None,
    }  # fmt: skip


@pytest.mark.parametrize("token", ["", "cut-short", "x" * 300, "4242 4242"])
def test_a_link_that_cannot_be_one_is_unknown_without_asking_the_api(api, token):
    visit = Visit(api, Payer(), None)
    open_link(visit, token)

    assert (visit.conversation.screen, visit.conversation.order, api.asked) == ("order_closed", None, [])


def test_a_link_that_nobody_knows_is_unknown(api):
    visit = Visit(api, Payer(), None)
    open_link(visit, "x" * 43)

    assert (visit.conversation.screen, visit.conversation.order) == ("order_closed", None)


def test_the_link_of_a_completed_order_shows_the_receipt_and_keeps_no_cookie(api):
    visit = opened(api, api.memory.order(status="completed"))

    assert visit.conversation.screen == "receipt"
    assert visit.conversation.payment == {"token": None, "brand": "visa", "last4": "4242"}
    assert visit.conversation.order["reference"] == "INV-1042"


def test_a_stage_that_takes_orders_only_asks_for_a_link(api):
    api.memory.needs_order = True
    visit = Visit(api, Payer(), None)
    visit.handle(EntryEvent(command="arrive"))
    says(visit, "Start payment")

    assert visit.conversation.screen == "needs_link"


def test_an_order_that_ended_while_the_payer_was_talking_keeps_what_is_known_of_it(api):
    order = api.memory.order()
    visit = opened(api, order)
    order.status = "cancelled"
    says(visit, "John")

    known = visit.conversation.order
    assert (visit.conversation.screen, known["status"], known["amountText"]) == ("order_closed", "cancelled", "€49.90")


def test_a_payer_who_cancels_may_open_the_link_again(api):
    visit = opened(api, api.memory.order())
    says(visit, "Cancel")

    assert (visit.conversation.screen, visit.conversation.order["merchant"]) == ("closed", "ACME")


def test_the_answer_tells_where_the_payer_has_to_go(api):
    visit, _ = at_stripe(api)

    assert visit.conversation.action.type == "checkout"
    assert visit.conversation.action.url == f"{api.memory.stripe_url}/checkout"
    assert visit.conversation.action.url not in repr(visit.conversation)


def test_a_refresh_brings_the_receipt_once_it_is_paid(api):
    visit, order = at_stripe(api)
    order.at_stripe = "paid"
    visit.handle(EntryEvent(command="refresh"))

    assert visit.conversation.screen == "receipt"
    assert visit.conversation.lines[-1].content == "Done. Thank you."


def test_a_refresh_that_brings_nothing_new_draws_nothing_anew(api):
    visit, _ = at_stripe(api)
    before = visit.conversation
    visit.handle(EntryEvent(command="refresh"))

    after = visit.conversation
    assert api.asked[-1] == ("POST", "refresh")
    assert (after.lines, after.revision, after.screen) == (before.lines, before.revision, "action")


def test_after_a_declined_try_at_stripe_the_payer_is_asked_again(api):
    visit, order = at_stripe(api)
    order.at_stripe = "declined"
    visit.handle(EntryEvent(command="refresh"))

    assert visit.conversation.screen == "confirm"
    assert visit.conversation.lines[-1].content == "That did not work. Would you like to try again?"


def back_from_stripe(api: Api, key: SessionKey | None) -> Visit:
    visit = Visit(api, Payer(), key)
    visit.handle(EntryEvent(command="returned"))
    return visit


def test_a_payer_who_is_back_gets_the_result_at_once(api):
    visit, order = at_stripe(api)
    order.at_stripe = "paid"

    again = back_from_stripe(api, visit.conversation.key)

    assert again.conversation.screen == "receipt"
    assert api.asked[-1] == ("POST", "refresh")


def test_a_payer_who_is_back_without_a_result_sees_the_way_to_stripe_again(api):
    visit, _ = at_stripe(api)

    assert back_from_stripe(api, visit.conversation.key).conversation.screen == "action"


@pytest.mark.parametrize("key", [None, SessionKey("abc", "a-token-that-nobody-handed-out")], ids=["no cookie", "old"])
def test_a_payer_who_is_back_in_a_browser_that_knows_nothing_is_sent_to_the_link(api, key):
    assert back_from_stripe(api, key).conversation.screen == "lost"


def reloaded(api: Api, key: SessionKey | None) -> Visit:
    visit = Visit(api, Payer(), key)
    visit.handle(EntryEvent(command="reloaded"))
    return visit


@pytest.mark.parametrize("key", [None, SessionKey("abc", "a-token-that-nobody-handed-out")], ids=["no cookie", "old"])
def test_a_reload_after_an_orders_end_sends_to_the_link_and_begins_nothing(api, key):
    assert reloaded(api, key).conversation.screen == "lost"


def test_a_reload_in_the_middle_of_an_order_goes_on(api):
    visit = opened(api, api.memory.order())

    assert reloaded(api, visit.conversation.key).conversation.screen == "name"


def test_a_reload_while_the_api_is_away_sends_to_the_link_once_it_answers(api):
    api.down = True
    again = reloaded(api, SessionKey("abc", "of-a-session-that-is-over"))
    assert (again.conversation.screen, again.conversation.trouble.kind) == ("arriving", "unreachable")

    api.down = False
    again.handle(EntryEvent(command="look_up"))

    assert again.conversation.screen == "lost"


def test_a_payer_who_is_back_while_the_api_is_away_is_told_no_result(api):
    visit, order = at_stripe(api)
    api.down = True
    again = back_from_stripe(api, visit.conversation.key)
    assert (again.conversation.screen, again.conversation.trouble.kind) == ("arriving", "unreachable")

    api.down, order.at_stripe = False, "paid"
    again.handle(EntryEvent(command="returned"))

    assert again.conversation.screen == "receipt"


def test_a_value_typed_into_a_field_is_sent_as_that_fields(api):
    visit = opened(api, api.memory.order())
    visit.handle(EntryEvent(message=Message("m-name", "Will Change", "name", by_field=True)))
    assert api.last_body["field"] == "name"

    says(visit, "what is this for?")
    assert "field" not in api.last_body


ACTION = Action("checkout", "https://stripe.example/pay", NOW + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        pytest.param(NOW, 1800, id="until the Checkout ends"),
        pytest.param(NOW + timedelta(minutes=31), 1740, id="then until the session does"),
    ],
)
def test_the_time_left_is_that_of_the_way_through_stripe(now, seconds):
    conversation = Conversation(
        SessionKey("abc", "t"), step="action", action=ACTION, expires_at=NOW + timedelta(hours=1)
    )

    assert conversation.seconds_left(now) == seconds


def test_trouble_on_the_way_back_leaves_the_conversation_where_it_stands():
    before = Conversation(SessionKey("abc", "t"), step="action", action=ACTION, order={"merchant": "ACME"})

    after = after_error(before, UnreachableError())

    assert replace(after, trouble=None) == before


def test_a_refresh_ends_the_trouble(api):
    visit, _ = at_stripe(api)
    troubled = after_error(visit.conversation, RefusedError(503, "temporarily_unavailable"))
    reply = api.refresh(visit.conversation.key, Payer())

    assert after_refresh(troubled, reply).trouble is None


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://checkout.stripe.com/c/pay/cs_test_a1", True),
        ("http://127.0.0.1:12111/pay", True),
        ("http://localhost:12111/pay", True),
        ("http://stripe.example/pay", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//elsewhere.example", False),
        ("https:", False),
        ("", False),
        (None, False),
    ],
)
def test_a_button_leads_to_a_safe_address_only(address, allowed):
    assert read_address(address) == (address if allowed else None)


def view(**more: Any):
    conversation = Conversation(SessionKey("abc", "t"), **{"step": "confirm", "order": {"merchant": "ACME"}, **more})
    return view_of(conversation, "en", None)


@pytest.mark.parametrize(
    ("shown", "steps"),
    [
        pytest.param(view(), ["Name", "Card", "Expiry", "Code", "Check"], id="card in the chat"),
        pytest.param(view(order={"capture": "hosted"}), ["Check", "Card"], id="card at Stripe"),
        pytest.param(
            view(step="action", action=replace(ACTION, type="authenticate")),
            ["Name", "Card", "Expiry", "Code", "Check", "Bank"],
            id="3-D Secure",
        ),
    ],
)
def test_the_head_shows_the_steps_of_the_order(shown, steps):
    assert [step_name(shown, each) for each in steps_of(shown)] == steps


def test_the_title_names_the_merchant():
    assert title_of(view()) == "ACME · Secure payment"
    assert title_of(view(order=None)) == "Secure payment"


def test_a_link_preview_shows_the_merchant_and_nothing_of_an_order():
    page = render(Heading("de", "ltr", "Sichere Zahlung"), 'ACME "& <Söhne>')

    assert '<html lang="de" dir="ltr">' in page
    assert "<title>ACME &quot;&amp; &lt;Söhne&gt; · Sichere Zahlung</title>" in page
    assert '<meta property="og:title" content="Sichere Zahlung" />' in page
    assert '<meta property="og:site_name" content="ACME &quot;&amp; &lt;Söhne&gt;" />' in page
    assert '<meta name="robots" content="noindex, nofollow" />' in page


def test_a_page_without_a_merchant_shows_no_empty_name():
    page = render(Heading("en", "ltr", "Secure payment"), "")

    assert "<title>Secure payment</title>" in page
    assert 'content=""' not in page
