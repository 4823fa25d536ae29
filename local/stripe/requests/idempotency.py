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

IN_PROGRESS = (
    "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
    "twice, and the other request is still going through): {key}. Please try again later."
)
OTHER_PARAMETERS = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a "
    "key other than '{key}' if you meant to execute a different request."
)
OTHER_ENDPOINT = (
    "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{path}'). Try "
    "using a key other than '{key}' if you meant to execute a different request."
)


@dataclass
class Saved:
    """The first request with a key: its address and fingerprint, and its answer when it has been executed."""

    path: str
    fingerprint: str
    answer: Answer | None = None


class Idempotency:
    """Stores keyed hashes of the requests, never their parameters. The hash key lives in this process only."""

    def __init__(self) -> None:
        self._hash_key = secrets.token_bytes(32)
        self._saved: dict[str, Saved] = {}
        self._lock = threading.Lock()

    def answer(self, key: str | None, path: str, body: bytes, execute: Callable[[], tuple[Answer, bool]]) -> Answer:
        """`execute` returns an answer and whether execution began. Only then is the answer saved, even a 500."""
        if key is None:
            return execute()[0]
        asked = Saved(path, self._fingerprint(body))
        with self._lock:
            saved = self._saved.get(key)
            if saved is None:
                self._saved[key] = asked
        if saved is not None:
            return _repeat(saved, asked, key)
        try:
            answer, is_executed = execute()
        except BaseException:
            self._saved.pop(key)
            raise
        if is_executed:
            asked.answer = replace(answer, reset=False)
        else:
            self._saved.pop(key)
        return answer

    def _fingerprint(self, body: bytes) -> str:
        return hmac.new(self._hash_key, b"&".join(sorted(body.split(b"&"))), hashlib.sha256).hexdigest()


def _repeat(saved: Saved, asked: Saved, key: str) -> Answer:
    if (saved.path, saved.fingerprint) != (asked.path, asked.fingerprint):
        message = OTHER_ENDPOINT if saved.path != asked.path else OTHER_PARAMETERS
        error = {"type": "idempotency_error", "message": message.format(key=key, path=saved.path)}
        return Answer(400, {"error": error})
    if saved.answer is None:
        error = {"code": "idempotency_key_in_use", "message": IN_PROGRESS.format(key=key)}
        return Answer(409, {"error": {"type": "invalid_request_error", **error}})
    headers = {**saved.answer.headers, "Idempotent-Replayed": "true"}
    return replace(saved.answer, headers=headers, note={**saved.answer.note, "replayed": True})
