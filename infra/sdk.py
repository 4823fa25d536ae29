"""The AWS SDK's data, cut down to what the functions ask for: every cold start reads it and makes clients of it."""

import json
import re
import shutil
from gzip import decompress
from pathlib import Path
from typing import Any

OPERATIONS = {
    "bedrock-runtime": ("Converse",),
    "dynamodb": ("DeleteItem", "GetItem", "PutItem", "Scan", "TransactWriteItems"),
    "kms": ("Decrypt", "Encrypt", "GenerateMac"),
    "secretsmanager": ("GetSecretValue",),
}
"""What the functions call, by service. A client for another service, or a call of another operation, fails at once."""

SHAPE = re.compile(r'"shape": "(\w+)"')


def lighten(data: Path) -> None:
    """`data`: the directory botocore/data. Its archives are unpacked as well: a plain file is read faster."""
    for service in data.iterdir():
        if service.is_dir() and service.name not in OPERATIONS:
            shutil.rmtree(service)
    endpoints = data / "endpoints.json"
    table = json.loads(endpoints.read_bytes())
    for partition in table["partitions"]:
        partition["services"] = {name: where for name, where in partition["services"].items() if name in OPERATIONS}
    _write(endpoints, table)
    for packed in data.glob("*/*/*.json.gz"):
        described = json.loads(decompress(packed.read_bytes()), object_hook=_without_prose)
        if packed.name.startswith("service-"):
            described = _only(OPERATIONS[packed.parts[-3]], described)
        _write(packed.with_suffix(""), described)
        packed.unlink()


def _only(operations: tuple[str, ...], described: dict[str, Any]) -> dict[str, Any]:
    """A service's description with these operations and the shapes that they are made of."""
    kept = {name: described["operations"][name] for name in operations}
    shapes: dict[str, Any] = {}
    while missing := {*SHAPE.findall(json.dumps([kept, shapes]))} - shapes.keys():
        shapes |= {name: described["shapes"][name] for name in sorted(missing)}
    return {**described, "operations": kept, "shapes": shapes}


def _without_prose(described: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in described.items() if name != "documentation" or not isinstance(each, str)}


def _write(file: Path, described: Any) -> None:
    file.write_text(json.dumps(described, separators=(",", ":")))
