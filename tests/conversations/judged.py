"""Conversations that people had who knew nothing of the code, each judged by a strict reader; by language.

`python -m tests.conversations.judged` prints how many were right throughout: not one reply wrong, unhelpful or odd.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "blind"


def rounds() -> dict[str, list[dict[str, Any]]]:
    """By the day of the round: name, language, what it was about, the lines of payer and reply, the verdict."""
    return {
        file.stem: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for file in sorted(FOLDER.glob("*.jsonl"))
    }


def table() -> str:
    lines = ["| round | language | conversations | replies | right throughout |", "|---|---|---|---|---|"]
    for day, talks in rounds().items():
        for language in sorted({talk["language"] for talk in talks}):
            mine = [talk for talk in talks if talk["language"] == language]
            replies, right = sum(len(talk["lines"]) for talk in mine), Counter(talk["right"] for talk in mine)[True]
            lines.append(f"| {day} | {language} | {len(mine)} | {replies} | {right} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
