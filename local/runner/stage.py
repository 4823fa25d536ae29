"""The whole system on this machine, in the foreground: `make stage`, or `make run` with the page as well.

It consists of an AWS emulator, the same CDK stacks as on AWS, and stand-ins for Stripe and the model. outputs.json is
written when all of it is ready. Ctrl-C or SIGTERM ends all of it; stored data is there again at the next start.
"""

import argparse
import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from local.runner.environment import ROOT, PortError, Ports, isolated_environment
from local.runner.outputs import outputs_file
from local.runner.processes import STOP_SIGNALS, ChildError, Children, end_with_parent
from local.runner.serving import StageError, say, serve

LOCK_WAIT_SECONDS = 1.0  # find_running_stage holds the lock for a moment too


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the whole system on this machine.")
    parser.add_argument("--page", action="store_true", help="with the payment page")
    parser.add_argument("--directory", type=Path, default=ROOT / ".stage", help="where state and logs are kept")
    parser.add_argument("--brief", action="store_true", help="do not print how to use it")
    parser.add_argument("--tethered", action="store_true", help="end when the process that started this ends")
    chosen = parser.parse_args()
    if chosen.tethered:
        end_with_parent()
    for number in STOP_SIGNALS:
        signal.signal(number, stop_on_signal)
    try:
        run(chosen.directory.resolve(), page=chosen.page, brief=chosen.brief)
    except (StageError, PortError, ChildError, LookupError) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def stop_on_signal(_number: int, _frame: FrameType | None) -> None:
    """The first signal raises KeyboardInterrupt, which ends the children; later signals must not interrupt that."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def run(directory: Path, *, page: bool, brief: bool) -> None:
    logs, temporary = directory / "logs", directory / "tmp"
    with only_stage(directory):
        ports = Ports.from_environment(os.environ)
        servers = ("emulator", "stripe", "model", "merchant")
        ports.check_free((*servers, "page") if page else servers)
        shutil.rmtree(temporary, ignore_errors=True)
        for needed in (logs, temporary):
            needed.mkdir(parents=True, exist_ok=True)
        environment = isolated_environment(os.environ, ports, temporary)
        os.environ.clear()
        os.environ.update(environment)
        try:
            with Children(logs, environment) as children:
                serve(children, ports, directory, page=page, brief=brief)
        except KeyboardInterrupt:
            say("Stopped. What was stored will be there at the next start.")
            raise
        finally:
            outputs_file(directory).unlink(missing_ok=True)
            shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def only_stage(directory: Path) -> Iterator[None]:
    """One stage per directory. Raises StageError while another one runs there. The lock ends with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while not _is_locked_by_us(lock.fileno()):
            if time.monotonic() > deadline:
                raise StageError(f"A stage is running already in {directory}.")
            time.sleep(0.05)
        with suppress(FileNotFoundError):
            outputs_file(directory).unlink()
        yield


def _is_locked_by_us(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
