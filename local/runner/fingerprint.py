"""What decides whether the stacks in the emulator are still the ones that the sources describe."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from local.runner.environment import ROOT, Ports

# Files and directories whose content changes what `cdk deploy` would deploy.
SOURCES = (
    "app.py",
    "cdk.json",
    "infra",
    "lambdas",
    "local/runner/deployment.py",
    "requirements/lambda.txt",
    "requirements/dev.txt",
    "requirements/node/package-lock.json",
)


def fingerprint(ports: Ports) -> str:
    """A hash of the sources, of this Python, and of the ports, which become settings of the functions."""
    digest = hashlib.sha256(f"{sys.version} {ports}".encode())
    for file in source_files():
        digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def source_files() -> Iterator[Path]:
    for name in SOURCES:
        source = ROOT / name
        files = sorted(source.rglob("*")) if source.is_dir() else [source]
        yield from (file for file in files if not file.is_dir() and "__pycache__" not in file.parts)
