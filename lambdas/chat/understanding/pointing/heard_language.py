"""The language a message is written in, where it is plainly another one than the conversation's."""

from chat.languages.folding import Phrase, words
from chat.languages.language import DEFAULT, language_tags
from chat.languages.likeness import MAX_CHARS, known_share, liken, load_weights
from chat.values.session import Session, Step

_LEAST = 0.7  # of a message is known in the language it is written in
_LEAST_UNSPACED = 0.5
_MOST = 0.4  # of it in the conversation's
_AHEAD = 0.12  # of the next likely language
_WORDS = 2  # fewer may be a name, or a loan
_ENGLISH_WORDS = 3  # of which every language has borrowed some
_SHARE = 0.2  # how sure its meaning is in that language


def heard_language(plain: str, session: Session) -> str | None:
    """None where it is the conversation's own, or uncertain. A greeting of one word counts where there is no other."""
    if len(plain) > MAX_CHARS:
        return None
    said = words(plain)
    if not said:
        return None
    script = _script(plain)
    is_latin = script == ("latin",)
    least_words = 1 if session.step is Step.NONE and session.language == DEFAULT else _WORDS
    if is_latin and len(said) < least_words:
        return None
    tags = [tag for tag in language_tags() if _SCRIPTS.get(tag, "latin") in script]
    if session.language in tags and (len(tags) == 1 or known_share(said, session.language) > _MOST):
        return None
    others = sorted(((known_share(said, tag), tag) for tag in tags if tag != session.language), reverse=True)
    if others[0][0] < (_LEAST if is_latin else _LEAST_UNSPACED):
        return None
    if len(others) > 1 and others[0][0] - others[1][0] < _AHEAD:
        return None
    found = others[0][1]
    is_short = found == DEFAULT and len(said) < _ENGLISH_WORDS
    return found if not is_short and _is_said(said, found) else None


def _is_said(said: Phrase, tag: str) -> bool:
    """Whether it is like what is said in that language, and no name."""
    found = liken(said, tag, load_weights(tag).meanings)
    return found is not None and found.meaning != "name" and found.share >= _SHARE


_SCRIPTS = {"ja": "kana", "zh": "han", "ar": "arabic"}


def _script(plain: str) -> tuple[str, ...]:
    """Japanese has kana among its ideographs, and Chinese has none."""
    if any("\u3041" <= char <= "\u30ff" or "\uff66" <= char <= "\uff9f" for char in plain):
        return ("kana",)
    if any("\u4e00" <= char <= "\u9fff" for char in plain):
        return ("han", "kana")
    if any("\u0600" <= char <= "\u06ff" for char in plain):
        return ("arabic",)
    return ("latin",)
