"""Numbers as people say them: written here once more, so that what the function understands is not its own measure."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Tongue:
    """`units`: 0 to 9. `tens`, `hundreds`: from 20 and 200 on, or how a unit makes one. `two`, `three`: joined."""

    units: str
    tens: str
    two: str
    hundreds: str
    three: str
    gap: str = " "

    def digit(self, digit: str) -> str:
        return self.units.split()[int(digit)]

    def pair(self, digits: str) -> str:
        """Two digits, of which neither is 0 or 1."""
        return self.two.format(ten=self._of(self.tens, digits[0]), unit=self.digit(digits[1]))

    def whole(self, digits: str) -> str:
        """Three digits, of which none is 0 or 1."""
        return self.three.format(hundred=self._of(self.hundreds, digits[0]), rest=self.pair(digits[1:]))

    def _of(self, words: str, digit: str) -> str:
        return words.format(self.digit(digit)) if "{" in words else words.split()[int(digit) - 2]


TONGUES = (
    Tongue(
        "zero one two three four five six seven eight nine", "twenty thirty forty fifty sixty seventy eighty ninety",
        "{ten} {unit}", "{} hundred", "{hundred} and {rest}",
    ),
    Tongue(
        "zero one two three four five six seven eight nine", "twenty thirty forty fifty sixty seventy eighty ninety",
        "{ten}-{unit}", "{} hundred", "{hundred} {rest}",
    ),
    Tongue(
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", "{ten} y {unit}",
        "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos",
        "{hundred} {rest}",
    ),
    Tongue(
        "zéro un deux trois quatre cinq six sept huit neuf",
        "vingt trente quarante cinquante soixante septante huitante nonante", "{ten}-{unit}", "{} cent",
        "{hundred} {rest}",
    ),
    Tongue(
        "null eins zwei drei vier fünf sechs sieben acht neun",
        "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig", "{unit}und{ten}", "{}hundert",
        "{hundred}{rest}",
    ),
    Tongue(
        "zero um dois três quatro cinco seis sete oito nove",
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", "{ten} e {unit}",
        "duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos",
        "{hundred} e {rest}",
    ),
    Tongue(
        "zero uno due tre quattro cinque sei sette otto nove",
        "venti trenta quaranta cinquanta sessanta settanta ottanta novanta", "{ten}{unit}", "{}cento",
        "{hundred}{rest}",
    ),
    Tongue(
        "nul een twee drie vier vijf zes zeven acht negen",
        "twintig dertig veertig vijftig zestig zeventig tachtig negentig", "{unit}en{ten}", "{}honderd",
        "{hundred}{rest}",
    ),
    Tongue(
        "れい いち に さん よん ご ろく なな はち きゅう", "{}じゅう", "{ten}{unit}",
        "にひゃく さんびゃく よんひゃく ごひゃく ろっぴゃく ななひゃく はっぴゃく きゅうひゃく", "{hundred}{rest}", "",
    ),
    Tongue("零 一 二 三 四 五 六 七 八 九", "{}十", "{ten}{unit}", "{}百", "{hundred}{rest}", ""),
    Tongue("零 壹 贰 叁 肆 伍 陆 柒 捌 玖", "{}拾", "{ten}{unit}", "{}佰", "{hundred}{rest}", ""),
    Tongue(
        "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة", "عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون",
        "{unit} و{ten}", "مئتان ثلاثمئة أربعمئة خمسمئة ستمئة سبعمئة ثمانمئة تسعمئة", "{hundred} و{rest}",
    ),
    Tongue(
        "sifuri moja mbili tatu nne tano sita saba nane tisa",
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
    return tongue.gap.join(map(tongue.digit, digits))
