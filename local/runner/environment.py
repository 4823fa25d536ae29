"""The ports of the local stage, and an environment in which nothing can reach a real AWS account."""

import os
import socket
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "000000000000"
HOST = "127.0.0.1"
# The Stripe stand-in accepts this key. Stripe itself does not.
LOCAL_STRIPE_KEY = "sk_test_local_stage_not_a_real_key"

ROOT = Path(__file__).resolve().parents[2]
TOOL_PATHS = (ROOT / ".venv" / "bin", ROOT / ".venv" / "node" / "node_modules" / ".bin")


class PortError(Exception):
    """A port that cannot be used; the message names it and the variable that moves it."""


@dataclass(frozen=True)
class Ports:
    """The field `emulator` is moved by the variable EMULATOR_PORT, and so on."""

    emulator: int = 4566
    stripe: int = 12111
    model: int = 12112
    page: int = 8501
    merchant: int = 12113

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Ports":
        """Raises PortError when a variable holds no port number, or two hold the same one."""
        ports: dict[str, int] = {}
        for field in fields(cls):
            variable = variable_of(field.name)
            text = environment.get(variable) or str(field.default)
            if not text.isdecimal() or not 0 < int(text) < 65536:
                raise PortError(f"{variable} is not a port number.")
            if int(text) in ports.values():
                raise PortError(f"{variable} is {text}, which another part of the local stage uses too.")
            ports[field.name] = int(text)
        return cls(**ports)

    @classmethod
    def free(cls) -> "Ports":
        """Ports that are unused at this moment."""
        sockets = [socket.create_server((HOST, 0)) for _ in fields(cls)]
        try:
            return cls(*(bound.getsockname()[1] for bound in sockets))
        finally:
            for bound in sockets:
                bound.close()

    def variables(self) -> dict[str, str]:
        return {variable_of(field.name): str(port) for field, port in zip(fields(self), astuple(self), strict=True)}

    def check_free(self, names: tuple[str, ...]) -> None:
        """Raises PortError for the first of the named ports that is taken."""
        for name in names:
            port = getattr(self, name)
            with socket.socket() as probe:
                # Servers set this too: a port whose last connections are still closing counts as free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError:
                    moved = f"Set {variable_of(name)} to another port, or stop what uses {port}."
                    raise PortError(f"Port {port} (the {name}'s) is taken. {moved}") from None


def variable_of(name: str) -> str:
    return f"{name.upper()}_PORT"


def address(port: int) -> str:
    return f"http://{HOST}:{port}"


def isolated_environment(environment: Mapping[str, str], ports: Ports, temporary: Path) -> dict[str, str]:
    """The caller's environment without anything that leads to an AWS account, Stripe, Docker or a proxy.

    Every process of the stage gets this environment, so none can use a profile, role or credential of the user.
    """
    removed = ("AWS_", "CDK_", "STRIPE_", "DOCKER_", "MINISTACK_", "LAMBDA_", "POWERTOOLS_", "STREAMLIT_", "PYTEST_")
    kept = {name: value for name, value in environment.items() if not name.startswith(removed)}
    path = os.pathsep.join([*map(str, TOOL_PATHS), environment.get("PATH", os.defpath)])
    return kept | {
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": address(ports.emulator),
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        # The emulator looks for containers to clean up. A socket that does not exist keeps it away from Docker.
        "DOCKER_HOST": f"unix://{temporary}/no-docker.sock",
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
    }


def emulator_variables(port: int, state: Path, *, persist: bool = False) -> dict[str, str]:
    """The emulator's settings. With `persist` it stores its state in the directory when SIGTERM ends it."""
    return {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": str(int(persist)),
        "S3_PERSIST": str(int(persist)),
        "STATE_DIR": str(state / "services"),
        "S3_DATA_DIR": str(state / "s3"),
    }
