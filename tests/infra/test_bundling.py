"""What ships: small, complete, the same every time."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import bundling
from infra.bundling import AWS_SERVICES
from infra.stages import STAGES
from payments.amount_text import LOCALE_DATA, LOCALES, amount_text

MB = 1_000_000


@pytest.fixture(scope="module", params=[False, True], ids=["sources", "byte code"])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("package")
    bundling.build(out, compiled=request.param)
    return out


def test_it_is_small(package: Path, tmp_path: Path):
    files = [path for path in package.rglob("*") if path.is_file()]
    with zipfile.ZipFile(tmp_path / "package.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(package))

    assert sum(path.stat().st_size for path in files) <= 28 * MB
    assert (tmp_path / "package.zip").stat().st_size <= 8.5 * MB


def test_it_runs_on_any_machine(package: Path):
    assert not [*package.rglob("*.so"), *package.rglob("*.pyd")]


def test_our_code_is_beside_the_packages(package: Path):
    assert (package / "chat").is_dir()
    assert (package / "stripe").is_dir()


def run(package: Path, code: str) -> str:
    """Run `code` in a Python that sees this package and the standard library only."""
    shown = f"import sys; sys.path[:] = [{str(package)!r}] + [p for p in sys.path if 'site-packages' not in p]\n{code}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", shown], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


SERVICES = """
import boto3
print(*boto3.session.Session(region_name="us-east-1").get_available_services())
"""


def test_boto3_has_the_services_that_are_called_and_no_other(package: Path):
    assert run(package, SERVICES).split() == sorted(AWS_SERVICES)


def test_boto3_has_every_service_that_the_functions_make_a_client_of():
    sources = "".join(path.read_text() for path in (bundling.SOURCES).rglob("*.py"))

    assert set(re.findall(r'(?:boto3\.client|clients\.get)\(\s*"([\w-]+)"', sources)) == set(AWS_SERVICES)


WHERE = """
import boto3
session = boto3.session.Session("x", "y")
for service in {services}:
    for region in ("us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1"):
        client = session.client(service, region_name=region)
        print(client.meta.endpoint_url, client.meta.region_name)
"""


def test_the_pruned_boto3_has_the_same_endpoints(package: Path):
    script = WHERE.format(services=AWS_SERVICES)
    whole = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert run(package, script) == whole


AMOUNTS = """
from payments.amount_text import LOCALES, amount_text
print(*(ascii(amount_text(4990, "eur", language)) for language in LOCALES))
"""


def test_amounts_are_written_with_the_locale_data_that_ships(package: Path):
    whole = [ascii(amount_text(4990, "eur", language)) for language in LOCALES]

    assert run(package, AMOUNTS).split() == whole
    assert set(bundling.LOCALES) == set(LOCALE_DATA)


IMPORTS = """
import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
"""


def test_boto3_and_powertools_can_be_imported(package: Path):
    run(package, IMPORTS)


STRIPE = """
import stripe
client = stripe.StripeClient("sk_test_x", base_addresses={"api": "http://127.0.0.1:9"}, max_network_retries=0)
requests = (
    lambda: client.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}}),
    lambda: client.v1.checkout.sessions.retrieve("cs_1"),
    lambda: client.v1.payment_intents.retrieve("pi_1"),
    lambda: client.v1.setup_intents.retrieve("seti_1"),
    lambda: client.v1.customers.create({}),
)
for request in requests:
    try:
        request()
    except stripe.APIConnectionError:
        print("asked")
found = {"object": "checkout.session", "id": "cs_1", "payment_intent": {"object": "payment_intent", "id": "pi_1"}}
print(stripe.checkout.Session.construct_from(found, "sk_test_x").payment_intent.id)
made = stripe.PaymentMethod.construct_from({"object": "payment_method", "card": {"brand": "visa"}}, "sk_test_x")
print(made.card.brand)
"""


def test_stripe_can_do_what_payments_need(package: Path):
    assert run(package, STRIPE).split() == [*["asked"] * 5, "pi_1", "visa"]


def test_byte_code_is_used_whatever_the_time_stamps_are(tmp_path: Path):
    bundling.build(tmp_path, compiled=True)
    for source in tmp_path.rglob("*.py"):
        source.write_text("raise SystemExit('compiled anew')")

    run(tmp_path, "import stripe, boto3, chat.values.card")


MAGIC_NUMBERS = {(3, 13): 3571}  # importlib.util.MAGIC_NUMBER of that Python version: byte code begins with it


def test_no_byte_code_ships_that_the_runtime_would_not_use(tmp_path: Path):
    bundling.build(tmp_path, compiled=bundling.compiles(STAGES["prod"]))
    begins = {int.from_bytes(path.read_bytes()[:2], "little") for path in tmp_path.rglob("*.pyc")}

    assert begins <= {MAGIC_NUMBERS[bundling.RUNTIME]}


def test_the_fingerprint_stays_when_nothing_changes():
    assert bundling.fingerprint(compiled=False) == bundling.fingerprint(compiled=False)


def test_the_fingerprint_tells_byte_code_from_sources():
    assert bundling.fingerprint(compiled=False) != bundling.fingerprint(compiled=True)


def test_the_fingerprint_changes_with_our_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = bundling.fingerprint(compiled=False)
    shutil.copytree(bundling.SOURCES, tmp_path / "lambdas")
    monkeypatch.setattr(bundling, "SOURCES", tmp_path / "lambdas")
    assert bundling.fingerprint(compiled=False) == before

    (tmp_path / "lambdas" / "chat" / "card.py").write_text("changed = True")

    assert bundling.fingerprint(compiled=False) != before
