"""How well the model of a stage points: `make hear STAGE=dev` has it choose what sayings and the corpus mean.

Of the sayings one for each meaning is asked, and one long message, of which the weights know nothing (long.toml): these
show what the rules alone find, and the model. On a deployed stage the real model is asked, with the credentials of the
shell: some 1,500 calls, some cents. `local` asks the stand-in, which knows what was recorded. Nothing is paid, and no
session is touched.
"""

import json
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chat.adapters.bedrock import BedrockPointing
from chat.languages.language import language_tags, load_language
from chat.turns.composing import Unanswered
from chat.understanding.interpret import interpret
from chat.understanding.pointing.at_step import meanings_at
from chat.understanding.pointing.by_model import NOTHING, OpenMessage, offer, open_message
from chat.understanding.pointing.meaning import as_intent
from chat.values.session import Session
from infra.config import Stage
from infra.stages import stage_named
from local.hearing.sayings import read_sayings
from local.model.server import Model
from local.stand_in.service import Request
from tests.conversations.corpus import load
from tests.conversations.offline import POLICY, TODAY, Payer
from wording.checks import has_digit

LONG = Path(__file__).with_name("long.toml")
SECONDS = 2  # as long as a turn waits
AT_ONCE = 8
SEED = ("hello", "Ada Lovelace", "4242 4242 4242 4242", "12/30", "123")
WORST = 15  # confusions that are listed


@dataclass(frozen=True)
class Asked:
    """`meant`: what the saying stands under; "" in the corpus, which says it of no message. `is_long`: of long.toml."""

    language: str
    said: OpenMessage
    session: Session
    meant: str = ""
    is_long: bool = False

    @property
    def is_found_by_rules(self) -> bool:
        heard = interpret(self.said.said, self.session, TODAY, POLICY)
        meant = as_intent(self.meant, self.session)
        return meant is not None and (heard.topic, heard.unsure) == (meant.topic, meant.unsure)


@dataclass(frozen=True)
class Chosen:
    """`meaning`: "none" where the model found none of the list right, "failed" where it gave no answer of use."""

    asked: Asked
    meaning: str
    seconds: float


class Telemetry:
    def count(self, name: str, **dimensions: str) -> None:
        """Nothing is measured here but what is printed."""


class StandIn:
    """The stand-in behind the SDK's interface, in this process."""

    def __init__(self) -> None:
        self._model = Model()

    def converse(self, *, modelId: str, **request: Any) -> Any:  # noqa: N803
        body = json.dumps(request).encode()
        return self._model(Request("POST", f"/model/{modelId}/converse", body=body)).body


def sayings() -> Iterator[Asked]:
    """The middle one of each meaning that has no digit."""
    for tag in language_tags():
        for meaning, said in read_sayings(tag).items():
            text = next((each for each in said[len(said) // 2 :] if not has_digit(each)), "")
            yield from _asked(tag, text, meaning, is_long=False)


def long_messages() -> Iterator[Asked]:
    for tag, said in tomllib.loads(LONG.read_text(encoding="utf-8")).items():
        for meaning, text in said.items():
            yield from _asked(tag, text, meaning, is_long=True)


def _asked(tag: str, text: str, meaning: str, *, is_long: bool) -> Iterator[Asked]:
    """Where it makes sense first."""
    language = load_language(tag)
    session = next((each for each in sessions(tag) if meaning in meanings_at(each, language)), None)
    if text and session and (offered := offer(text, session, language)):
        yield Asked(tag, offered, session, meaning, is_long)


def corpus() -> Iterator[Asked]:
    """The messages of the corpus of which the rules hear nothing certain."""
    for conversation in load():
        payer = Payer(conversation.language, order=conversation.order)
        for turn in conversation.turns:
            offered = open_message(interpret(turn.say, payer.session, TODAY, POLICY), payer.session)
            if offered and not payer.session.outcome:
                yield Asked(payer.session.language, offered, payer.session)
            payer.send(turn.say, turn.decline)


@cache
def sessions(tag: str) -> tuple[Session, ...]:
    """A conversation at each of its steps."""
    payer, found = Payer(tag), []
    for said in SEED:
        payer.send(said)
        found.append(payer.session)
    return tuple(found)


def choose(pointing: BedrockPointing, asked: Asked) -> Chosen:
    started = time.monotonic()
    try:
        phrase = pointing.point(asked.said, asked.session).phrase
        meaning = "none" if phrase == NOTHING else asked.said.phrases[phrase]
    except Unanswered:
        meaning = "failed"
    return Chosen(asked, meaning, time.monotonic() - started)


def ask_all(pointing: BedrockPointing, messages: list[Asked]) -> list[Chosen]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = []
        for number, each in enumerate(pool.map(lambda asked: choose(pointing, asked), messages), 1):
            found.append(each)
            if number % 100 == 0 or number == len(messages):
                print(f"{number} of {len(messages)} asked", file=sys.stderr)
        return found


def report(found: list[Chosen]) -> str:
    """By language: how many sayings were understood; then what was taken for what, and how long it took."""
    told = [each for each in found if each.asked.meant]
    lines = table("sayings", [each for each in told if not each.asked.is_long])
    lines += ["", *table("long messages", [each for each in told if each.asked.is_long])]
    confused = Counter((each.asked.meant, each.meaning) for each in told if verdict(each) == "other")
    lines += ["", "Taken for another, most often:"]
    lines += [f"  {meant} → {taken}: {count}" for (meant, taken), count in confused.most_common(WORST)]
    rest = Counter(each.meaning for each in found if not each.asked.meant)
    lines += ["", f"Of the corpus {rest.total()} messages were open; chosen: "]
    lines[-1] += ", ".join(f"{meaning} {count}" for meaning, count in rest.most_common(WORST))
    seconds = sorted(each.seconds for each in found)
    late = sum(each > SECONDS for each in seconds)
    lines += ["", f"Seconds: median {seconds[len(seconds) // 2]:.2f}, p95 {seconds[int(len(seconds) * 0.95)]:.2f}"]
    lines[-1] += f"; {late} of {len(seconds)} later than a turn waits ({SECONDS} s)"
    return "\n".join(lines)


def table(name: str, told: list[Chosen]) -> list[str]:
    """What the rules alone find, and what the model chose."""
    lines = [f"| language | {name} | rules alone | model | other | none | not offered | failed |", "|---|" + "---|" * 7]
    for tag in ("all", *sorted({each.asked.language for each in told})):
        mine = [each for each in told if tag in ("all", each.asked.language)]
        counts = Counter(map(verdict, mine))
        cells = (counts[kind] for kind in ("right", "other", "none", "not offered", "failed"))
        ruled = sum(each.asked.is_found_by_rules for each in mine)
        lines.append(f"| {tag} | {len(mine)} | {ruled} | " + " | ".join(map(str, cells)) + " |")
    return lines


def verdict(each: Chosen) -> str:
    if each.meaning in ("none", "failed"):
        is_offered = each.asked.meant in each.asked.said.phrases.values()
        return each.meaning if is_offered or each.meaning == "failed" else "not offered"
    return "right" if each.meaning == each.asked.meant else "other"


def model_of(stage: Stage) -> BedrockPointing:
    if stage.model is None:
        raise SystemExit(f"The stage {stage.name} has no model.")
    if stage.name == "local":
        return BedrockPointing(StandIn(), stage.model.profile, Telemetry())  # type: ignore[arg-type]
    settings = Config(read_timeout=SECONDS, connect_timeout=SECONDS, retries={"total_max_attempts": 1})
    bedrock = boto3.client("bedrock-runtime", region_name=stage.region, config=settings)
    try:
        boto3.client("sts", region_name=stage.region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise SystemExit(f"The model of {stage.name} cannot be asked without AWS credentials ({error}).") from None
    return BedrockPointing(bedrock, stage.model.profile, Telemetry())


def main(name: str) -> int:
    stage = stage_named(name)
    pointing = model_of(stage)
    found = ask_all(pointing, [*sayings(), *long_messages(), *corpus()])
    print(report(found))
    failed = sum(each.meaning == "failed" for each in found)
    return 1 if failed > len(found) / 2 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "local"))
