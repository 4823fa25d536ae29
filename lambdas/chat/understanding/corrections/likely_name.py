"""Whether a name is likely to be one, or talk that nobody meant as a name: "agent", "lol no", "bin nicht sicher"."""

from chat.languages.folding import fold, words
from chat.languages.language import DEFAULT, Language, load_language, words_of
from chat.languages.lexicon import Part, load_lexicon

PARTICLES = words_of(
    ["al am auf bin da das de del della dem den der di do dos du e el im la las los of op san ten ter und van von y zu"]
) | words_of(["ال بن ابن بنت ابو عبد"])
_TALK = Part.AGREE | Part.ACT | Part.BESIDE | Part.ASK
_LEADING = Part.AGREE | Part.BESIDE
_MAX_TALK = 2  # words of a phrase that may stand before a name, as "tá bom"
_MAX_LEADING = 4  # words before a name: "na gut dann halt"


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
