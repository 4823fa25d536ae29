"""A person's name in what they wrote."""

import re
import unicodedata
from itertools import islice

from chat.languages.folding import fold, words
from chat.languages.language import Language
from chat.languages.likeness import MAX_CHARS
from chat.understanding.corrections.labelled_name import cut_before_fields, cut_before_label, is_about_fields
from chat.understanding.corrections.likely_name import (
    PARTICLES,
    begins_as_talk,
    is_described,
    is_leading,
    is_talk,
    strip_leading,
    strip_talk,
)
from chat.understanding.corrections.name_digits import refuse_digits
from chat.understanding.digits.normalize import BLANK, Text, normalize
from chat.values.card import Field, Refusal

MAX_NAME_CHARS = 100
MAX_NAME_WORDS = 6
_MAX_LEADS = 8  # in one message that are followed: a bound on the work
_MAX_AROUND = 8  # words of a message in which a small word behind "it says" is a name
_MAX_NESTING = 2  # lead-ins and tails one within the other: "it's under Jane Doe, sorry"
_EDGES = ' \t\r\n,;:!?"()“”„«»¡¿、。，！？' + BLANK
_PIECES = re.compile(rf"[,;!\n、，！،؛{BLANK}]+|(?<=\w\w\w)\.\s+")
_UNSPACED_PIECES = re.compile(rf"[,;!\s、，！{BLANK}]+")
_FIRST_SENTENCE = re.compile(r"\s*\w\S*\s.*?\w\w\w(?=\.\s)")  # of two words or more: "Prof. Jane Hill" is one
_LATIN_NAME = re.compile(r"[^\W\d_\u0250-\uffff][\w'’.-]*(?: [^\W\d_\u0250-\uffff][\w'’.-]*)+")
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d", re.ASCII)
_ABBREVIATIONS = frozenset({
    "esq.", "hno.", "hnos.", "ltd.", "vda.", "inc.", "iii.", "mag.", "ing.", "prof.", "jr.", "sr.", "jn.", "dr.", "st.",
    "co.", "ii.", "iv.", "ph.d.", "b.v.", "n.v.", "s.a.", "s.l.",
})  # fmt: skip
_MARKS = " '’ʼ‘`´-‐‑.,·・&"


def find_introduced_name(text: Text, language: Language, *, weakly: bool) -> str | None:
    """What a lead-in such as "my name is" announces. `weakly`: "I'm" is taken for one too."""
    if not language.unspaced and language.lead_words.isdisjoint(words(text.plain)):
        return None
    first_heard = None
    for leads in (language.name_leads, language.weak_leads) if weakly else (language.name_leads,):
        for found in islice(leads.finditer(text.plain), _MAX_LEADS):
            said = found[1].partition(BLANK)[0]
            sentence = _FIRST_SENTENCE.match(said)
            said = cut_before_fields(sentence[0] if sentence else said, language)
            if begins_as_talk(said, language) or (leads is language.weak_leads and is_described(said, language)):
                continue
            latin = _LATIN_NAME.search(said) if language.unspaced else None
            first, last = latin.span() if latin else strip_talk(said, language)
            name = _trim(text.original(found.start(1) + first, found.start(1) + last), language)
            if is_talk(name, language):
                continue
            if not _LETTER.search(name) or _is_sentence(name, language, strict=True):
                continue
            if language.unspaced or not name.islower() or " " in name:
                return name
            is_word = leads is language.weak_leads and len(words(text.plain)) > _MAX_AROUND  # "it says reserve there"
            if first_heard is None and not is_word:  # "it is the name you need changing: the name is Jane Doe"
                first_heard = name
    return first_heard


def find_bare_name(text: Text, language: Language) -> str | None:
    """The name in a message that was asked for one; none when nothing but other fields is in it."""
    plain = text.plain
    latin = _LATIN_NAME.search(plain) if language.unspaced else None
    if latin and latin[0] != plain.strip():  # "じゃあ SATO KENJI で"
        return text.original(*latin.span())
    if BLANK not in plain:
        start, end = _find_core(plain, language)
        start += strip_leading(plain[start:end], language)
        first, last = strip_talk(plain[start:end], language)
        return text.original(start + first, start + last)
    start = 0
    for piece in [*_PIECES.finditer(plain), None]:
        end = piece.start() if piece else len(plain)
        said = cut_before_label(cut_before_fields(plain[start:end], language), language)
        is_said = _LETTER.search(said) and not is_about_fields(said, language)
        if is_said and not (piece and is_leading(said.strip(_EDGES), language)):  # "va, Brayan Orozco, el número es …"
            return text.original(start, start + len(said))
        start = piece.end() if piece else end
    return None


def find_corrected_name(text: Text, known: str, language: Language) -> str | None:
    """ "No, John Doe", "sorry, it's John Doe": another name for the one just given.

    It is like that one or has a capital, as "no, leave me alone" has not.
    """
    slip = language.slips.match(text.plain)
    first, last = strip_talk(text.plain[slip.end() :], language) if slip else (0, 0)
    name = _trim(text.original(slip.end() + first, slip.end() + last), language) if slip else ""
    if not _LETTER.search(name) or _is_sentence(name, language, strict=True):
        return None
    pieces = set if language.unspaced else words
    alike = not set(pieces(name)).isdisjoint(pieces(known))
    return name if alike or name[0].isupper() or known.islower() else None


def check_typed_name(typed: str) -> str | Refusal:
    """The name that was typed into a field of its own: whatever it is made of, it is no sentence."""
    shown = "".join(char for char in typed if char in "\u200c\u200d" or unicodedata.category(char) != "Cf")
    return _check_characters(" ".join(shown.split()))


def check_name(typed: str, language: Language) -> str | Refusal:
    """The name as typed, without what surrounds it."""
    name = _check_characters(_trim(typed, language))
    if isinstance(name, str) and _is_sentence(name, language, strict=False):
        return Refusal("name_invalid", Field.NAME)
    return name


def _has_too_many_words(name: str) -> bool:
    """More than a name has, or the same one twice, particles such as "de la" apart."""
    said = words(name)
    other = [word for word in said if word not in PARTICLES]
    return len(said) > MAX_NAME_WORDS or len(set(other)) < len(other)


def check_name_in_chat(typed: str, language: Language) -> str | Refusal:
    """A name; one that reads as digits is shown to nobody, and many number words are a card number."""
    name = check_name(typed, language)
    said = typed[:MAX_NAME_CHARS]
    if isinstance(name, Refusal) and _DIGIT.search(normalize(said).plain):
        return name
    read = refuse_digits(name if isinstance(name, str) else said, language)
    return read if isinstance(name, str) or read == Refusal("name_looks_like_card", Field.NAME) else name


def _check_characters(name: str) -> str | Refusal:
    fine = 0 < len(name) <= MAX_NAME_CHARS and any(map(str.isalpha, name)) and all(map(_may_stand, name))
    return name if fine and not _has_too_many_words(name) else Refusal("name_invalid", Field.NAME)


def _trim(typed: str, language: Language) -> str:
    shown = "".join(char for char in typed if char in "\u200c\u200d" or unicodedata.category(char) != "Cf")
    name = " ".join(shown.strip(_EDGES).split())
    for _ in range(_MAX_NESTING):
        name = _unwrap(name, language)
    return name


def _unwrap(name: str, language: Language) -> str:
    if name.endswith(".") and len(name.rpartition(" ")[2]) > 2 and fold(name.rpartition(" ")[2]) not in _ABBREVIATIONS:
        name = name.rstrip(".")
    for tail in language.name_tails:
        if name.lower().endswith(tail) and len(name) > len(tail):
            name = name[: -len(tail)].strip(_EDGES)
    lead = language.name_leads.match(name) or language.weak_leads.match(name)
    return lead[1].strip(_EDGES) if lead and lead.end() == len(name) else name


def _find_core(plain: str, language: Language) -> tuple[int, int]:
    """Where the name stands without what is said before and after it: "it's me, John", "John Doe, sorry"."""
    pieces = _UNSPACED_PIECES if language.unspaced else _PIECES
    ends = [*(piece.span() for piece in pieces.finditer(plain)), (len(plain), len(plain))]
    starts = [0, *(end for _, end in ends[:-1])]
    kept: list[tuple[int, int]] = []
    is_taken_back = False
    is_short = len(plain) <= MAX_CHARS
    talked = [is_short and is_talk(plain[start:end], language) for start, (end, _) in zip(starts, ends, strict=True)]
    for start, (end, _), is_other in zip(starts, ends, talked, strict=True):
        said = words(_trim(plain[start:end], language))
        is_slip = " ".join(said) in language.slip_words
        if is_other and not is_slip and not all(talked):
            continue
        if is_slip:  # "John, sorry, Jane"
            is_taken_back = True
        elif not language.not_names.issuperset(said) and not (
            start == 0 and end < len(plain) and is_leading(plain[start:end], language)
        ):
            kept = [(start, end)] if is_taken_back else [*kept, (start, end)]
            is_taken_back = False
    return (kept[0][0], kept[-1][1]) if kept else (0, len(plain))


def _is_sentence(said: str, language: Language, *, strict: bool) -> bool:
    """Words that names are not made of. `strict`: one is enough, else two, or nothing but such words."""
    spoken = words(said)
    if strict and language.unspaced and any(word in spoken[0] for word in language.not_names):
        return True
    odd = [word for word in spoken if word in language.not_names]
    return bool(odd) and (strict or len(odd) > 1 or len(odd) == len(spoken))


def _may_stand(char: str) -> bool:
    return char.isalpha() or char in _MARKS or char in "\u200c\u200d" or unicodedata.category(char) in ("Mn", "Mc")
