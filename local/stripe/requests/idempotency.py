"""Idempotency keys as Stripe handles them: a request is executed once per key, and a repeat gets the saved answer.

https://docs.stripe.com/api/idempotent_requests
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from local.stand_in.service import Answer
from local.stripe.answers import BEHAVIOURS, IN_PROGRESS, OTHER_PARAMETERS


@dataclass
class Saved:
    """The first request with a key: its fingerprint, and its answer when it has been executed."""

    fingerprint: str
    answer: Answer | None = None


class Idempotency:
    """Stores keyed hashes of the requests, never their parameters. The hash key lives in this process only."""

    def __init__(self) -> None:
        self._hash_key = secrets.token_bytes(32)
        self._saved: dict[str, Saved] = {}
        self._lock = threading.Lock()

    def answer(self, key: str | None, body: bytes, execute: Callable[[], tuple[Answer, bool]]) -> Answer:
        """`execute` returns an answer and whether execution began. Only then is the answer saved, even a 500."""
        if key is None:
            return execute()[0]
        fingerprint = self._fingerprint(body)
        with self._lock:
            saved = self._saved.get(key)
            if saved is None:
                self._saved[key] = Saved(fingerprint)
        if saved is not None:
            return _repeat(saved, fingerprint, key)
        try:
            answer, is_executed = execute()
        except BaseException:
            self._saved.pop(key)
            raise
        if is_executed:
            self._saved[key].answer = replace(answer, reset=False)
        else:
            self._saved.pop(key)
        return answer

    def _fingerprint(self, body: bytes) -> str:
        return hmac.new(self._hash_key, b"&".join(sorted(body.split(b"&"))), hashlib.sha256).hexdigest()


def _repeat(saved: Saved, fingerprint: str, key: str) -> Answer:
    if saved.fingerprint != fingerprint:
        message = OTHER_PARAMETERS.format(key=key)
        return Answer(400, {"error": {"type": "idempotency_error", "message": message}})
    if saved.answer is None:
        return Answer(409, {"error": {**BEHAVIOURS["conflict"][1], "message": IN_PROGRESS.format(key=key)}})
    headers = {**saved.answer.headers, "Idempotent-Replayed": "true"}
    return replace(saved.answer, headers=headers, note={**saved.answer.note, "replayed": True})
