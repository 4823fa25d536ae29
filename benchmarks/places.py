"""The directories of the benchmark."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".cache" / "bench"
DOCS = ROOT / "docs"
PYTHON = WORK / "venv" / "bin" / "python"
SHIPPED = WORK / "shipped"  # what the CDK zips: compiled by this Python, every file dated 1980 as in the zip
SOURCES = WORK / "sources"  # the same files, compiled the ordinary way
BARE = WORK / "bare"  # the same files without byte code: what ships from a machine whose Python is not the runtime's
PLAIN = WORK / "plain"  # the packages of an ordinary bot, as they are installed
