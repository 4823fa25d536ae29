"""Child processes that never outlive this one: each has a process group, and all are ended together within seconds."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from local.runner.watchdog import GRACE_SECONDS

WATCHDOG = Path(__file__).with_name("watchdog.py")
PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class ChildError(Exception):
    """A child process ended unexpectedly; the message shows the end of its log."""


def end_with_parent() -> None:
    """Ask the kernel to send SIGTERM to this process when its parent dies. Does nothing except on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


class Children:
    """A context that ends the processes started in it, even if this process is killed."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs = logs
        self._environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._watchdog = subprocess.Popen(
            [sys.executable, "-E", "-S", WATCHDOG],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str | Path], *, cwd: Path, **settings: str) -> None:
        """The child's output goes to `<name>.log`; `settings` are added to its environment."""
        with self.log(name).open("ab") as log, hold_signals():
            self._running[name] = subprocess.Popen(
                command,
                cwd=cwd,
                env={**self._environment, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the children
            )
            self._tell_watchdog("+", self._running[name])

    def finish(self, *names: str) -> None:
        """Wait until the named children have ended. Raises ChildError when one failed, or when another child ended."""
        waiting = set(names)
        while waiting:
            self.check(but=waiting)
            for name in [name for name in waiting if self._running[name].poll() is not None]:
                waiting.remove(name)
                child = self._running.pop(name)
                end_group(child, signal.SIGKILL)  # processes that it may have left behind
                self._tell_watchdog("-", child)
                if child.returncode != 0:
                    raise ChildError(self.report(name, child.returncode))
            time.sleep(0.05)

    def wait_for(self, what: str, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `ready()`. Raises ChildError when a child ends meanwhile or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildError(f"{what}: not ready after {seconds:.0f} s. The logs are in {self.logs}.")
            time.sleep(0.05)

    def check(self, but: Collection[str] = ()) -> None:
        """Raises ChildError when a child has ended whose name is not in `but`."""
        for name, child in self._running.items():
            if name not in but and (status := child.poll()) is not None:
                raise ChildError(self.report(name, status))

    def report(self, name: str, status: int) -> str:
        tail = self.log(name).read_text(errors="replace").splitlines()[-25:]
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        return "\n".join([f"The {name} {how}. The end of {self.log(name)}:", *(f"  {line}" for line in tail)])

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def stop(self) -> None:
        """Send SIGTERM to all, then, after GRACE_SECONDS, SIGKILL to every group, so that grandchildren end as well."""
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for child in self._running.values():
            end_group(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
        for child in self._running.values():
            end_group(child, signal.SIGKILL)
            child.wait()
            self._tell_watchdog("-", child)
        self._running.clear()
        self._watchdog.communicate()

    def _tell_watchdog(self, sign: str, child: subprocess.Popen[bytes]) -> None:
        if self._watchdog.stdin is None:
            return
        with suppress(BrokenPipeError):
            self._watchdog.stdin.write(f"{sign} {child.pid}\n")
            self._watchdog.stdin.flush()


@contextmanager
def hold_signals() -> Iterator[None]:
    """Delay stop signals until the end of the block, so that a child cannot be started without being registered."""
    waiting: list[int] = []
    usual = {number: signal.signal(number, lambda number, _: waiting.append(number)) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
        for arrived in waiting:
            os.kill(os.getpid(), arrived)


def end_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
