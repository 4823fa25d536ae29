"""Words that are number words but for a slip of the pen: "sevn eigth nien", "setecentotto"."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from chat.languages.language import fold
from chat.languages.spellings import LARGE
from chat.languages.vocabulary import Vocabulary
from chat.understanding.digits.normalize import Text

_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_GAP = re.compile(r"[\W_]{1,6}")  # what may stand between two words of a number
_MIN_CODE_WORDS = 3  # a security code said digit by digit
_MIN_PAIR_CHARS = 4  # of each of two words that are a code together, as in "funfzg acht"
_MIN_WORD_CHARS = 7  # of one word that is a code by itself: shorter ones are also names
# Of such a word that is written together of several, and of one in kana.
_MIN_COMPOUND_CHARS, _MIN_KANA_CHARS, _MAX_COMPOUND_CHARS = 9, 5, 60
_MAX_LETTERS = 500  # a bound on the work: letters of long words of a message that are taken apart
_ALL, _LANGUAGES = -1, (1 << LARGE) - 1  # a group of digits is of every language

Span = tuple[int, int]


@dataclass(frozen=True)
class Said:
    """A word or a group of digits, folded, and the languages of which it resembles a number word, as a set of bits."""

    start: int
    end: int
    word: str
    languages: int


def find_misspelled(text: Text, vocabulary: Vocabulary, known: Collection[str], *, in_digits: bool) -> list[Span]:
    """Where words of one language in a row resemble a security code, or go on the digits beside them.

    `known`: words that are something else unless there are enough others. `in_digits`: digits are asked for, so that
    any two such words do.
    """
    said = _say([(found.start(), found.end(), fold(found[0])) for found in _TOKEN.finditer(text.plain)], vocabulary)
    found = []
    for run in _runs(said, text.plain, vocabulary):
        words = [each for each in run if not each.word.isdigit()]
        is_odd = not all(each.word in known for each in words)
        if (is_odd and len(run) > 1 and (in_digits or len(words) < len(run))) or (
            words and _is_code(words, vocabulary)
        ):
            found.append((run[0].start, run[-1].end))
    return found


def resemble_code(words: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether most of these folded words, or three in a row, resemble number words of one language."""
    said = _say([(at, at, word) for at, word in enumerate(words)], vocabulary)
    runs = list(_runs(said, "", vocabulary))
    return any(len(run) >= _MIN_CODE_WORDS or (2 * len(run) > len(said) and _is_code(run, vocabulary)) for run in runs)


def _say(tokens: Sequence[tuple[int, int, str]], vocabulary: Vocabulary) -> list[Said]:
    spellings, left = vocabulary.spellings, _MAX_LETTERS
    found = []
    for start, end, word in tokens:
        languages = _ALL if word.isdigit() else spellings.near(word)
        least = _MIN_KANA_CHARS if _is_kana(word) else _MIN_COMPOUND_CHARS
        if not languages and least <= len(word) <= _MAX_COMPOUND_CHARS and left > 0:
            languages = spellings.near_compound(word)
            left -= len(word)
        found.append(Said(start, end, word, languages))
    return found


def _runs(said: Sequence[Said], plain: str, vocabulary: Vocabulary) -> Iterator[list[Said]]:
    """Words in a row that resemble number words of one language; between two of them may stand an "and"."""
    run: list[Said] = []
    shared, end = 0, 0
    for each in said:
        is_beside = not plain or _GAP.fullmatch(plain, end, each.start) is not None
        goes_on = bool(run) and is_beside and bool(shared & each.languages & _LANGUAGES)
        if run and not goes_on and not (is_beside and each.word in vocabulary.links):
            yield run
            run = []
        if each.languages and (goes_on or not run):
            shared = shared & each.languages if run else each.languages
            run.append(each)
        end = each.end
    if run:
        yield run


def _is_code(run: Sequence[Said], vocabulary: Vocabulary) -> bool:
    """Whether these words are enough for a security code: three, a pair such as "funfzg acht", or a long one.

    A single one without a mistake is not: it may be a name.
    """
    if len(run) >= _MIN_CODE_WORDS:
        return True
    if len(run) == 1:
        word = run[0].word
        least = _MIN_KANA_CHARS if _is_kana(word) else _MIN_WORD_CHARS
        return len(word) >= least and word not in vocabulary.max_words
    one, other = run
    shared = one.languages & other.languages
    large = (one.languages | other.languages) >> LARGE
    return min(len(one.word), len(other.word)) >= _MIN_PAIR_CHARS and bool(shared & large & _LANGUAGES)


def _is_kana(word: str) -> bool:
    return "\u3041" <= word[0] <= "\u309f"  # hiragana, as which katakana is folded
