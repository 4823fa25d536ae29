"""Phrases whose words may stand anywhere in a clause, each with what it means, found without trying them all."""

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class PhraseSets(Generic[T]):
    """Pairs of words and a value, in an order that counts: the first that is found goes before the others."""

    def __init__(self, held: Iterable[tuple[frozenset[str], T]]) -> None:
        self._held = tuple(held)
        self._by_word: dict[str, list[int]] = {}
        for at, (phrase, _) in enumerate(self._held):
            self._by_word.setdefault(max(phrase, key=len), []).append(at)

    def __iter__(self) -> Iterator[tuple[frozenset[str], T]]:
        return iter(self._held)

    def among(self, said: frozenset[str]) -> Iterator[T]:
        """The values of the phrases whose words are all said."""
        places = [at for word in said for at in self._by_word.get(word, ())]
        for at in sorted(places):
            phrase, held = self._held[at]
            if phrase <= said:
                yield held

    def inside(self, text: str) -> Iterator[T]:
        """The same in a text without spaces."""
        return (held for phrase, held in self._held if all(word in text for word in phrase))
