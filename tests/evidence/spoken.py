"""Numbers as people say them: written here once more, so that what the function understands is not its own measure."""

import re
import unicodedata
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Tongue:
    """`units`: 0 to 9. `tens`, `hundreds`: from 20 and 200 on, or how a unit makes one. `two`, `three`: joined.

    `tag`: the language. `last`: what stands before the last digit of several. `elide`: vowels that do not meet.
    """

    tag: str
    units: str
    tens: str
    two: str
    hundreds: str
    three: str
    gap: str = " "
    last: str = ""
    elide: bool = False

    def digit(self, digit: str) -> str:
        return self.units.split()[int(digit)]

    def pair(self, digits: str) -> str:
        """Two digits, of which neither is 0 or 1."""
        said = self.two.format(ten=self._of(self.tens, digits[0]), unit=self.digit(digits[1]))
        return self._elided(said)

    def whole(self, digits: str) -> str:
        """Three digits, of which none is 0 or 1."""
        said = self.three.format(hundred=self._of(self.hundreds, digits[0]), rest=self.pair(digits[1:]))
        return self._elided(said)

    def _elided(self, said: str) -> str:
        """ "Ventotto", "settecentottanta": one of two vowels that would meet is left out."""
        return re.sub(r"[aio](?=[ou][tn])", "", said) if self.elide else said

    def _of(self, words: str, digit: str) -> str:
        return words.format(self.digit(digit)) if "{" in words else words.split()[int(digit) - 2]


_TWENTY = "twenty thirty forty fifty sixty seventy eighty ninety"
_ZWANZIG = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
_VENTI = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"
_HYAKU = "にひゃく さんびゃく よんひゃく ごひゃく ろっぴゃく ななひゃく はっぴゃく きゅうひゃく"
_KANA = "れい いち に さん よん ご ろく なな はち きゅう"
_ISHRUN = "عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون"
_MIATAN = "مئتان ثلاثمئة أربعمئة خمسمئة ستمئة سبعمئة ثمانمئة تسعمئة"
_DUZENTOS = "duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_HALF_WIDTH = dict(zip(
    "レィイチニサンヨゴロクナハキュウジヒャッピビ",
    ["ﾚ", "ｲ", "ｲ", "ﾁ", "ﾆ", "ｻ", "ﾝ", "ﾖ", "ｺﾞ", "ﾛ", "ｸ", "ﾅ", "ﾊ", "ｷ", "ｭ", "ｳ", "ｼﾞ", "ﾋ", "ｬ", "ｯ", "ﾋﾟ", "ﾋﾞ"],
    strict=True,
))  # fmt: skip


def _kana(change: dict[int, int], narrow: dict[str, str]) -> Tongue:
    def written(text: str) -> str:
        return "".join(narrow.get(char, char) for char in text.translate(change))

    return Tongue("ja", written(_KANA), "{}" + written("じゅう"), "{ten}{unit}", written(_HYAKU), "{hundred}{rest}", "")


def _without_umlauts(text: str) -> str:
    return text.translate(str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss"}))


TONGUES = (
    Tongue(
        "en", "zero one two three four five six seven eight nine", _TWENTY, "{ten} {unit}", "{} hundred",
        "{hundred} and {rest}",
    ),
    Tongue(
        "en", "naught one two three four five six seven eight niner", _TWENTY, "{ten}-{unit}", "{} hundred",
        "{hundred} {rest}",
    ),
    Tongue(
        "es", "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", "{ten} y {unit}",
        "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
        "{hundred} {rest}",
    ),
    Tongue(
        "fr", "zéro un deux trois quatre cinq six sept huit neuf",
        "vingt trente quarante cinquante soixante septante huitante nonante", "{ten}-{unit}", "{} cent",
        "{hundred} {rest}",
    ),
    Tongue(
        "de", "null eins zwei drei vier fünf sechs sieben acht neun", _ZWANZIG, "{unit}und{ten}", "{}hundert",
        "{hundred}{rest}",
    ),
    Tongue(
        "de", "null eins zwo drei vier fuenf sechs sieben acht neun", _without_umlauts(_ZWANZIG), "{unit}und{ten}",
        "{}hundert", "{hundred}{rest}",
    ),
    Tongue(
        "pt", "zero um dois três quatro cinco seis sete oito nove",
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", "{ten} e {unit}", _DUZENTOS,
        "{hundred} e {rest}",
    ),
    Tongue(
        "pt", "zero um dois tres quatro cinco meia sete oito nove",
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", "{ten} e {unit}", _DUZENTOS,
        "{hundred} e {rest}", last="e ",
    ),
    Tongue(
        "it", "zero uno due tre quattro cinque sei sette otto nove", _VENTI, "{ten}{unit}", "{}cento",
        "{hundred}{rest}",
    ),
    Tongue(
        "it", "zero uno due tre quattro cinque sei sette otto nove", _VENTI, "{ten}{unit}", "{}cento",
        "{hundred}{rest}", elide=True,
    ),
    Tongue(
        "nl", "nul een twee drie vier vijf zes zeven acht negen",
        "twintig dertig veertig vijftig zestig zeventig tachtig negentig", "{unit}en{ten}", "{}honderd",
        "{hundred}{rest}",
    ),
    _kana({}, {}), _kana(_KATAKANA, {}), _kana(_KATAKANA, _HALF_WIDTH),
    Tongue("zh", "零 一 二 三 四 五 六 七 八 九", "{}十", "{ten}{unit}", "{}百", "{hundred}{rest}", ""),
    Tongue("zh", "零 壹 贰 叁 肆 伍 陆 柒 捌 玖", "{}拾", "{ten}{unit}", "{}佰", "{hundred}{rest}", ""),
    Tongue("zh", "洞 幺 两 三 四 五 六 拐 八 勾", "{}十", "{ten}{unit}", "{}百", "{hundred}{rest}", ""),
    Tongue(
        "ar", "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة", _ISHRUN, "{unit} و{ten}", _MIATAN,
        "{hundred} و{rest}",
    ),
    Tongue(
        "ar", "صفر واحد اثنان ثلاثه اربعه خمسه سته سبعه ثمانيه تسعه", _ISHRUN, "{unit} و{ten}",
        _MIATAN.replace("ة", "ه"), "{hundred} و{rest}",
    ),
    Tongue(
        "sw", "sifuri moja mbili tatu nne tano sita saba nane tisa",
        "ishirini thelathini arobaini hamsini sitini sabini themanini tisini", "{ten} na {unit}", "mia {}",
        "{hundred} {rest}",
    ),
    Tongue(
        "sw", "sufuri moja mbili tatu nne tano sita saba nane tisa",
        "ishirini thelathini arobaini hamsini sitini sabini themanini tisini", "{ten} na {unit}", "mia {}",
        "{hundred} {rest}",
    ),
)  # fmt: skip


def code(random: Random, digits: str) -> str:
    """A security code without 0 and 1: digit by digit, in pairs, or as one number."""
    tongue = random.choice(TONGUES)
    if len(digits) == 4:
        return random.choice((one_by_one(tongue, digits), tongue.pair(digits[:2]) + " " + tongue.pair(digits[2:])))
    paired = tongue.digit(digits[0]) + " " + tongue.pair(digits[1:])
    return random.choice((one_by_one(tongue, digits), paired, tongue.whole(digits)))


def card(random: Random, digits: str) -> str:
    """A number digit by digit, or in pairs where these have neither 0 nor 1."""
    tongue = random.choice(TONGUES)
    if random.random() < 0.5:
        return one_by_one(tongue, digits)
    pairs = [digits[start : start + 2] for start in range(0, len(digits), 2)]
    return " ".join(
        tongue.pair(pair) if len(pair) == 2 and min(pair) > "1" else one_by_one(tongue, pair) for pair in pairs
    )


def one_by_one(tongue: Tongue, digits: str) -> str:
    said = [tongue.digit(digit) for digit in digits]
    return tongue.gap.join((*said[:-1], tongue.last + said[-1]))


def slip(random: Random, said: str) -> str:
    """Every third time with slips of the pen."""
    return misspelled(random, said) if random.random() < 0.33 else said


def misspelled(random: Random, said: str) -> str:
    """One letter wrong in every word of four letters or more: another, one left out, one twice, two swapped.

    Without spaces only in long ones: one letter of a code in kana is a whole digit, and what is left is any name.
    """
    least = 4 if " " in said or said[0] < "\u3000" else 18
    said = unicodedata.normalize("NFKC", said)
    return re.sub(rf"[^\W\d_]{{{least},}}", lambda word: _with_slip(random, word[0]), said)


def _with_slip(random: Random, word: str) -> str:
    at = random.randrange(1, len(word) - 1)
    if word[at] == "ß":
        return word
    letters = "aeinrst" if word[0] < "\u0300" else word
    return random.choice((
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + random.choice(letters) + word[at + 1 :],
    ))  # fmt: skip
