"""The local stage before its first process starts: environment, ports, lock, and what makes it deploy again."""

import fcntl
import socket
import threading

import pytest

from local.runner.environment import ROOT, PortError, Ports, isolated_environment
from local.runner.fingerprint import SOURCES, source_files
from local.runner.serving import StageError
from local.runner.stage import only_stage


def test_no_credential_of_the_user_reaches_the_processes(tmp_path):
    users = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/token",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/",
        "CDK_DEPLOY_ACCOUNT": "210987654321",
        "STRIPE_API_KEY": "sk_live_real",
        "STRIPE_LOG": "debug",
    }

    passed = isolated_environment(users, Ports(emulator=4000), tmp_path)

    assert {name for name in passed if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
    }
    assert (passed["AWS_ACCESS_KEY_ID"], passed["AWS_CONFIG_FILE"]) == ("test", "/dev/null")
    assert passed["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4000"
    assert not any("real" in value.lower() or "210987654321" in value for value in passed.values())
    assert passed["HOME"] == "/home/me"


def test_ports_have_defaults_and_can_be_moved():
    assert Ports.from_environment({}) == Ports(4566, 12111, 12112, 8501, 12113)
    assert Ports.from_environment({"PAGE_PORT": "9000", "MODEL_PORT": ""}).page == 9000


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "80.5"])
def test_text_that_is_not_a_port_number_is_refused(text):
    with pytest.raises(PortError, match="EMULATOR_PORT"):
        Ports.from_environment({"EMULATOR_PORT": text})


def test_two_parts_cannot_share_a_port():
    with pytest.raises(PortError, match="MODEL_PORT is 12111"):
        Ports.from_environment({"MODEL_PORT": "12111"})


@pytest.mark.parametrize("name", ["emulator", "stripe", "model", "page", "merchant"])
def test_a_taken_port_is_named_with_the_variable_that_moves_it(name):
    ports = Ports.free()
    ports.check_free(("emulator", "stripe", "model", "page", "merchant"))
    with (
        socket.create_server(("127.0.0.1", getattr(ports, name))),
        pytest.raises(PortError, match=rf"{getattr(ports, name)} .* taken. Set {name.upper()}_PORT"),
    ):
        ports.check_free(("emulator", "stripe", "model", "page", "merchant"))


def test_a_stage_starts_although_a_reader_holds_the_lock_for_a_moment(tmp_path):
    (tmp_path / "lock").touch()
    with (tmp_path / "lock").open() as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)
        threading.Timer(0.2, fcntl.flock, (reader, fcntl.LOCK_UN)).start()

        with only_stage(tmp_path):
            pass


def test_a_second_stage_in_the_same_directory_is_refused(tmp_path):
    with only_stage(tmp_path), pytest.raises(StageError, match="running already"), only_stage(tmp_path):
        pass


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_of_the_fingerprint_is_read(source):
    read = {file.relative_to(ROOT).as_posix() for file in source_files()}

    assert any(file == source or file.startswith(f"{source}/") for file in read)
