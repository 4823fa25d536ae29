"""Whether a name is likely to be one, or talk that nobody meant as a name: "agent", "lol no", "bin nicht sicher"."""

import re

from chat.languages.folding import fold, has_case, words
from chat.languages.language import DEFAULT, Language, load_language, words_of
from chat.languages.lexicon import Part, load_lexicon
from chat.languages.likeness import MAX_CHARS, liken, load_weights, talk

PARTICLES = words_of(
    ["al am auf bin da das de del della dem den der di do dos du e el im la las los of op san ten ter und van von y zu"]
) | words_of(["ال بن ابن بنت ابو عبد"])
_TALK = Part.AGREE | Part.ACT | Part.BESIDE | Part.ASK
_LEADING = Part.AGREE | Part.BESIDE
_MAX_TALK = 2  # words of a phrase that may stand before a name, as "tá bom"
_MAX_LEADING = 4  # words before a name: "na gut dann halt"
_FULL_NAME, _MAX_SMALL_NAME = 2, 4  # words
_MAX_TALKED = 20  # words that are looked at: a bound on the work
_SURE, _KNOWN = 0.75, 1.0  # that what is written without spaces is talk
_MANY = 2  # words of talk around a name of one word
_WORD = re.compile(r"\S+")


def is_likely(name: str, language: Language) -> bool:
    """A name of a script with capitals has no word of talk in small letters; any other has none at all."""
    if language.unspaced and any(word in fold(name) for word in load_lexicon(language.tag).chatter):
        return False
    heard = [load_language(tag) for tag in dict.fromkeys((language.tag, DEFAULT))]
    small = {fold(word) for word in name.split() if word == word.lower()} - PARTICLES
    return not any(_is_talk(word, each) for word in small for each in heard)


def strip_leading(name: str, language: Language) -> int:
    """How many characters of talk stand before the name: "oh", "na gut dann halt"; 0 if nothing would be left."""
    if language.unspaced:
        return 0
    at = count = 0
    said = name.split()
    for place, word in enumerate(said[:_MAX_LEADING]):
        folded = fold(word.strip(",.!"))
        is_small = word == word.lower() or (place == 0 and len(said) > 1 and said[1] == said[1].lower())
        if (
            not is_small
            or folded in PARTICLES
            or not (_is_leading(folded, language) or language.slips.match(f"{folded} "))
        ):
            break
        at = name.index(word, at) + len(word)
        count += 1
    return at if 0 < count < len(said) and is_likely(name[at:], language) else 0


def strip_talk(name: str, language: Language) -> tuple[int, int]:
    """Where the name stands among words of talk in small letters: "it says tom baker on it". All of it, if unsure."""
    if language.unspaced or len(name) > MAX_CHARS:
        return 0, len(name)
    said = list(_WORD.finditer(name))
    is_talk = [fold(each[0].strip(",.;:!")) in talk(language.tag) and each[0] == each[0].lower() for each in said]
    first = next((at for at, each in enumerate(is_talk) if not each), 0)
    last = next((at for at in range(len(said), 0, -1) if not is_talk[at - 1]), len(said))
    while first and fold(said[first - 1][0]) in PARTICLES:
        first -= 1
    while last < len(said) and (fold(said[last][0]) in PARTICLES or fold(said[last - 1][0]) in PARTICLES):
        last += 1
    left = last - first
    many = _MANY if has_case(name) else len(said)  # without capitals a given name may be a word as well
    if left <= 0 or left == len(said) or (left < _FULL_NAME and len(said) - left < many):
        return 0, len(name)
    return said[first].start(), said[last - 1].end() if last < len(said) else len(name)


def is_beside_question(name: str, plain: str, language: Language) -> bool:
    """Whether it is a name though the message asks something, in which other words are left over as well.

    It has capitals, is like names that people give, or stands in a message without capitals and has no word of talk.
    """
    said = name.split()
    if language.unspaced and not has_case(name):
        like = liken(words(name), language.tag, load_weights(language.tag).meanings)
        return like is None or like.meaning == "name"
    if has_case(name) and plain != plain.lower():
        is_word = len(said) == 1 and talk(language.tag).issuperset(words(name))
        return not is_word and all(word[0].isupper() or fold(word) in PARTICLES for word in said)
    return _FULL_NAME <= len(said) <= _MAX_SMALL_NAME and talk(language.tag).isdisjoint(words(name))


def greets(said: str, language: Language) -> bool:
    """Whether the first word is one of a greeting: "Hello Sir", but not "Sam Hello"."""
    return next(iter(words(said)), "") in _greeting_words(language)


def _greeting_words(language: Language) -> frozenset[str]:
    return frozenset[str]().union(*(phrase for phrase, topic in language.topics if topic.key == "hello"))


def strip_greeting(said: str, language: Language) -> int:
    """How many characters of greeting stand before a full name: "hello John Smith"; 0 where none is left."""
    if language.unspaced:
        return 0
    greeting = language.fillers | _greeting_words(language)
    first = next((word for word in _WORD.finditer(said) if fold(word[0].strip(",.!")) not in greeting), None)
    rest = said[first.start() :].strip() if first else ""
    is_name = _FULL_NAME <= len(rest.split()) <= _MAX_SMALL_NAME and talk(language.tag).isdisjoint(words(rest))
    return first.start() if first and is_name else 0


def begins_as_talk(said: str, language: Language) -> bool:
    """Whether a lead-in goes on with talk instead of a name: "it's for my little boy"."""
    first = said.split(maxsplit=1)[0] if said.split() else ""
    return not language.unspaced and has_case(first) and first == first.lower() and _is_said(first, language)


def is_described(said: str, language: Language) -> bool:
    """Whether small words stand before a name, particles apart: "I am [the secretary of Studio Bianchi]"."""
    first = next((word for word in said.split() if fold(word) not in PARTICLES), "")
    return not language.unspaced and first[:1].islower() and any(word[0].isupper() for word in said.split())


def is_talk(said: str, language: Language) -> bool:
    """Whether half of it, or more, is talk in small letters: "die läuft auf meinen mann"."""
    if len(said) > MAX_CHARS:
        return False
    if language.unspaced:
        like = liken(words(said), language.tag, load_weights(language.tag).meanings)
        return like is not None and like.meaning != "name" and like.share >= _SURE and like.known >= _KNOWN
    spoken = [word.strip(",.;:!()") for word in said.split()[:_MAX_TALKED]]
    if len(spoken) == 1 and spoken[0] != spoken[0].lower():  # "Great. Priya Raman", but "White, Mary"
        return _is_leading(fold(spoken[0]), language)
    small = [word for word in spoken if word == word.lower() and _is_said(word, language)]
    half = 2 * len(small) >= len(spoken) if has_case(said) else 2 * len(small) > len(spoken)
    return bool(small) and half


def _is_said(word: str, language: Language) -> bool:
    folded = fold(word)
    return folded in talk(language.tag) and folded not in PARTICLES


def is_leading(said: str, language: Language) -> bool:
    """Whether a clause before the name is nothing but talk: "ok então", "好吧"."""
    folded = words(said)
    if language.intents.get(folded) in ("yes", "confirm"):
        return True
    if language.unspaced:
        return "".join(folded) in load_lexicon(language.tag).chatter
    return bool(folded) and all(_is_leading(word, language) for word in folded)


def _is_leading(word: str, language: Language) -> bool:
    if word in language.fillers:
        return True
    starts = [phrase for tag in (language.tag, DEFAULT) for phrase in load_lexicon(tag).phrases.get(word, ())]
    return any(len(said) <= _MAX_TALK and parts & _LEADING for said, parts in starts)


def _is_talk(word: str, language: Language) -> bool:
    lexicon = load_lexicon(language.tag)
    return (
        word in lexicon.chatter
        or word in language.not_names
        or any(said == (word,) and parts & _TALK for said, parts in lexicon.phrases.get(word, ()))
    )
