"""Chinese and Japanese numerals, those of contracts and cheques with them."""

import unicodedata

IDEOGRAPHS = "〇零一二三四五六七八九十百千壹贰貳弐叁參参肆伍陆陸柒捌玖拾佰仟壱两両兩幺廿卅"
VALUES = {each: 2 if each in "两両" else int(unicodedata.numeric(each)) for each in IDEOGRAPHS}


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
