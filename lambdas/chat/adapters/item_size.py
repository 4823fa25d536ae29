"""What a DynamoDB item weighs, and how much of the history fits into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chat.values.session import Line

Item = dict[str, dict[str, Any]]

MAX_LINES = 12  # of the history, so that turn 200 costs what turn 6 costs
MAX_LINE_BYTES = 300  # kept of what a payer wrote
CONTAINER_BYTES = 3  # counted for a map or a list, and one more for each entry


def string(text: str) -> dict[str, str]:
    return {"S": text}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def size(attributes: Item) -> int:
    """The bytes that DynamoDB counts for names and values, numbers rounded up. Lists are not supported.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    counted = 0
    for name, held in attributes.items():
        ((kind, value),) = held.items()
        counted += len(name.encode())
        if kind in ("S", "N"):
            counted += len(value.encode())
        elif kind == "M":
            counted += CONTAINER_BYTES + len(value) + size(value)
        else:
            counted += len(value) if kind == "B" else 1
    return counted


def history_that_fits(lines: tuple[Line, ...], bytes_left: int) -> list[dict[str, Any]]:
    """The last lines that fit. The very last one is always kept: a repeated message is answered from it."""
    kept: list[dict[str, Any]] = []
    for line in reversed(lines[-MAX_LINES:]):
        content = line.content if line.role == "assistant" else _clip(line.content)
        entry = {"role": string(line.role), "content": string(content)}
        bytes_left -= 1 + CONTAINER_BYTES + len(entry) + size(entry)
        if kept and bytes_left < 0:
            break
        kept.append({"M": entry})
    return kept[::-1]


def _clip(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= MAX_LINE_BYTES else raw[:MAX_LINE_BYTES].decode(errors="ignore") + "…"
