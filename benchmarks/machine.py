"""Describes the machine and the versions that the figures were measured with."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.places import ROOT

PACKAGES = (
    "botocore",
    "stripe",
    "aws-lambda-powertools",
    "boto3",
    "langgraph",
    "langgraph-checkpoint-aws",
    "langchain-community",
    "strands-agents",
    "strands-dynamodb-session-manager",
    "ministack",
)


def describe() -> dict[str, object]:
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "versions": {name: version for name in PACKAGES if (version := _locked_version(name))},
    }


def _processor() -> str:
    names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return names[0] if names else platform.processor()


def _locked_version(name: str) -> str | None:
    for lock in ("bench.txt", "dev.txt"):
        found = re.search(rf"^{name}==(\S+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE)
        if found:
            return found[1]
    return None
