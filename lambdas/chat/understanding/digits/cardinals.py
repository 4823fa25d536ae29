"""The number that a row of words says: digit by digit, doubled, or as a cardinal number, in every language at once."""

from chat.languages.vocabulary import Vocabulary
from chat.understanding.digits.ideographs import VALUES, numerals_to_digits

Token = tuple[int, int, str]  # A word or group of digits: where it begins and ends, and its folded text


def parse_number(said: list[Token], index: int, vocabulary: Vocabulary) -> tuple[str, int]:
    """The digits of the number that begins here and how many tokens it takes; ("", 0) for none."""
    word = said[index][2]
    if word.isdigit():
        return word, 1
    if all(each in VALUES for each in word):
        return numerals_to_digits(word), 1
    if word in vocabulary.repeats and index + 1 < len(said):
        once, used = parse_number(said, index + 1, vocabulary)
        return (once * vocabulary.repeats[word], used + 1) if len(once) == 1 else ("", 0)
    value, used = _cardinal(said, index, vocabulary, 10_000)
    return (str(value), used) if used else ("", 0)


def _cardinal(said: list[Token], index: int, vocabulary: Vocabulary, below: int) -> tuple[int, int]:
    """A number, its thousands, hundreds and rest added up, and how many tokens it takes; none for a bare "hundred"."""
    value, used = _phrase(said, index, vocabulary)
    if not used or value >= below:
        return 0, 0
    if value < 100:
        return value, used
    after = index + used
    after += after < len(said) and said[after][2] in vocabulary.links
    rest, more = _cardinal(said, after, vocabulary, 1000 if value % 1000 == 0 else 100)
    if rest:
        return value + rest, after - index + more
    return (0, 0) if used == 1 and value in (100, 1000) else (value, used)


def _phrase(said: list[Token], index: int, vocabulary: Vocabulary) -> tuple[int, int]:
    most = vocabulary.max_words.get(said[index][2], 0) if index < len(said) else 0
    phrase = tuple([word for _, _, word in said[index : index + most]])
    known = (phrase[:size] for size in range(len(phrase), 0, -1) if phrase[:size] in vocabulary.numbers)
    longest = next(known, None)
    return (vocabulary.numbers[longest], len(longest)) if longest else (0, 0)
