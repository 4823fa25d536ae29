"""Bedrock: a model that is asked for words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from runtime.aws import DENIED, code_of
from runtime.deadline import DeadlineExceeded

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient


class NoAnswer(Exception):
    """`cause`: off (it was not asked), slow, throttled, denied or failed."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Model:
    def __init__(self, bedrock: BedrockRuntimeClient, model_id: str) -> None:
        self._bedrock, self.id = bedrock, model_id

    def ask(self, system: str, prompt: str, *, max_tokens: int, temperature: float) -> str:
        """Raises NoAnswer."""
        try:
            reply = self._bedrock.converse(
                modelId=self.id,
                system=[{"text": system}],
                messages=[{"role": "user", "content": [{"text": prompt}]}],
                inferenceConfig={"maxTokens": max_tokens, "temperature": temperature},
            )
            return str(reply["output"]["message"]["content"][0]["text"])
        except (ConnectTimeoutError, ReadTimeoutError):
            raise NoAnswer("slow") from None
        except ClientError as error:
            if code_of(error) in DENIED:
                raise NoAnswer("denied") from None
            raise NoAnswer("throttled" if code_of(error) == "ThrottlingException" else "failed") from None
        except DeadlineExceeded:
            raise NoAnswer("off") from None
        except (BotoCoreError, ResponseParserError, LookupError, TypeError):
            raise NoAnswer("failed") from None
