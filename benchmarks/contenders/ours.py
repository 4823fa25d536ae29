"""The shipped handler, from API Gateway's event to its reply. Stripe and the model are replaced by constants."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import Any

from benchmarks.conversation import WORDED
from chat import handler
from chat.turns.composing import Worded
from chat.values.session import PaymentToken

CONTEXT = SimpleNamespace(
    function_name="chat",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:chat",
    aws_request_id="request-1",
    get_remaining_time_in_millis=lambda: 25_000,
)


class ConstantModel:
    def word(self, _: object) -> Worded:
        return Worded(WORDED, is_prepared=True)


class ConstantStripe:
    def prepare(self) -> None: ...

    def create_payment_method(self, payment: Any) -> PaymentToken:
        return PaymentToken("pm_1Constant", payment.card.brand, payment.card.last4)


class Ours:
    def __init__(self) -> None:
        api = handler.api()
        confirmation = replace(api.turns.confirmation, processor=ConstantStripe())
        composer = replace(api.turns.composer, wording=ConstantModel())
        turns = replace(api.turns, composer=composer, confirmation=confirmation)
        handler.api = lambda: replace(api, turns=turns)
        self.numbers = count()

    def conversation(self, texts: Sequence[str]) -> Iterator[Callable[[], object]]:
        session_id, headers = (
            f"bench-{os.getpid()}-{next(self.numbers)}",
            {"Content-Type": "application/json", "Accept-Language": "en"},
        )
        for number, text in enumerate(texts):
            event = _event(headers, {"sessionId": session_id, "messageId": f"message-{number}", "message": text})
            replies: list[dict[str, Any]] = []
            yield lambda event=event, replies=replies: replies.append(handler.handle(event, CONTEXT))
            reply = json.loads(replies[0]["body"])
            if replies[0]["statusCode"] != 200:
                raise RuntimeError(reply)
            headers = {"X-Session-Token": reply["sessionToken"], **headers} if "sessionToken" in reply else headers


def _event(headers: dict[str, str], body: dict[str, str]) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "resource": "/chat",
        "headers": headers,
        "requestContext": {"identity": {"sourceIp": "203.0.113.7"}},
        "isBase64Encoded": False,
        "body": json.dumps(body),
    }


def contender() -> Ours:
    return Ours()
