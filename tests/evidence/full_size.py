"""The properties of which `make test` tries a part, all of it: the tests with the marker `sized`."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from local.runner.environment import ROOT
from tests.sizes import VARIABLE

SUITES = ("tests/unit", "tests/properties")
SECONDS_A_TEST = 900


@dataclass(frozen=True)
class Found:
    """`tests` that ran at full size, and how many of them failed or did not run."""

    tests: int
    wrong: int


def run() -> Found:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = ["-m", "pytest", "-n0", "-m", "sized", f"--timeout={SECONDS_A_TEST}", f"--junitxml={report}", *SUITES]
        subprocess.run([sys.executable, *command], cwd=ROOT, env={**os.environ, VARIABLE: "yes"}, check=False)
        suite = ET.parse(report).getroot().find("testsuite")
    if suite is None:
        return Found(0, 1)
    return Found(int(suite.get("tests", 0)), sum(int(suite.get(each, 0)) for each in ("failures", "errors", "skipped")))
