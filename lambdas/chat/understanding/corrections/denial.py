"""Whether a value in a message is said not to be it, as 123 is in "456, not 123"."""

import re

from chat.languages.folding import words
from chat.languages.language import Language
from chat.languages.lexicon import load_lexicon

_BEFORE, _AFTER = 24, 8  # characters around a value in which it is denied
_GAP = " 月年、，"  # what may stand between a value and the words after it that deny it
_BREAK = re.compile(r"[,;:.!?\n…、，。！？،؛]")


def is_denied(plain: str, span: tuple[int, int], language: Language) -> bool:
    """ "not 30", "statt 30"; "30ではなく"; "وليس 30", where "and" is one letter of the word.

    A no may also be the end of what was said before: "123 no 456" and "no, 456" deny nothing.
    """
    start = max(0, span[0] - _BEFORE)
    before, after = plain[start : span[0]], plain[span[1] : span[1] + _AFTER]
    clause = _BREAK.split(before)[-1]
    if language.unspaced:
        near = clause.rstrip()[-4:]
        return any(after.lstrip(_GAP).startswith(word) or near.endswith(word) for word in language.negations)
    lexicon = load_lexicon(language.tag)
    said = words(clause)
    if not said:
        return False
    word = said[-2] if len(said) > 1 and said[-1] in lexicon.copulas else said[-1]
    if word in lexicon.instead or word[1:] in lexicon.instead:
        return True
    is_no = language.intents.get((word,)) == "no"
    begins = (
        re.match(r"\s*\w", clause) is not None and words(clause)[0] == word and (len(clause) < len(before) or not start)
    )
    return (word in language.negations or word[1:] in language.negations) and (begins or not is_no)
