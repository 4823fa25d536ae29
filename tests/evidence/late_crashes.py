"""A crash during a confirmation that begins shortly before the card's hour ends; the payer's page repeats the message.

Times are drawn around every deadline: the last second at which a confirmation may begin, the end of its claim, the end
of the card's hour. A PaymentMethod that Stripe made must reach the payer, and no session may outlive the hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from chat.turns.claims import CLAIM_SECONDS, RETRY_SECONDS
from tests.evidence.crashes import SCRIPTS, Crash, Survivor
from tests.fakes import World

REPEAT_SECONDS = 5
LATEST_SECONDS = CLAIM_SECONDS + RETRY_SECONDS  # before the card's hour ends: the last moment for a confirmation
AROUND = range(-REPEAT_SECONDS, REPEAT_SECONDS + 1)
SECONDS_BEFORE_THE_END = sorted(
    {deadline + around for deadline in (0, CLAIM_SECONDS, RETRY_SECONDS, LATEST_SECONDS) for around in AROUND}
)


@dataclass(frozen=True)
class LateCrash:
    seconds_before_the_end: int
    effect: str
    after: bool
    wrong: tuple[str, ...]


def all_late_crashes() -> Iterator[LateCrash]:
    for seconds in SECONDS_BEFORE_THE_END:
        effects = _play(seconds, Crash())[0]
        for at, effect in enumerate(effects):
            for after in (False, True):
                yield LateCrash(seconds, effect, after, tuple(_play(seconds, Crash(at, after))[1]))


def _play(seconds_before_the_end: int, crash: Crash) -> tuple[list[str], list[str]]:
    """The side effects of the confirmation, and what was wrong."""
    world = World()
    payer = Survivor(world, Crash())
    *steps, confirm = SCRIPTS["the six steps"]
    for number, text in enumerate(steps):
        payer.says(text, f"m{number}")
    deadline = world.sessions.load("abc-123").card_deadline
    world.time = deadline - seconds_before_the_end
    payer.crash = crash
    asked_at = []
    world.processor.meanwhile = lambda: asked_at.append(world.time)
    while payer.says(confirm, "m9", pause=REPEAT_SECONDS):
        pass
    made = {payment.attempt for payment in world.processor.accepted}
    wrong = []
    if len(made) > 1:
        wrong.append(f"{len(made)} PaymentMethods")
    if len(made) != len(payer.delivered):
        wrong.append(f"{len(made)} PaymentMethods made, {len(payer.delivered)} tokens delivered")
    if asked_at and max(asked_at) > deadline - CLAIM_SECONDS:
        wrong.append("Stripe was asked too late to finish within the card's hour")
    if world.sessions.items and max(int(item["ttl"]["N"]) for item in world.sessions.items.values()) > deadline:
        wrong.append("a session outlives the card's hour")
    return crash.effects, wrong
