"""Words that are number words but for a slip of the pen: "sevn eigth nien", "setecentotto"."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from chat.languages.folding import fold
from chat.languages.spellings import LARGE
from chat.languages.vocabulary import Vocabulary
from chat.understanding.digits.normalize import Text

_EAST_ASIAN = r"\u3040-\u30ff\u3400-\u9fff"
_TOKEN = re.compile(rf"\d+|[^\W\d_{_EAST_ASIAN}]+|[{_EAST_ASIAN}]+")
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30f6]+")
_BETWEEN_KANA = re.compile(r"[\s\d、,]{1,20}")
_BESIDE = " 、,"  # what may stand between a number in digits and more of it in kana
_MAX_REST = 5  # letters of a misspelled number word in kana
_GAP = re.compile(r"[\W_]{0,6}")  # what may stand between two words of a number, of which one is digits by now
_MIN_CODE_WORDS = 3  # a security code said digit by digit
_MIN_PAIR_CHARS = 10  # of two words that are a code together, as in "funfzg acht"
_MIN_WORD_CHARS = 7  # of one word that is a code by itself: shorter ones are also names
# Of such a word that is written together of several, and of one in kana.
_MIN_COMPOUND_CHARS, _MIN_KANA_CHARS, _MAX_COMPOUND_CHARS = 9, 5, 60
_MAX_LETTERS = 500  # a bound on the work: letters of long words of a message that are taken apart
_SPOKEN = "0"  # stands for a number word that was understood, of whatever language
_ALL, _LANGUAGES = -1, (1 << LARGE) - 1

Span = tuple[int, int]


class Said(NamedTuple):
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
    tokens = [(found.start(), found.end(), fold(found[0])) for found in _TOKEN.finditer(text.plain)]
    said = _say([(*each[:2], _SPOKEN if _is_spoken(text, each) else each[2]) for each in tokens], vocabulary)
    found = []
    for run in _runs(said, text.plain, vocabulary):
        words = [each for each in run if each.word != _SPOKEN]
        is_odd = not all(each.word in known for each in words)
        if (is_odd and len(run) > 1 and (in_digits or len(words) < len(run))) or (
            words and _is_code(words, vocabulary)
        ):
            found.append((run[0].start, run[-1].end))
    return _merged([*found, *_find_in_kana(text, vocabulary)])


def _is_spoken(text: Text, token: tuple[int, int, str]) -> bool:
    """Whether digits are those of a number word, or a single one."""
    start, _, word = token
    return word.isdigit() and (len(word) == 1 or _is_from_word(text, start))


def _find_in_kana(text: Text, vocabulary: Vocabulary) -> Iterator[Span]:
    """Number words near each other in kana, with the letters around that may be misspelled ones.

    What is written in kana beside them, with a space or a comma between, is taken for more of the same.
    """
    kana = [each.span() for each in _KANA.finditer(text.plain)]
    hidden = [list(_numbers_in_kana(text, begin, end, vocabulary)) for begin, end in kana]
    for chain in _chains(kana, text.plain):
        if len(chain) > 1 and any(hidden[at] for at in chain):
            yield kana[chain[0]][0], kana[chain[-1]][1]
    for spans in hidden:
        yield from spans


def _chains(kana: list[Span], plain: str) -> list[list[int]]:
    """The places of words that nothing but spaces, commas and digits stands between."""
    chains: list[list[int]] = []
    for at, (begin, _) in enumerate(kana):
        if at and _BETWEEN_KANA.fullmatch(plain, kana[at - 1][1], begin):
            chains[-1].append(at)
        else:
            chains.append([at])
    return chains


def _numbers_in_kana(text: Text, begin: int, end: int, vocabulary: Vocabulary) -> Iterator[Span]:
    word = fold(text.plain[begin:end])
    places = vocabulary.spellings.number_places(word) if len(word) == end - begin else ()
    found = [(begin + start, begin + stop) for start, stop in places]
    before = _is_from_word(text, begin - 1) or (found and text.plain[:begin].rstrip(_BESIDE)[-1:].isdigit())
    after = _is_from_word(text, end) or (found and text.plain[end:].lstrip(_BESIDE)[:1].isdigit())
    found = [*([(begin, begin)] if before else []), *found, *([(end, end)] if after else [])]
    for beside in _near_each_other(found):
        if len(beside) > 1 or beside[0][1] - beside[0][0] not in (2, 3):
            start, stop = beside[0][0] - _MAX_REST, beside[-1][1] + _MAX_REST
            yield start if start - begin > _MAX_REST else begin, stop if end - stop > _MAX_REST else end


def _is_from_word(text: Text, index: int) -> bool:
    """Whether a digit stands here that was understood from a number word."""
    char = text.plain[index : index + 1] if index >= 0 else ""
    return char.isdigit() and not text.original(index, index + 1).isdigit()


def _near_each_other(places: list[Span]) -> list[list[Span]]:
    together: list[list[Span]] = []
    for place in places:
        if together and place[0] - together[-1][-1][1] <= _MAX_REST:
            together[-1].append(place)
        else:
            together.append([place])
    return together


def _merged(spans: list[Span]) -> list[Span]:
    """In order, without overlaps."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def resemble_code(words: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether three of these folded words in a row, most of them, or a long one resemble number words of a language."""
    said = _say([(at, at + 1, word) for at, word in enumerate(words)], vocabulary)
    return any(
        _is_code(run, vocabulary)
        and (len(run) >= _MIN_CODE_WORDS or 2 * len(run) > len(said) or len(run[0].word) >= _MIN_COMPOUND_CHARS)
        for run in _runs(said, "", vocabulary)
    )


def _say(tokens: Sequence[tuple[int, int, str]], vocabulary: Vocabulary) -> list[Said]:
    spellings, left = vocabulary.spellings, _MAX_LETTERS
    near = {word: spellings.near(word) for word in {word for *_, word in tokens} - {_SPOKEN}}
    found = []
    for start, end, word in tokens:
        languages = _ALL if word == _SPOKEN else near[word]
        is_kana = _is_kana(word)
        least = _MIN_KANA_CHARS if is_kana else _MIN_COMPOUND_CHARS
        if not languages and least <= len(word) <= _MAX_COMPOUND_CHARS and left > 0:
            languages = spellings.near_compound(word) & _LANGUAGES
            languages |= languages << LARGE  # two numbers are a large one
            left -= len(word)
        elif not languages and is_kana and len(word) < least:
            languages = spellings.compound(word)
        found.append(Said(start, end, word, languages))
    return found


def _runs(said: Sequence[Said], plain: str, vocabulary: Vocabulary) -> Iterator[list[Said]]:
    """Words in a row that resemble number words of one language; between two of them may stand an "and"."""
    near = [each for each in said if each.languages or each.word in vocabulary.links]
    spoken = 0
    for each in near:
        spoken |= each.languages if each.languages != _ALL else 0
    for bit in [bit for bit in range(LARGE) if spoken >> bit & 1]:
        run: list[Said] = []
        end = 0
        for each in near:
            is_number = each.languages >> bit & 1
            is_beside = each.start == end if not plain else _GAP.fullmatch(plain, end, each.start) is not None
            if run and not is_beside:
                yield run
                run = []
            if is_number:
                run.append(each)
            if is_number or each.word in vocabulary.links:
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
    large = (one.languages | other.languages) >> LARGE & one.languages & other.languages & _LANGUAGES
    is_pair = len(one.word) + len(other.word) >= _MIN_PAIR_CHARS and large != 0
    return is_pair or any(_is_code([each], vocabulary) for each in run)


def _is_kana(word: str) -> bool:
    return "\u3041" <= word[0] <= "\u309f"  # hiragana, as which katakana is folded
