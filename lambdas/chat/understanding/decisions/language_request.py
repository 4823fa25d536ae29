"""A request to go on in another language."""

from chat.languages.folding import fold
from chat.languages.language import DEFAULT, Language
from chat.languages.vocabulary import Vocabulary
from chat.understanding.clauses import Clause


def requested_language(found: list[Clause], language: Language, vocabulary: Vocabulary) -> str | None:
    """The language that a clause asks for and nothing else. A language's own name for itself is enough."""
    for clause in found:
        named = next((word for word in clause.phrase if word in vocabulary.language_names), None)
        if named:
            tag, rest = vocabulary.language_names[named], clause.said - {named}
            if rest <= _request_words(vocabulary, tag, language) and (rest or named in vocabulary.own_names):
                return tag
        elif not clause.text.isascii():
            for name, tag in vocabulary.language_names.items():
                if not name.isascii() and name in clause.text:
                    rest_text = fold(clause.text.replace(name, "").replace(" ", ""))
                    if not rest_text or rest_text in _request_words(vocabulary, tag, language):
                        return tag
    return None


def _request_words(vocabulary: Vocabulary, wanted: str, language: Language) -> frozenset[str]:
    """The words with which that language may be asked for: its own, those of the conversation's language, English."""
    return frozenset().union(*(vocabulary.request_words[tag] for tag in (wanted, language.tag, DEFAULT)))
