"""What payers write, by what they mean: data for `make likeness`, one file per language."""

import hashlib
import tomllib
from pathlib import Path

SAYINGS = Path(__file__).parent / "languages"


def read_sayings(tag: str) -> dict[str, list[str]]:
    return tomllib.loads((SAYINGS / f"{tag}.toml").read_text(encoding="utf-8"))


def digest(tag: str) -> str:
    """Of the file of sayings, so that a test can tell whether the weights are made of it."""
    return hashlib.sha256((SAYINGS / f"{tag}.toml").read_bytes()).hexdigest()
