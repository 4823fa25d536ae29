"""LangGraph with langgraph-checkpoint-aws: one node; graph and saver are created once; a thread for each session."""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Annotated, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph_checkpoint_aws import DynamoDBSaver

from benchmarks.contenders import script


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    step: str
    collected: dict[str, str]


def answer(state: State) -> State:
    after, reply, collected = script.step(state.get("step", "none"), str(state["messages"][-1].content))
    return {
        "messages": [AIMessage(reply)],
        "step": after,
        "collected": {**state.get("collected", {}), **collected},
    }


class LangGraph:
    def __init__(self) -> None:
        graph = StateGraph(State).add_node("answer", answer).add_edge(START, "answer").add_edge("answer", END)
        self.graph = graph.compile(checkpointer=DynamoDBSaver(os.environ["LANGGRAPH_TABLE"], ttl_seconds=3600))
        self.numbers = count()

    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        thread = {"configurable": {"thread_id": f"bench-{os.getpid()}-{next(self.numbers)}"}}
        for text in texts:
            yield lambda text=text: self.graph.invoke({"messages": [HumanMessage(text)]}, thread)


def contender() -> LangGraph:
    return LangGraph()
