"""Child processes that never outlive their parent: each in a group of its own, ended together within seconds."""

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

from local.runner.watchdog import GRACE

WATCHDOG = Path(__file__).with_name("watchdog.py")
PR_SET_PDEATHSIG = 1
STOP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class ChildError(Exception):
    """A child ended that should not have; the message shows the end of its log."""


def follow_parent() -> None:
    """Have this process told to end (SIGTERM) when its parent dies. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


class Children:
    """A context: whatever was started inside has ended after it, even if this process is killed meanwhile."""

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
        """Output goes to `<name>.log`; `settings` are added to the environment."""
        with self.log(name).open("ab") as log, uninterrupted():
            self._running[name] = subprocess.Popen(
                command,
                cwd=cwd,
                env={**self._environment, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches this process only, which then ends them in order
            )
            self._tell("+", self._running[name])

    def finish(self, *names: str) -> None:
        """Wait until these have ended by themselves; ChildError when one failed, or another child ended."""
        waiting = set(names)
        while waiting:
            self.check(but=waiting)
            for name in [name for name in waiting if self._running[name].poll() is not None]:
                waiting.remove(name)
                child = self._running.pop(name)
                end_group(child, signal.SIGKILL)  # what it may have left behind
                self._tell("-", child)
                if child.returncode != 0:
                    raise ChildError(self.report(name, child.returncode))
            time.sleep(0.05)

    def wait_for(self, what: str, ready: Callable[[], bool], *, seconds: float) -> None:
        """Until `ready()`; ChildError when a child ends meanwhile or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildError(f"{what}: not ready after {seconds:.0f} s. The logs are in {self.logs}.")
            time.sleep(0.05)

    def check(self, but: Collection[str] = ()) -> None:
        """ChildError when one has ended, except for those."""
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
        """SIGTERM to all at once, then, after GRACE, SIGKILL to every group: it reaches what they had started."""
        for number in STOP:
            signal.signal(number, signal.SIG_IGN)
        for child in self._running.values():
            end_group(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
        for child in self._running.values():
            end_group(child, signal.SIGKILL)
            child.wait()
            self._tell("-", child)
        self._running.clear()
        self._watchdog.communicate()

    def _tell(self, sign: str, child: subprocess.Popen[bytes]) -> None:
        if self._watchdog.stdin is None:
            return
        with suppress(BrokenPipeError):
            self._watchdog.stdin.write(f"{sign} {child.pid}\n")
            self._watchdog.stdin.flush()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """A stop signal waits until the block has been left: no child is started and then forgotten."""
    waiting: list[int] = []
    usual = {number: signal.signal(number, lambda number, _: waiting.append(number)) for number in STOP}
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
