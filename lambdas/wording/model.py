"""Bedrock: a model that is asked for words, or for a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from runtime.aws import DENIED, code_of
from runtime.deadline import DeadlineExceeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_bedrock_runtime.type_defs import ContentBlockOutputTypeDef, ToolSpecificationTypeDef

MAX_CHOICE_TOKENS = 80


class NoAnswer(Exception):
    """`cause`: off (it was not asked), slow, throttled, denied or failed."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Model:
    def __init__(self, bedrock: BedrockRuntimeClient, model_id: str) -> None:
        self._bedrock, self.id = bedrock, model_id

    def ask(self, system: str, prompt: str, *, max_tokens: int, temperature: float) -> str:
        """The model's words. Raises NoAnswer."""
        said = self._converse(system, prompt, inferenceConfig={"maxTokens": max_tokens, "temperature": temperature})
        try:
            return str(said[0]["text"])
        except (LookupError, TypeError):
            raise NoAnswer("failed") from None

    def choose(self, system: str, prompt: str, tool: ToolSpecificationTypeDef) -> Mapping[str, object]:
        """What it gives the tool: checked by no schema, since models do not always keep to it. Raises NoAnswer.

        No `toolChoice`: Llama has "auto" alone, which is the default.
        """
        said = self._converse(
            system,
            prompt,
            inferenceConfig={"maxTokens": MAX_CHOICE_TOKENS, "temperature": 0},
            toolConfig={"tools": [{"toolSpec": tool}]},
        )
        used = [each["toolUse"].get("input") for each in said if "toolUse" in each]
        if len(used) != 1 or not isinstance(used[0], dict):
            raise NoAnswer("failed")
        return used[0]

    def _converse(self, system: str, prompt: str, **settings: Any) -> list[ContentBlockOutputTypeDef]:
        try:
            reply = self._bedrock.converse(
                modelId=self.id,
                system=[{"text": system}],
                messages=[{"role": "user", "content": [{"text": prompt}]}],
                **settings,
            )
            return list(reply["output"]["message"]["content"])
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
