"""Patterns of what is said around a name: before one, and before a correction."""

import re


def lead_pattern(texts: list[str], *, unspaced: bool) -> re.Pattern[str]:
    """Finds a lead-in such as "my name is"; what follows up to the end of the clause is group 1."""
    longest_first = sorted(texts, key=len, reverse=True)
    either = "|".join(re.escape(each).replace(r"\ ", r"\s+").replace("'", "['’]") for each in longest_first)
    start, end = ("", r"\s*") if unspaced else (r"(?<!\w)", r"(?:(?<=['’])|[\s:]+)")
    return re.compile(rf"{start}(?:{either}){end}([^,;:!?\n\d。、，！？،؛؟]+)", re.IGNORECASE)


def slip_pattern(texts: list[str]) -> re.Pattern[str]:
    """Finds the words before a correction, such as "no, wait"."""
    either = "|".join(re.escape(each) for each in sorted(texts, key=len, reverse=True))
    return re.compile(rf"\s*(?:(?:{either})[\s.,:;!…、。，！،؛-]+)+", re.IGNORECASE)
