"""Secrets as people type them: numbers right, mistyped, split, in any script or words, wherever they do not belong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from chat.values.brands import ACCEPTED, LENGTHS
from tests.evidence import spoken
from tests.families import card_with_code

BRANDS = (  # prefix, length: generated numbers that pass the check digit
    *(("4", 16),) * 4, ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("65", 16),
    ("36", 14), ("3095", 16), ("3528", 16), ("62", 16), ("62", 19), ("4", 19), ("50", 16), ("2200", 16), ("9792", 16),
)  # fmt: skip
SEPARATORS = (" ", "-", ".", "", "  ", "\u00a0", "\u2009", "–", "\u200b", "·", "/", "_", ", ", "\n", " - ", "\u2060")
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
IDEOGRAPHS = "〇一二三四五六七八九"
SCRIPTS = (
    "0123456789", "0123456789", "0123456789", "0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹",
    "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "๐๑๒๓๔๕๖๗๘๙", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿", "⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉",
    IDEOGRAPHS, "零壹贰叁肆伍陆柒捌玖",
)  # fmt: skip
AROUND = (
    "{}", "{}", "{}", "it is {}", "my card is {} thanks", "card number: {}", "{} exp 12/30", "({})", "#{}", "{}?",
    "no, {}", "Card={};", "here you go: {}. ok?", "4 cards? this one: {}", "<b>{}</b>", '{{"pan": "{}"}}', "name {}",
    "cvv {}", "the expiry is {}", "confirm {}", "yes {}", "cancel? {}", "\u202e{}\u202c", "{}\x00", "🙂{}🙂",
)  # fmt: skip
# Words around a code, as questions, with fillers and in names, in eleven languages.
AROUND_CODES = (
    "{}", "{}", "{}", "cvv {}", "it's {}", "the code is {}.", "{} on the back", "CVC:{}", "wait, {}", "{}?",
    "is it {}?", "{} please", "my name is {}", "John {}", "espera, {}", "¿es {}?", "attendez, {}", "c'est {}",
    "warte, {}", "ist es {}?", "é {}?", "espera, {} por favor", "aspetta, {}", "wacht, {}", "{}ですか?",
    "えっと、{}", "{}吗？", "等一下，{}", "لحظة، {}", "هل {}؟", "subiri, {}", "ni {}?",
)  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """A message, and the digits in it that must never be seen again: of a number, and of security codes.

    `written`: the secrets as they stand in the message.
    """

    text: str
    digits: str = field(default="", repr=False)
    cvv: str = field(default="", repr=False)
    rest: str = field(default="", repr=False)  # what comes in the next message, of a number in two
    written: tuple[str, ...] = field(default=(), repr=False)


def number(random: Random) -> str:
    """A card number with a right check digit."""
    prefix, length = random.choice(BRANDS)
    body = prefix + "".join(random.choice("0123456789") for _ in range(length - len(prefix) - 1))
    total = sum(int(digit) for digit in body[-2::-2])
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in body[::-2])
    return body + str(-total % 10)


def mistyped(random: Random, digits: str) -> str:
    """One digit wrong, two swapped, one missing or one too many."""
    place = random.randrange(1, len(digits) - 1)
    return random.choice(
        [
            digits[:place] + str((int(digits[place]) + random.randrange(1, 10)) % 10) + digits[place + 1 :],
            digits[: place - 1] + digits[place] + digits[place - 1] + digits[place + 1 :],
            digits[:place] + digits[place + 1 :],
            digits[:place] + random.choice("0123456789") + digits[place:],
        ]
    )


def written(random: Random, digits: str) -> str:
    """The digits as somebody may write them: grouped, in a script of theirs, or in words."""
    if random.random() < 0.1:
        return spoken.slip(random, spoken.card(random, digits))
    script, separator = random.choice(SCRIPTS), random.choice(SEPARATORS)
    size = random.choice((4, 4, 4, 1, 2, 3, 5, len(digits)))
    groups = [digits[start : start + size] for start in range(0, len(digits), size)]
    return separator.join("".join(script[int(digit)] for digit in group) for group in groups)


def card_text(random: Random) -> Typed:
    digits = number(random)
    if random.random() < 0.35:
        digits = mistyped(random, digits)
    if random.random() < 0.15:
        cut = random.randrange(4, len(digits) - 3)
        begun, rest = written(random, digits[:cut]), written(random, digits[cut:])
        return Typed(begun, digits, rest=rest, written=(begun, rest))
    text = written(random, digits)
    return Typed(random.choice(AROUND).format(text), digits, written=(text,))


def cvv_text(random: Random, length: int = 3) -> Typed:
    """A security code, unlike the only number of its length that a reply says by itself ("up to 100"); or in words."""
    size = random.choice((length, length, length, 3, 4))
    cvv = "".join(random.choice("23456789") for _ in range(size))
    text = random.choice(AROUND_CODES)
    if random.random() < 0.6:
        said = spoken.slip(random, spoken.code(random, cvv))
        return Typed(text.format(said), cvv=cvv, written=(said,))
    script = random.choice(SCRIPTS[:12])
    return Typed(text.format("".join(script[int(digit)] for digit in cvv)), cvv=cvv)


def everything(random: Random) -> Typed:
    digits, cvv = number(random), cvv_text(random).cvv
    card, code = written(random, digits), random.choice((cvv, spoken.code(random, cvv)))
    return Typed(f"I'm Ada Byron, {card}, exp 12/30, cvv {code}", digits, cvv, written=(card, code))


def number_and_code(random: Random) -> Typed:
    """In one run of digits, or cut in two anywhere."""
    brand = random.choice(sorted(ACCEPTED))
    typed = card_with_code.typed(random, brand, random.choice(LENGTHS.get(brand, (16,))), checked=True)
    begun, *rest = typed.messages
    return Typed(begun, typed.number, typed.code, rest="".join(rest))


def said(*texts: str) -> Callable[[Random], Typed]:
    return lambda random: Typed(random.choice(texts))


ANSWERS: dict[str, Callable[[Random], Typed]] = {
    "name": said("John", "Zoë O'Neill", "my name is Ada Byron", "山田太郎", "José", "Noah Knowles"),
    "card": lambda random: Typed(text := written(random, digits := number(random)), digits, written=(text,)),
    "expiry": said("12/30", "01/2031", "december 2030", "0131", "١٢/٣٠", "2030-12"),
    "cvv": lambda random: cvv_text(random, random.choice((3, 4))),
    "confirm": said("confirm", "yes", "confirm", "go ahead", "looks good"),
}
DETOURS: tuple[Callable[[Random], Typed], ...] = (
    card_text, card_text, card_text, cvv_text, cvv_text, everything, number_and_code, number_and_code,
    said("why do you need that?", "is it safe?", "what is a CVV?", "can I talk to a person?", "one moment", "thanks"),
    said("change the card", "change the expiry", "the name is wrong", "use a different card", "no", "never mind"),
    said("cancel", "start over", "01/20", "99/99", "12", "in Spanish please"),
)  # fmt: skip


def turn(random: Random, step: str) -> Typed:
    """What somebody at this step says: mostly what is asked for, sometimes anything else."""
    if step in ANSWERS and random.random() < 0.68:
        return ANSWERS[step](random)
    return random.choice(DETOURS)(random)
