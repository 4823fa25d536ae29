"""Where the benchmark keeps what it installs."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".cache" / "bench"
DOCS = ROOT / "docs"
PYTHON = WORK / "venv" / "bin" / "python"
SHIPPED = WORK / "shipped"  # what CDK zips, compiled by this Python, every file from 1980 as in the zip
SOURCES = WORK / "sources"  # the same files, compiled the ordinary way
BARE = WORK / "bare"  # the same without byte code: what a machine with another Python than the runtime's ships
PLAIN = WORK / "plain"  # the packages of an ordinary bot, as they are installed
