"""LangChain's DynamoDBChatMessageHistory, created for each request as its documentation does; the session is shared."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import boto3
from langchain_community.chat_message_histories import DynamoDBChatMessageHistory
from langchain_core.messages import AIMessage, HumanMessage

from benchmarks.contenders import script

STEPS = list(script.ASK)


class LangChain:
    """Stores the messages only. The number of values in them tells the step."""

    def __init__(self, *, kept: bool = False) -> None:
        self.session = boto3.Session()
        self.history = self._new_history("") if kept else None
        self.numbers = count()

    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        session_id = f"bench-{os.getpid()}-{next(self.numbers)}"
        for text in texts:
            yield lambda text=text: self.answer(session_id, text)

    def answer(self, session_id: str, text: str) -> str:
        history = self._history_of(session_id)
        given = sum(
            1 for message in history.messages if message.type == "human" and not _is_question(str(message.content))
        )
        _, reply, _ = script.step(STEPS[given], text)
        history.add_messages([HumanMessage(text), AIMessage(reply)])
        return reply

    def _history_of(self, session_id: str) -> DynamoDBChatMessageHistory:
        if self.history is None:
            return self._new_history(session_id)
        self.history.session_id, self.history.key = session_id, {"SessionId": session_id}
        return self.history

    def _new_history(self, session_id: str) -> DynamoDBChatMessageHistory:
        return DynamoDBChatMessageHistory(
            os.environ["LANGCHAIN_TABLE"], session_id, boto3_session=self.session, ttl=3600
        )


def _is_question(text: str) -> bool:
    return text.endswith(("?", "please"))


def contender() -> LangChain:
    return LangChain()
