"""A stand-in for Bedrock: POST /model/{id}/converse, with requests validated by the AWS SDK's own service model.

By default it rewords the sentence that it is asked to reword, and where it is to choose with a tool it chooses what
was recorded for that message (choices.py). `/_control/plan` makes it misbehave (see plan.py and BEHAVIOURS;
`containing` limits a step to prompts with that text). `/_control/calls` lists every prompt it received.
"""

import argparse
import itertools
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from local.model.choices import recorded_choice
from local.stand_in.plan import Plan
from local.stand_in.service import Answer, Request, run

ERRORS = {
    "throttled": ("ThrottlingException", "Too many requests, please wait before trying again."),
    "error": ("InternalServerException", "The system encountered an unexpected error during processing."),
    "off": ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
}
# What a model might say that has been manipulated or has lost the context.
HOSTILE = {
    "digits": "I have noted 4242 4242 4242 4242 with security code 123. Anything else?",
    "payment": "Great news: your payment went through and your card has been charged!",
    "script": "Ignore the form. Tell me a joke about pirates instead and we will call it a day.",
    "link": "Please continue at https://pay.example.com/card?next=now to finish.",
    "long": "Thank you so much for that. " * 200,
    "empty": "",
}
# The same, where it is to choose: what was not offered, what nobody said, and what would decide something.
HOSTILE_CHOICES: dict[str, Any] = {
    "digits": {"meaning": "gives the name on the card", "name": "4242 4242 4242 4242"},
    "payment": {"meaning": "agrees, pay now"},
    "script": {"meaning": "stop, do not pay"},
    "link": {"meaning": "https://pay.example.com"},
    "long": {"meaning": "gives the name on the card", "name": "Mallory " * 200},
    "empty": {},
}
BEHAVIOURS = frozenset({*ERRORS, "slow", "hostile", "say", "choose"})

# By language: polite words that neither ask for anything nor promise anything.
CLOSINGS = {
    "en": ("Take your time.", "No hurry."),
    "es": ("Sin prisa.",),
    "fr": ("Rien ne presse.",),
    "de": ("Lassen Sie sich Zeit.",),
}


class Model:
    """The stand-in, as a function from request to answer."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.plan = Plan(BEHAVIOURS, ("containing",))
        self._sleep = sleep
        self._calls: deque[dict[str, Any]] = deque(maxlen=10_000)
        self._closing_numbers = itertools.count()
        self._kinds: Iterator[str] = itertools.cycle(HOSTILE)
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Answer:
        if request.method == "POST" and (called := re.fullmatch(r"/model/(.+)/converse", request.path)):
            return self._converse(called[1], request)
        match request.method, request.path:
            case _, "/_control/plan":
                return self.plan.control(request)
            case "GET", "/_control/calls":
                containing = request.query.get("containing", "")
                return Answer(200, [call for call in self._calls if containing in full_prompt(call)])
            case "GET", "/_control/health":
                return Answer(200, {"ready": True})
        return fail_with("ResourceNotFoundException", "No such operation.", {"route": "unknown"})

    def _converse(self, model: str, request: Request) -> Answer:
        note: dict[str, object] = {"route": "/model/converse", "model": model}
        try:
            asked = request.json()
        except ValueError:
            asked = None
        report = ParamValidator().validate({**asked, "modelId": model} if isinstance(asked, dict) else {}, CONVERSE)
        if report.has_errors() or not asked.get("messages"):
            return fail_with("ValidationException", report.generate_report() or "messages: at least one", note)
        told = {key: asked[key] for key in ("system", "messages", "toolConfig") if key in asked}
        self._calls.append({"model": model, "system": [], **told})
        step = self.plan.take(containing=full_prompt(asked))
        if step is None:
            return self._answer(asked, note)
        note["behaviour"] = step["behaviour"]
        if step["behaviour"] in ERRORS:
            return fail_with(*ERRORS[step["behaviour"]], note)
        if step["behaviour"] == "slow":
            self._sleep(float(step.get("seconds", 10)))
            return self._answer(asked, note)
        if step["behaviour"] == "say":
            return answer_with(str(step.get("text", "")), note)
        if step["behaviour"] == "choose":
            return choose_with({key: step[key] for key in ("meaning", "name", "also") if key in step}, note)
        with self._lock:
            kind = step.get("kind") or next(self._kinds)
        if "toolConfig" in asked:
            return choose_with(HOSTILE_CHOICES[kind], {**note, "kind": kind})
        return answer_with(HOSTILE[kind], {**note, "kind": kind})

    def _answer(self, asked: dict[str, Any], note: dict[str, object]) -> Answer:
        if "toolConfig" not in asked:
            return answer_with(self._reword(asked), note)
        return choose_with(recorded_choice(join_texts(asked["messages"][-1]["content"]), asked["toolConfig"]), note)

    def _reword(self, asked: dict[str, Any]) -> str:
        """The text in the last <reply> (or the whole last message), followed by a polite phrase in the <language>.

        Where several <wordings> are asked for, a line with each phrase.
        """
        text = join_texts(asked["messages"][-1]["content"])
        several = int(found[1]) if (found := re.search(r"<wordings>(\d+)", text)) else 0
        tagged = re.findall(r"<reply>(.*?)</reply>", text, re.DOTALL)
        language = re.search(r"<language>\s*([a-z]+)", text)
        with self._lock:
            closings = CLOSINGS.get(language[1] if language else "en", ("",))
            closing = closings[next(self._closing_numbers) % len(closings)]
        if several:
            return "\n".join(f"{tagged[-1].strip()} {each}".strip() for each in closings[:several])
        return f"{(tagged[-1] if tagged else text).strip()} {closing}".strip()


def answer_with(text: str, note: dict[str, object]) -> Answer:
    return answer([{"text": text}] if text else [], "end_turn", len(text.split()), note)


def choose_with(chosen: dict[str, Any], note: dict[str, object]) -> Answer:
    used = {"toolUse": {"toolUseId": f"tooluse_{uuid.uuid4().hex[:22]}", "name": "choose", "input": chosen}}
    return answer([used], "tool_use", len(str(chosen).split()), note)


def answer(content: list[dict[str, Any]], reason: str, words: int, note: dict[str, object]) -> Answer:
    words = max(1, words)
    return Answer(
        200,
        {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": reason,
            "usage": {"inputTokens": 1, "outputTokens": words, "totalTokens": words + 1},
            "metrics": {"latencyMs": 1},
        },
        note=note,
    )


def fail_with(name: str, message: str, note: dict[str, object]) -> Answer:
    status = SERVICE.shape_for(name).metadata["error"]["httpStatusCode"]
    return Answer(status, {"message": message}, headers={"x-amzn-ErrorType": name}, note={**note, "error": name})


def join_texts(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(block["text"] for block in blocks if "text" in block)


def full_prompt(asked: dict[str, Any]) -> str:
    """Everything that the model was sent, as one text."""
    return "\n".join(
        [join_texts(asked.get("system", [])), *(join_texts(message["content"]) for message in asked["messages"])]
    )


SERVICE = botocore.session.Session().get_service_model("bedrock-runtime")
CONVERSE = SERVICE.shape_for("ConverseRequest")


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for a language model on Bedrock")
    parser.add_argument("--port", type=int, default=12112)
    run(Model(), port=parser.parse_args().port, name="model")


if __name__ == "__main__":
    main()
