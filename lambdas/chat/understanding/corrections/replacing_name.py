"""A name in capitals where another one is asked for: "please write Oksana Hryhorenko", "MARI ONISHIに直して"."""

import re

from chat.languages.folding import fold, words
from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon
from chat.languages.likeness import MAX_CHARS, talk
from chat.understanding.corrections.likely_name import PARTICLES

_LATIN = re.compile(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)+", re.ASCII)
_SENTENCE = re.compile(r"(?:[^,;:.!?\n]|(?<=\b[^\W\d_])\.)+")  # an initial is no end of one
_WORD = re.compile(r"[^\s\"“”„«»()]+")
_LEAST_SPELLED = 3
_LEAST = 2  # words: one with a capital is many things


def find_replacing_name(plain: str, known: str, language: Language) -> tuple[int, int] | None:
    """Where the last words with capitals stand that are neither talk nor the name that is known."""
    if len(plain) > MAX_CHARS or plain == plain.lower():
        return None
    if language.unspaced:
        found = [each.span() for each in _LATIN.finditer(plain)]
    else:
        found = [run for each in _SENTENCE.finditer(plain) for run in _runs(plain, each.span(), language)]
    other = [span for span in found if _is_other(plain[slice(*span)], known, language)]
    return other[-1] if other else None


def is_spelled(name: str) -> bool:
    """Whether it is letters that spell the name: "L A W S O N"."""
    said = words(name)
    return len(said) >= _LEAST_SPELLED and all(len(word) == 1 for word in said)


def _is_other(name: str, known: str, language: Language) -> bool:
    said = words(name)
    other = language.fields.keys() | language.not_names
    is_about_card = any(word in other for word in said if len(word) > 1)
    return said != words(known) and not is_about_card and not is_spelled(name)


def _runs(plain: str, sentence: tuple[int, int], language: Language) -> list[tuple[int, int]]:
    """Words with capitals in a row, particles between them; a word of talk begins a sentence, and no name."""
    spoken = (talk(language.tag), load_lexicon(language.tag).copulas, language.fillers)
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(plain, *sentence):
        is_first = not runs[-1] and not runs[0]
        is_talk = is_first and any(fold(word[0]) in each for each in spoken)
        if word[0][0].isupper() and not is_talk:
            runs[-1].append(word)
        elif not (runs[-1] and fold(word[0]) in PARTICLES):
            runs.append([])
    return [(run[0].start(), run[-1].end()) for run in runs if len(run) >= _LEAST]
