"""LangChain's history with one object for the whole process, which its documentation does not show."""

from benchmarks.contenders.langchain_history import LangChain


def contender() -> LangChain:
    return LangChain(kept=True)
