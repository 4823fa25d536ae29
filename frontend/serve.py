"""The page's server. `CHAT_API_URL=… PAGE_PORT=8501 python frontend/serve.py`"""

import os

import streamlit as st

app = st.App("page.py")

if __name__ == "__main__":
    app.run(
        config={
            "server.address": os.environ.get("PAGE_ADDRESS", "127.0.0.1"),
            "server.port": int(os.environ.get("PAGE_PORT", "8501")),
        }
    )
