"""Chinese and Japanese numerals, those of contracts and cheques with them."""

import unicodedata

_ON_THE_RADIO = {"洞": 0, "拐": 7, "勾": 9}  # Chinese digits as they are spoken where 零, 七, 九 could be misheard
_PAIRS = {"両": 2, "两": 2}
IDEOGRAPHS = "〇零一二三四五六七八九十百千壹贰貳弐叁參参肆伍陆陸柒捌玖拾佰仟壱両两兩幺廿卅" + "".join(_ON_THE_RADIO)
VALUES = {each: int(unicodedata.numeric(each, 0)) for each in IDEOGRAPHS} | _PAIRS | _ON_THE_RADIO


def numerals_to_digits(said: str) -> str:
    """The digits of numerals: "四二" as they stand, "七百二十三" added up, "四十二四十二" as two numbers."""
    digits, total, unit, scale = "", 0, "", 0
    for each in said:
        value = VALUES[each] if each in VALUES else int(each)
        if value < 10 and scale and unit == "0":
            unit += str(value)
        elif value < 10:
            if unit:
                digits, total, scale = digits + _sum_up(total, unit, scale), 0, 0
            unit = str(value)
        else:
            if scale and value >= scale:
                digits, total = digits + str(total), 0
            total, unit, scale = total + int(unit or 1) * value, "", max(10, value - value % 100)
    return digits + _sum_up(total, unit, scale)


def _sum_up(total: int, unit: str, scale: int) -> str:
    """ "七百三" is 703 to some and 730 to others, so it is read as neither."""
    if not scale or (scale > 10 and unit and unit[0] != "0"):
        return (str(total) if scale else "") + unit
    return str(total + int(unit or 0))
