"""Conversations that people had who knew nothing of the code, each judged by a strict reader; by language.

`python -m tests.conversations.judged` prints how many were right throughout: not one reply wrong, unhelpful or odd.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "blind"


def rounds() -> dict[str, list[dict[str, Any]]]:
    """By the day of the round: name, language, what it was about, the lines of payer and reply, the verdict.

    In all but the first also which lines were wrong, and how.
    """
    return {
        file.stem: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for file in sorted(FOLDER.glob("*.jsonl"))
    }


def table() -> str:
    lines = ["| round | language | conversations | right throughout | replies | wrong |", "|---|---|---|---|---|---|"]
    for day, talks in rounds().items():
        for language in ("all", *sorted({talk["language"] for talk in talks})):
            mine = [talk for talk in talks if language in ("all", talk["language"])]
            right = sum(talk["right"] for talk in mine)
            replies = sum(len(talk["lines"]) for talk in mine)
            wrong = sum(len(talk["wrong"]) for talk in mine) if all("wrong" in talk for talk in mine) else "–"
            shown = f"**{language}**" if language == "all" else language
            lines.append(f"| {day} | {shown} | {len(mine)} | {right} | {replies} | {wrong} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
