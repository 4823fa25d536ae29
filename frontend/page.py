"""A plain chat in six steps against the API; card digits are masked before they are shown."""

import re
import secrets
import string

import streamlit as st
from client import ChatApi, Key, Message, Payer, RefusedError, UnreachableError, from_environment

MADE_OF = string.ascii_lowercase


def make_id() -> str:
    """Letters only: an id may not hold a long run of digits."""
    return "".join(secrets.choice(MADE_OF) for _ in range(24))


@st.cache_resource
def api() -> ChatApi:
    return from_environment()


def masked(text: str, step: str) -> str:
    return text if step == "expiry" else re.sub(r"\d", "•", text)


st.set_page_config(page_title="Payment", page_icon="🔒")
st.title("Payment")
state = st.session_state
state.setdefault("key", Key(make_id()))
state.setdefault("lines", [])
state.setdefault("step", "none")

for role, text in state.lines:
    st.chat_message(role).write(text)

if typed := st.chat_input("Write a message", max_chars=1000):
    own = masked(typed, state.step)
    st.chat_message("user").write(own)
    try:
        with st.spinner("Sending"):
            reply = api().send(Message(make_id(), typed), state.key, Payer())
    except (RefusedError, UnreachableError) as trouble:
        st.error("That did not work. Please send it again." if isinstance(trouble, UnreachableError) else f"{trouble}")
        st.stop()
    state.key = Key(reply.session_id, reply.token or state.key.token)
    state.step = reply.step
    answer = reply.text + (f"\n\n`{reply.payment['token']}`" if reply.payment else "")
    state.lines += [("user", own), ("assistant", answer)]
    st.rerun()
