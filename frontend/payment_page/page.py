"""The payment page: draws a conversation and passes on what is typed. Streamlit runs it again for every event."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from payment_page import session_cookie
from payment_page.api_types import Payer
from payment_page.client import ChatApi, from_environment
from payment_page.conversation import BRANDS, Conversation
from payment_page.entry import Entry, SecureEntry, View
from payment_page.texts import choose, direction, texts
from payment_page.visit import Visit

STEPS = ("name", "card", "expiry", "cvv", "confirm")
AVATARS = {"user": ":material/person:", "assistant": ":material/lock:"}


@st.cache_resource
def _api() -> ChatApi:
    return from_environment()


@st.cache_resource
def _entry() -> Entry:
    return SecureEntry()


def _arrive() -> Visit:
    return Visit(_api(), _payer(), session_cookie.read(st.context.cookies))


def _payer() -> Payer:
    """Behind a load balancer the last hop it names is the one it saw itself; those before it anyone can write."""
    hops = st.context.headers.get("X-Forwarded-For", "").split(",")
    return Payer(hops[-1].strip() or st.context.ip_address, st.context.headers.get("Accept-Language"))


def main(entry: Entry | None = None, arrive: Callable[[], Visit] = _arrive) -> None:
    if "visit" not in st.session_state:
        st.session_state.visit = arrive()
    draw(st.session_state.visit, entry or _entry())


def draw(visit: Visit, entry: Entry) -> None:
    now = visit.now
    view = view_of(now, now.language or choose(visit.payer.languages), visit.cookie)
    visit.cookie = None
    st.set_page_config(page_title=view.texts["title"], page_icon="🔒")
    current = STEPS.index(now.screen) if now.screen in STEPS else None
    entry.head(view, [view.texts[f"step_{each}"] for each in STEPS], current, visit.hear)
    with st.container(gap="xsmall"):
        for line in now.lines:
            st.chat_message(line.role, avatar=AVATARS[line.role]).text(line.content)
    entry.panel(view, visit.hear)


def view_of(now: Conversation, language: str, cookie: str | None) -> View:
    return View(
        run=secrets.token_hex(4),
        language=language,
        direction=direction(language),
        texts=texts(language),
        brands=BRANDS,
        screen=now.screen,
        step=now.step,
        live=now.is_live,
        collected=now.collected,
        payment=now.payment,
        refusal=now.said if now.error and now.error["field"] == now.screen else None,
        said=now.said,
        trouble=now.trouble,
        answered=now.answered,
        turn=now.turn,
        seconds_left=now.seconds_left(datetime.now(UTC)),
        cookie=cookie,
        chat=now.is_live or now.screen == "welcome",
    )


if __name__ == "__main__":
    main()
