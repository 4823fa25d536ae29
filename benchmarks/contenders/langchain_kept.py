"""LangChain's history again, with one object kept for the life of the process: what its documentation does not show."""

from benchmarks.contenders.langchain_history import LangChain


def contender() -> LangChain:
    return LangChain(kept=True)
