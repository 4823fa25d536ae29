"""Card brands as the schemes publish them: their numbers' beginnings and lengths."""

from bisect import bisect_right
from enum import StrEnum


class Brand(StrEnum):
    VISA = "visa"
    MASTERCARD = "mastercard"
    AMEX = "amex"
    DISCOVER = "discover"
    DINERS = "diners"
    JCB = "jcb"
    UNIONPAY = "unionpay"
    # Recognised, so that the refusal can name them:
    MAESTRO = "maestro"
    MIR = "mir"
    ELO = "elo"
    HIPER = "hiper"
    HIPERCARD = "hipercard"
    TROY = "troy"
    VERVE = "verve"
    NARANJA = "naranja"

    @property
    def label(self) -> str:
        """The brand as it is written on the card."""
        return LABELS.get(self, self.value.capitalize())

    @property
    def cvv_length(self) -> int:
        return 4 if self is Brand.AMEX else 3


LABELS = {
    Brand.AMEX: "American Express",
    Brand.DINERS: "Diners Club",
    Brand.JCB: "JCB",
    Brand.UNIONPAY: "UnionPay",
}
ACCEPTED = frozenset(list(Brand)[:7])

COMMON = (16,)
LENGTHS: dict[Brand, tuple[int, ...]] = {
    Brand.VISA: (16, 18, 19),
    Brand.AMEX: (15,),
    Brand.DISCOVER: (16, 19),
    Brand.DINERS: (14, 16, 19),
    Brand.JCB: (16, 17, 18, 19),
    Brand.UNIONPAY: (16, 17, 18, 19),
    Brand.MAESTRO: (12, 13, 14, 15, 16, 17, 18, 19),
    Brand.MIR: (16, 17, 18, 19),
    Brand.VERVE: (16, 18, 19),
}
MIN_CARD_DIGITS, MAX_CARD_DIGITS = 12, 19  # digits of any card number (ISO/IEC 7812-1)

# Issuer identification numbers, as published by the schemes; where two brands overlap the narrower range wins.
RANGES: dict[Brand, str] = {
    Brand.VISA: "4",
    Brand.MASTERCARD: "51-55 2221-2720",
    Brand.AMEX: "34 37",
    Brand.DISCOVER: "6011 644-649 65",
    Brand.DINERS: "300-305 3095 36 38-39",
    Brand.JCB: "1800 2131 3528-3589",
    Brand.UNIONPAY: "62 81",
    Brand.MAESTRO: "493698 50 56-58 6304 6390 67",
    Brand.MIR: "2200-2204",
    Brand.ELO: "401178-401179 431274 438935 451416 457393 457631-457632 504175 506699-506778 509000-509999 627780 "
    "636297 636368 650031-650033 650035-650051 650405-650439 650485-650538 650541-650598 650700-650718 650720-650727 "
    "650901-650978 651652-651679 655000-655019 655021-655058",
    Brand.HIPER: "637095 637568 637599 637609 637612 63737423 63743358",
    Brand.HIPERCARD: "606282",
    Brand.TROY: "9792",
    Brand.VERVE: "506099-506198 507865-507964 650002-650027",
    Brand.NARANJA: "589562",
}


def _segments() -> tuple[list[int], list[Brand | None]]:
    """The first eight digits cut where a range begins or ends, and each segment's brand: its narrowest range's."""
    ranges = []
    for brand, text in RANGES.items():
        for part in text.split():
            low, _, high = part.partition("-")
            ranges.append((int(low.ljust(8, "0")), int((high or low).ljust(8, "9")), brand))
    ranges.sort(key=lambda each: each[1] - each[0])
    cuts = sorted({0, *(low for low, _, _ in ranges), *(high + 1 for _, high, _ in ranges)})
    return cuts, [next((brand for low, high, brand in ranges if low <= cut <= high), None) for cut in cuts]


_CUTS, _BRANDS = _segments()


def brand_of(digits: str) -> Brand | None:
    return _BRANDS[bisect_right(_CUTS, int(digits[:8].ljust(8, "0"))) - 1]
