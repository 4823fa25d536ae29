"""A name in a form that was pasted: "First name: Tom / Last name: Bakker", JSON; and where the next field begins."""

import re
from functools import cache

from chat.languages.folding import fold, words
from chat.languages.language import Language
from chat.languages.lexicon import Labels, name_labels

_SIGNS = (":", "=", "：")
_LAST_WORD = re.compile(r"\s+([^\W\d_]+)[\s:]*\Z")
_JOINT = re.compile(r"(?<=\s)(\w{1,9})\s+(?=\w)")


def find_labelled_name(plain: str) -> str | None:
    """The whole name, or its parts in the order in which names are printed on cards."""
    if not any(sign in plain for sign in _SIGNS):
        return None
    labels, given, family = name_labels(), "", ""
    for match in _pattern().finditer(plain):
        label, value = fold(match[1]), " ".join(match[2].split())
        if label in labels.given:
            given = given or value
        elif label in labels.family:
            family = family or value
        else:
            return value
    return f"{given} {family}" if given and family else None


@cache
def _pattern() -> re.Pattern[str]:
    labels = "|".join(re.escape(each) for each in sorted(_all(name_labels()), key=len, reverse=True))
    quote = "[\"'“”„«»]?"
    value = r"[^\"“”„«»\n,;/|}\d:=：\x00]+"
    return re.compile(rf"(?<![^\W_]){quote}({labels}){quote}\s{{0,3}}[:=：]\s{{0,3}}{quote}({value})", re.IGNORECASE)


def _all(labels: Labels) -> frozenset[str]:
    return labels.given | labels.family | labels.whole


def cut_before_fields(said: str, language: Language) -> str:
    """ "Ada and my card is": the name ends where another field is begun."""
    for joint in _JOINT.finditer(said):
        if fold(joint[1]) in language.joins and is_about_fields(said[joint.end() :], language):
            return said[: joint.start()]
    return said


def cut_before_label(said: str, language: Language) -> str:
    """ "Ada King expires" before a value: the last word is the label of that."""
    for found in _LAST_WORD.finditer(said):
        if found.start() and fold(found[1]) in language.fields and not is_about_fields(said[: found.start()], language):
            return said[: found.start()]
    return said


def is_about_fields(said: str, language: Language) -> bool:
    return any(word in language.fields or word in language.not_names for word in words(said))
