"""The function's package, made without Docker: locked packages for the runtime, pruned, with lambdas/ beside them.

The packages are pure Python, so the same files run on the runtime's arm64 and on the machine that made them.
"""

import gzip
import hashlib
import json
import py_compile
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from infra.config import Stage

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "lambdas"
LOCK = ROOT / "requirements" / "lambda.txt"
CACHE = ROOT / ".cache" / "packages"
MADE_BY = (LOCK, Path(__file__))

RUNTIME = (3, 13)
# What the functions call; boto3 knows no other service.
AWS_SERVICES = ("bedrock-runtime", "dynamodb", "events", "kms", "secretsmanager", "sqs")
# What amounts are written by, with what it inherits from: the languages of the conversation.
LOCALES = (
    "root", "ar", "de", "en", "es", "fr", "it", "ja", "nl", "pt", "pt_BR", "sw", "zh", "zh_Hans", "zh_Hans_CN",
)  # fmt: skip
UNUSED = (
    "babel/messages",
    "babel/lists.py",
    "babel/support.py",
    "babel/units.py",
    "dateutil/zoneinfo/*.tar.gz",  # time zones: all our times are UTC
    "**/*.so",  # optional accelerators, compiled for one machine; the Python they replace ships beside them
    "**/*.dist-info",
    "**/tests",
    "**/__pycache__",
    "**/*.pyi",
    ".lock",  # left behind by the installer
    "**/examples-1.json*",
    "boto3/data",  # the resource interface, which is not used
    "boto3/examples",
    "bin",
    "stripe/[!_cdv]*/",  # leaves checkout, data and v2, which the client imports; the top level has the rest
    "stripe/climate",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/[!_j]*",  # leaves jmespath_utils, which the logger imports
)


def code_for(stage: Stage) -> lambda_.Code:
    """The asset of the functions."""
    compiled = compiles(stage)
    return lambda_.Code.from_asset(
        str(SOURCES),
        asset_hash=fingerprint(compiled=compiled),
        asset_hash_type=AssetHashType.CUSTOM,
        bundling=BundlingOptions(image=DockerImage.from_registry("none"), local=_BuiltHere(compiled=compiled)),
    )


def compiles(stage: Stage) -> bool:
    """Byte code helps only the Python version that made it: the runtime's own, or, on the local stage, this one."""
    return sys.version_info[:2] == RUNTIME or stage.name == "local"


@jsii.implements(ILocalBundling)
class _BuiltHere:
    """Tells the CDK to fill the asset by `build`, not in a container."""

    def __init__(self, *, compiled: bool) -> None:
        self.compiled = compiled

    def try_bundle(self, output_dir: str, *, image: object, **_: object) -> bool:  # noqa: ARG002
        build(Path(output_dir), compiled=self.compiled)
        return True


def build(out: Path, *, compiled: bool) -> None:
    """Fill the directory `out` with what ships."""
    shutil.copytree(_packages(compiled=compiled), out, dirs_exist_ok=True)
    for source in _own_files():
        target = out / source.relative_to(SOURCES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        if compiled and target.suffix == ".py":
            _compile(target, out)


def fingerprint(*, compiled: bool) -> str:
    """A hash of everything that decides what ships. Byte code itself differs from run to run."""
    digest = hashlib.sha256(_packages_fingerprint(compiled=compiled).encode())
    for source in _own_files():
        digest.update(f"{source.relative_to(SOURCES)}\0{source.stat().st_size}\0".encode() + source.read_bytes())
    return digest.hexdigest()


def _own_files() -> list[Path]:
    kept = (path for path in SOURCES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(path for path in kept if path.name != "README.md")


def _packages_fingerprint(*, compiled: bool) -> str:
    maker = sys.version if compiled else "sources"
    return hashlib.sha256(b"".join(path.read_bytes() for path in MADE_BY) + maker.encode()).hexdigest()


def _packages(*, compiled: bool) -> Path:
    """The installed and pruned packages, kept between runs: they change with the lock only."""
    kept = CACHE / _packages_fingerprint(compiled=compiled)[:16]
    if kept.exists():
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        made = Path(work) / "packages"
        _install(made)
        _prune(made)
        if compiled:
            for module in made.rglob("*.py"):
                _compile(module, made)
        try:
            made.rename(kept)
        except OSError:  # another run was faster
            if not kept.exists():
                raise
    return kept


def _install(out: Path) -> None:
    target = ("--python-platform", "aarch64-manylinux2014", "--python-version", ".".join(map(str, RUNTIME)))
    wheels = ("--only-binary", ":all:", "--link-mode", "copy", "--no-python-downloads", "--python", sys.executable)
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(  # noqa: S603 (our own arguments)
        [uv, "pip", "install", "--quiet", *target, *wheels, "--require-hashes", "--target", out, "-r", LOCK],
        check=True,
    )


def _prune(out: Path) -> None:
    for pattern in UNUSED:
        _remove(sorted(out.glob(pattern)))
    _keep_services(out / "botocore" / "data")
    locales = out / "babel" / "locale-data"
    _remove(each for each in locales.iterdir() if each.stem not in LOCALES)


def _keep_services(data: Path) -> None:
    """Drops the descriptions and the endpoints of every other service: each cold start reads what is here."""
    _remove(each for each in data.iterdir() if each.is_dir() and each.name not in AWS_SERVICES)
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in AWS_SERVICES}
    (data / "endpoints.json").write_text(json.dumps(endpoints, separators=(",", ":")))
    for packed in data.glob("*/*/*.json.gz"):  # the zip packs them again, and a plain file is read faster
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _compile(module: Path, root: Path) -> None:
    """Byte code that is never compared with its source: the zip gives every file the same time stamp."""
    py_compile.compile(
        str(module),
        dfile=f"/var/task/{module.relative_to(root)}",
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
