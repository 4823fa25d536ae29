"""Lays out the package that ships, and an ordinary bot's packages, for the cold starts; tells their sizes."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from benchmarks.places import BARE, PLAIN, PYTHON, ROOT, SHIPPED, SOURCES
from infra import bundling

ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def lay_out() -> dict[str, float]:
    """Megabytes of the zip and of what it unpacks to, with byte code (as the release ships it) and without."""
    for place in (SHIPPED, SOURCES, BARE, PLAIN):
        shutil.rmtree(place, ignore_errors=True)
    bundling.build(BARE, compiled=False)
    shutil.copytree(BARE, SOURCES)
    _compile(SOURCES)
    sizes = {f"{name} without byte code": size for name, size in _zipped_and_unpacked(BARE, None).items()}
    compiled = BARE.with_name("compiled")
    shutil.rmtree(compiled, ignore_errors=True)
    bundling.build(compiled, compiled=True)
    sizes |= _zipped_and_unpacked(compiled, SHIPPED)
    _install(PLAIN)
    return sizes


def _zipped_and_unpacked(package: Path, unpack_to: Path | None) -> dict[str, float]:
    files = sorted(path for path in package.rglob("*") if path.is_file())
    archive = package.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path in files:
            entry = zipfile.ZipInfo(str(path.relative_to(package)), ZIP_TIME)
            made.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    if unpack_to:
        with zipfile.ZipFile(archive) as made:
            made.extractall(unpack_to)
        for path in unpack_to.rglob("*"):
            os.utime(path, (315_532_800, 315_532_800))
    unpacked = sum(path.stat().st_size for path in files)
    return {"zipped": archive.stat().st_size / 1e6, "unpacked": unpacked / 1e6}


def _compile(place: Path) -> None:
    subprocess.run([PYTHON, "-m", "compileall", "-q", place], check=True)


def _install(place: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    packages = ("boto3", "stripe", "aws-lambda-powertools")
    where = ("--python", PYTHON, "--target", place, "--compile-bytecode")
    subprocess.run(
        [uv, "pip", "install", "--quiet", *where, *packages, "-c", ROOT / "requirements" / "bench.txt"], check=True
    )
