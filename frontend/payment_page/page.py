"""The payment page's script: draws a conversation and passes on what is typed. Streamlit runs it for every event."""

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from payment_page import session_cookie
from payment_page.api_types import Payer, SessionKey
from payment_page.chat_api import ChatApi, from_environment
from payment_page.conversation import ARRIVING, Conversation
from payment_page.entry import Entry, SecureEntry, View
from payment_page.texts import choose_language, text_direction, texts
from payment_page.transcript import BRAND_NAMES
from payment_page.visit import Visit

CARD_STEPS = ("name", "card", "expiry", "cvv", "confirm")
AVATARS = {"user": ":material/person:", "assistant": ":material/lock:"}


@st.cache_resource
def _api() -> ChatApi:
    return from_environment()


@st.cache_resource
def _entry() -> Entry:
    return SecureEntry()


def _start_visit() -> Visit:
    return Visit(_api(), _payer(), session_cookie.read_key(st.context.cookies))


def _payer() -> Payer:
    """The address is the last hop of X-Forwarded-For: the load balancer wrote that one, the payer may have the rest."""
    hops = st.context.headers.get("X-Forwarded-For", "").split(",")
    return Payer(hops[-1].strip() or st.context.ip_address, st.context.headers.get("Accept-Language"))


def main(entry: Entry | None = None, start_visit: Callable[[], Visit] = _start_visit) -> None:
    if "visit" not in st.session_state:
        st.session_state.visit = start_visit()
    draw(st.session_state.visit, entry or _entry())


def draw(visit: Visit, entry: Entry) -> None:
    conversation = visit.conversation
    language = conversation.language or choose_language(visit.payer.languages)
    view = view_of(conversation, language, visit.take_cookie_ticket())
    st.set_page_config(page_title=title_of(view), page_icon="🔒")
    steps = steps_of(view)
    current = steps.index(view.screen) if view.screen in steps else None
    entry.head(view, [step_name(view, each) for each in steps], current, visit.handle)
    with st.container(gap="xsmall"):
        for line in conversation.lines:
            st.chat_message(line.role, avatar=AVATARS[line.role]).text(line.content)
    entry.panel(view, visit.handle)


def first_screen(accept_language: str | None, *, may_go_on: bool) -> dict[str, Any]:
    """What the entry shows before Streamlit has connected: the welcome, or nothing yet where a session may go on."""
    view = view_of(
        Conversation(SessionKey(""), step=ARRIVING if may_go_on else "none"), choose_language(accept_language), None
    )
    return {**asdict(view), "run_id": "", "steps": [step_name(view, each) for each in steps_of(view)], "current": None}


def title_of(view: View) -> str:
    merchant = (view.order or {}).get("merchant")
    return f"{merchant} · {view.texts['title']}" if merchant else view.texts["title"]


def steps_of(view: View) -> tuple[str, ...]:
    """The steps that the head shows: the payer is led to Stripe always, after 3-D Secure was asked for, or never."""
    if view.order and view.order.get("capture") == "hosted":
        return ("confirm", "action")
    return (*CARD_STEPS, "action") if view.screen == "action" else CARD_STEPS


def step_name(view: View, step: str) -> str:
    if step != "action":
        return view.texts[f"step_{step}"]
    return view.texts["step_authenticate" if view.action and view.action["type"] == "authenticate" else "step_checkout"]


def view_of(conversation: Conversation, language: str, cookie_ticket: str | None) -> View:
    error, screen, action = conversation.error, conversation.screen, conversation.action
    return View(
        run_id=secrets.token_hex(4),
        language=language,
        direction=text_direction(language),
        texts=texts(language),
        brands=BRAND_NAMES,
        screen=screen,
        step=conversation.step,
        is_live=conversation.is_live,
        collected=conversation.collected,
        payment=conversation.payment,
        order=conversation.order,
        action={"type": action.type, "url": action.url} if action else None,
        refusal=conversation.last_reply if error and error["field"] == screen else None,
        last_reply=conversation.last_reply,
        trouble=conversation.trouble,
        answered_id=conversation.answered_id,
        revision=conversation.revision,
        seconds_left=conversation.seconds_left(datetime.now(UTC)),
        cookie_ticket=cookie_ticket,
        has_message_line=conversation.is_live or screen == "welcome",
    )


if __name__ == "__main__":
    main()
