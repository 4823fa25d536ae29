"""What a language model chose for messages that payers wrote: recorded once, so that the stand-in can answer with it.

`choices.jsonl` has a line for each: the language, the message as the model saw it, and its choice.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("choices.jsonl")
NOTHING = "none of these"
_MESSAGE = re.compile(r"<message>(.*)</message>", re.DOTALL)


@cache
def read_choices() -> dict[str, dict[str, str]]:
    """By message. Where the same was written in two languages, the last one stands."""
    lines = (json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines())
    return {line["said"]: {key: line[key] for key in ("meaning", "name", "also") if key in line} for line in lines}


def recorded_choice(prompt: str, tools: dict[str, Any]) -> dict[str, str]:
    """What was recorded for the message in the prompt, where it is offered; else that it is nothing of the list."""
    said = _MESSAGE.search(prompt)
    chosen = read_choices().get(said[1]) if said else None
    offered = tools["tools"][0]["toolSpec"]["inputSchema"]["json"]["properties"]["meaning"]["enum"]
    return chosen if chosen and chosen["meaning"] in offered else {"meaning": NOTHING}
