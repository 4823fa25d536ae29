"""The page's own server, as it is started in production."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

ROOT = Path(__file__).parents[2]


@dataclass
class Served:
    api_url: str
    log: Path
    port: int = 0
    merchant: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _written: IO[Any] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.port = self.port or _free_port()
        self._written = self.log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "payment_page.serve"],
            cwd=ROOT / "frontend",
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("client", "frontend/payment-entry")),
                "CHAT_API_URL": self.api_url,
                "PAGE_PORT": str(self.port),
                "MERCHANT": self.merchant,
            },
            stdout=self._written,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 40
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the page does not come up:\n{self.log.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process and self._written:
            self._process.terminate()
            self._process.wait(10)
            self._written.close()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=1, trust_env=False).is_success
        except httpx.TransportError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
