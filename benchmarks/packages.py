"""Installs the package that ships and the packages of an ordinary bot, for the cold starts; measures their sizes."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from benchmarks.places import BARE, PLAIN, PYTHON, ROOT, SHIPPED, SOURCES
from infra import bundling

ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def install() -> dict[str, float]:
    """Returns megabytes, zipped and unpacked: with byte code (as it ships) and without."""
    for place in (SHIPPED, SOURCES, BARE, PLAIN):
        shutil.rmtree(place, ignore_errors=True)
    bundling.build(BARE, compiled=False)
    shutil.copytree(BARE, SOURCES)
    _compile(SOURCES)
    sizes = {f"{name} without byte code": size for name, size in _measure(BARE, None).items()}
    compiled = BARE.with_name("compiled")
    shutil.rmtree(compiled, ignore_errors=True)
    bundling.build(compiled, compiled=True)
    sizes |= _measure(compiled, SHIPPED)
    _install_packages(PLAIN)
    return sizes


def _measure(package: Path, unpack_to: Path | None) -> dict[str, float]:
    """Zips the package. Unpacks the zip to the given directory, with the time stamps that Lambda would see."""
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


def _install_packages(place: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    packages = ("boto3", "stripe", "aws-lambda-powertools")
    where = ("--python", PYTHON, "--target", place, "--compile-bytecode")
    subprocess.run(
        [uv, "pip", "install", "--quiet", *where, *packages, "-c", ROOT / "requirements" / "bench.txt"], check=True
    )
