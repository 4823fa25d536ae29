"""What nobody may learn from a message: codes beside numbers, in words, as dates; and names that are no numbers."""

from chat.understanding.interpret import interpret
from chat.values.session import Session, Step
from tests.conversations.offline import POLICY, TODAY
from tests.families import amex_codes, card_with_code, codes_in_words, names


def codes_beside_numbers(each: int) -> tuple[int, list[str]]:
    """How many were tried, and in which way those stood that came to light. `each`: by brand and length."""
    typed = list(card_with_code.family(each))
    return len(typed), [one.way for one in typed if one.leaks()]


def codes_in_all_words(each: int) -> tuple[int, list[str]]:
    """`each`: by way to say numbers."""
    said = list(codes_in_words.family(each))
    return len(said), [f"{one.language} at {one.step}" for one in said if one.leaks()]


def codes_where_digits_are_asked(each: int) -> tuple[int, list[str]]:
    """The same at the card, the expiry and the code alone: questions and fillers among them."""
    said = list(codes_in_words.family(each, 1, steps=codes_in_words.IN_DIGITS))
    return len(said), [f"{one.language} at {one.step}" for one in said if one.leaks()]


def amex_codes_like_dates(each: int) -> tuple[int, list[str]]:
    """`each`: by month."""
    typed = list(amex_codes.family(each))
    return len(typed), [one.step for one in typed if one.is_taken()]


def real_names() -> tuple[int, int]:
    """How many names were tried, and how many of them refused, in their own language and in English."""
    tried = refused = 0
    for tag in names.NAMES:
        for language in {tag, "en"}:
            session = Session("abc", language, Step.NAME)
            for name in (*names.alone(tag), *names.together(tag)):
                tried += 1
                refused += interpret(name, session, TODAY, POLICY).name != name
    return tried, refused


def spoken_names(each: int) -> tuple[int, int]:
    """How many numbers in words were given for a name, and how many were taken for one."""
    said = list(codes_in_words.family(each, 2))
    taken = [
        one
        for one in said
        if isinstance(interpret(one.said, Session("abc", one.language, Step.NAME), TODAY, POLICY).name, str)
    ]
    return len(said), len(taken)
