"""What was asked for today: a small file that all servers on this machine share."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

FILE = "payment-chat/requests.sqlite3"
STATE_FILE = "PAYMENT_CHAT_STATE_FILE"
LOCK_WAIT_SECONDS = 10
TABLE = """CREATE TABLE IF NOT EXISTS requests (
  day TEXT, api TEXT, reference TEXT, currency TEXT, amount INTEGER,
  PRIMARY KEY (day, api, reference, currency, amount))"""
SUM = "SELECT COALESCE(SUM(amount), 0) FROM requests WHERE day = ? AND api = ? AND currency = ?"


class Ledger:
    """The requests of one stage, by day. A repeated request counts once. Cancelled ones count too."""

    def __init__(self, file: Path, api_url: str) -> None:
        self._file, self._api = file, api_url

    def reserve(self, day: str, reference: str, currency: str, amount: int, check: Callable[[int], None]) -> bool:
        """Counts the request, unless `check`, which gets the day's sum so far, raises. False: it was counted before."""
        with self._locked() as database:
            row = (day, self._api, reference, currency, amount)
            known = "SELECT 1 FROM requests WHERE (day, api, reference, currency, amount) = (?, ?, ?, ?, ?)"
            if database.execute(known, row).fetchone():
                return False
            check(int(database.execute(SUM, (day, self._api, currency)).fetchone()[0]))
            database.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", row)
            database.execute("DELETE FROM requests WHERE day < date(?, '-7 days')", (day,))
            return True

    def release(self, day: str, reference: str, currency: str, amount: int) -> None:
        """Counts the request no more: the API has refused it."""
        same = "DELETE FROM requests WHERE (day, api, reference, currency, amount) = (?, ?, ?, ?, ?)"
        with self._locked() as database:
            database.execute(same, (day, self._api, reference, currency, amount))

    @contextmanager
    def _locked(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other process can interleave with."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(sqlite3.connect(self._file, timeout=LOCK_WAIT_SECONDS, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                database.execute(TABLE)
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def ledger_file(environment: Mapping[str, str], home: Path) -> Path:
    """Where the requests are counted: as PAYMENT_CHAT_STATE_FILE says, else among the user's state files."""
    if told := environment.get(STATE_FILE):
        return home / told
    return home / (environment.get("XDG_STATE_HOME") or ".local/state") / FILE
