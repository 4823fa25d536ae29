"""Measure every promise, and write the figures down: `make evidence`. Ends with 1 when one does not hold."""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from local.demo.conversation import Api
from local.runner.environment import ROOT, Ports
from local.runner.launch import run_stage
from tests.evidence import (
    canary,
    crashes,
    digits,
    faults,
    full_size,
    guards,
    hosted,
    house,
    id_rule,
    late_crashes,
    leaks,
    order_rows,
    orders,
    orders_over_http,
    over_http,
    pointing,
    races,
    stage_faults,
    stage_life,
)
from tests.evidence.figures import Figure
from tests.evidence.mutation import MODULES
from tests.families import consent as family
from tests.stage import Stage, local_stage

JSON, PAGE = ROOT / "docs" / "evidence.json", ROOT / "docs" / "evidence.md"
MUTATION = ROOT / "docs" / "mutation.json"
STAGE = "local stage"
Measured = dict[str, list[Figure]]  # by the name of the proof
PATIENCE_SECONDS = 120  # for one answer: a busy machine is slow, and that is no figure


def no_canary() -> Iterator[Figure]:
    found = leaks.in_memory(2000)
    yield Figure(
        "no canary",
        f"{found.leaks.total()} leaks {[*found.leaks] or ''}: {found.conversations} conversations, "
        f"{found.messages} messages with {found.numbers} numbers and {found.cvvs} codes, "
        f"{found.seen['500']} forced exceptions, "
        f"{found.seen['completed']} completed, in {len(found.languages)} languages",
        "0 leaks in 2,000",
        not found.leaks and found.conversations == 2000,
    )


def crash() -> Iterator[Figure]:
    played, wrong = crashes.broken(crashes.all_of_them())
    yield Figure(
        "crash before and after every side effect, then repeat",
        f"{len(wrong)} exceptions in {played} crashes ({len(crashes.SCRIPTS)} conversations)",
        "0 exceptions",
        not wrong,
    )


def late_crash() -> Iterator[Figure]:
    played = list(late_crashes.all_late_crashes())
    wrong = [each for each in played if each.wrong]
    yield Figure(
        "crash in a confirmation shortly before the card's hour ends",
        f"{len(wrong)} lost tokens or late calls in {len(played)} crashes at "
        f"{len(late_crashes.SECONDS_BEFORE_THE_END)} moments around the deadlines",
        "0",
        not wrong,
    )


def deterministic_races() -> Iterator[Figure]:
    double = races.double_confirms(1000, 8)
    yield Figure(
        "double confirm, every order drawn", f"{len(double.wrong)} wrong in {double.races} × 8", "0", not double.wrong
    )
    for rival in races.RIVALS:
        race = races.confirms_against(rival, 1000)
        delivered = race.answers["confirm: completed"]
        yield Figure(
            f"confirm racing {rival}, every order drawn",
            f"{len(race.wrong)} wrong in {race.races} ({delivered} delivered)",
            "0",
            not race.wrong,
        )
    lost = races.lost_updates(1000)
    yield Figure("lost update, every order drawn", f"{len(lost.wrong)} in {lost.races} pairs", "0", not lost.wrong)


def failing_ports() -> Iterator[Figure]:
    with house.listening():
        found = [*faults.of_aws(), *faults.of_the_model()]
    wrong = [each.name for each in found if each.wrong]
    yield Figure(
        "every call of every port fails at every turn", f"{len(wrong)} wrong of {len(found)}", "0 wrong", not wrong
    )


def expiry() -> Iterator[Figure]:
    late = guards.expired()
    refused = late.requests - len(late.served)
    yield Figure("expired", f"{refused} of {late.requests} refused", "100 %", not late.served)


def guard() -> Iterator[Figure]:
    for name, tried in (
        ("card testing: many numbers from one address", guards.many_cards(200, 30)),
        ("card testing: many codes on one card", guards.many_codes(100, 5)),
        ("card testing: many codes in one session", guards.many_codes_in_one_session(100, 5)),
    ):
        yield Figure(name, f"Stripe asked {tried.asked} times in {tried.tried} tries", f"{tried.limit}", tried.ok)
    hour = guards.busiest_hour()
    yield Figure(
        "card testing: any 60 minutes of a day",
        f"{hour.busiest} of {hour.accepted} accepted in the busiest 60 minutes, {hour.tried} tries",
        f"≤ {hour.limit}",
        hour.ok,
    )


def consent() -> Iterator[Figure]:
    said = {tag: len(family.utterances(tag)) for tag in family.DATA}
    wrong = [text for tag in family.DATA for text in (*family.deciding(tag), *family.followed_by_consent(tag))]
    yield Figure(
        "no consent and no cancellation by doubts, questions, tags, conditions, corrections",
        f"{len(wrong)} confirmed or deleted of {sum(said.values())} in {len(said)} languages, "
        f"at least {min(said.values())} in each",
        "0",
        not wrong,
    )


def pointed() -> Iterator[Figure]:
    found = pointing.every_choice()
    yield Figure(
        "whatever a model points at, nothing is stored, confirmed, ended or changed by it",
        f"{found.wrong} of {found.choices} choices on {found.messages} messages that are open, in eleven languages",
        "0",
        found.wrong == 0 and found.messages > 0,
    )


def unsigned() -> Iterator[Figure]:
    found = guards.unsigned_requests()
    yield Figure(
        "unsigned requests that claim a payer's address change no payer's limit",
        f"{found.counted} other addresses counted in {found.requests} requests; the payer is "
        f"{'served' if found.served else 'locked out'}",
        "0; served",
        found.counted == 0 and found.served,
    )


def codes() -> Iterator[Figure]:
    for name, (tried, wrong) in (
        (
            "no security code beside a card number, of any brand, length, separator, split and step",
            digits.codes_beside_numbers(250),
        ),
        (
            "no code or number in the words of eleven languages: kana, elisions, slips, in names, at every step",
            digits.codes_in_all_words(250),
        ),
        ("the same where digits are asked for: questions, fillers", digits.codes_where_digits_are_asked(150)),
        ("no code of an Amex is taken for a date, nor shown", digits.amex_codes_like_dates(100)),
    ):
        yield Figure(name, f"{len(wrong)} come to light of {tried}", "0", not wrong)
    tried, taken = digits.spoken_names(100)
    yield Figure("no number in words is taken for a name", f"{taken} taken of {tried}", "0", not taken)
    tried, refused = digits.real_names()
    yield Figure("names of people are names", f"{refused} refused of {tried}", "0", not refused)


def ids() -> Iterator[Figure]:
    tried = id_rule.judge(5000)
    yield Figure(
        "ids: every UUID is accepted, no card number is",
        f"{len(tried.wrong)} wrong of {tried.uuids} UUIDs and {tried.disguised} disguised card numbers",
        "0",
        not tried.wrong,
    )


def order_races() -> Iterator[Figure]:
    paid = orders.confirmations(250)
    yield Figure(
        "one order, eight confirmations at once, every order drawn",
        f"{len(paid.wrong)} wrong in {paid.races} × 8",
        "1 intent succeeded each, one amount, one `order.completed` id",
        not paid.wrong,
    )
    settled = orders.settlings(500)
    ends = ", ".join(f"{settled.answers[end]} {end}" for end in ("completed", "cancelled"))
    yield Figure(
        "three equal events, the return, the sweep and a cancel at once, every order drawn",
        f"{len(settled.wrong)} wrong in {settled.races}: {ends}",
        "one outcome, as Stripe has it; one event id each",
        not settled.wrong and settled.races == 500,
    )


def order_crashes() -> Iterator[Figure]:
    played, wrong = orders.crashes()
    yield Figure(
        "crash before and after every side effect of an order, then repeat",
        f"{len(wrong)} double charges, lost results or stuck orders in {played} crashes",
        "0",
        not wrong,
    )


def at_full_size() -> Iterator[Figure]:
    found = full_size.run()
    yield Figure(
        "properties of which `make test` tries a part, at full size",
        f"{found.wrong} of {found.tests} wrong",
        "0 wrong",
        found.tests > 0 and not found.wrong,
    )


def http_double(stage: Stage) -> Iterator[Figure]:
    found = over_http.double_confirms(stage, 250)
    yield Figure(
        "double confirm",
        f"{len(found.wrong)} wrong in {found.races} sessions × 8 at once: {stage_life.summed(found.answers)}",
        "1 PaymentMethod each; the same token in every 200, else 409 busy",
        not found.wrong and found.races == 250,
        STAGE,
    )


def http_races(stage: Stage) -> Iterator[Figure]:
    for rival in over_http.RIVALS:
        found = over_http.confirms_against(stage, rival, 100)
        yield Figure(
            f"confirm racing {rival}",
            f"{len(found.wrong)} wrong in {found.races}: {stage_life.summed(found.answers)}",
            "0",
            not found.wrong and found.races == 100,
            STAGE,
        )


def http_lost(stage: Stage) -> Iterator[Figure]:
    found = over_http.lost_updates(stage, 500)
    yield Figure(
        "lost update",
        f"{len(found.wrong)} lost or out of line in {found.races} pairs: {stage_life.summed(found.answers)}",
        "0 lost, versions linear",
        not found.wrong and found.races == 500,
        STAGE,
    )


def http_expired(stage: Stage) -> Iterator[Figure]:
    found = over_http.expired(stage)
    yield Figure("expired", f"{len(found.wrong)} served of {found.races}", "0", not found.wrong, STAGE)


def quietly(proof: Iterator[Figure]) -> Iterator[Figure]:
    """A proof in which the function runs in this process, and would log to standard output."""
    with house.listening():
        yield from list(proof)


def http_faults(stage: Stage) -> Iterator[Figure]:
    yield from quietly(_http_faults(stage))


def _http_faults(stage: Stage) -> Iterator[Figure]:
    for name, found in (
        ("faults of DynamoDB, KMS, Secrets Manager", stage_faults.of_aws(stage)),
        ("faults of Stripe", chain(stage_faults.of_stripe(stage), stage_faults.of_stripe(stage, (stage_faults.SLOW,)))),
        ("faults of the model", stage_faults.of_the_model(stage)),
    ):
        faulty = list(found)
        wrong = [f"{each.name}: {', '.join(each.wrong)}" for each in faulty if each.wrong]
        measured = f"{len(wrong)} wrong of {len(faulty)} {'; '.join(wrong[:3])}".strip()
        yield Figure(name, measured, "right code each, session intact, one PaymentMethod at most", not wrong, STAGE)


def http_carding(stage: Stage) -> Iterator[Figure]:
    yield from quietly(_http_carding(stage))


def _http_carding(stage: Stage) -> Iterator[Figure]:
    rng = Random(0)
    numbers = [digits for digits in (canary.number(rng) for _ in range(2000)) if digits[0] == "4" and len(digits) == 16]
    for name, tried in (
        ("card testing: 200 numbers from one address", stage_faults.many_cards(stage, numbers[:200], 30)),
        ("card testing: 100 codes on one card", stage_faults.many_codes(stage, numbers[200], 100, 5)),
    ):
        measured = f"Stripe asked {tried.asked} times in {tried.tried} tries"
        yield Figure(name, measured, f"at most {tried.limit}", tried.ok, STAGE)


def http_fuzz(stage: Stage) -> Iterator[Figure]:
    for name, found in (
        ("schema fuzz", stage_life.by_schema(stage, 2000)),
        ("random bytes", stage_life.by_bytes(stage, 500)),
    ):
        measured = f"{len(found.failures)} failures in {found.requests} requests"
        yield Figure(name, measured, "0 answers of 5xx, 0 undocumented", not found.failures, STAGE)


def http_canary(stage: Stage) -> Iterator[Figure]:
    found = over_http.canaries(stage, 300)
    yield Figure(
        "no canary",
        f"{found.found.total()} leaks {[*found.found] or ''}: {found.conversations} conversations, "
        f"{found.messages} messages; searched: "
        f"{stage_life.summed(found.texts)}",
        "0 leaks in 300",
        not found.found and found.conversations == 300,
        STAGE,
    )


def http_order_races(stage: Stage, confirmed: int = 250) -> Iterator[Figure]:
    answers, named = orders_over_http.one_reference(stage)
    yield Figure(
        "50 concurrent POST /orders of one reference",
        f"{named} order and link; {stage_life.summed(answers)}",
        "1 order, 1 link",
        named == 1 and answers["201"] == 1,
        STAGE,
    )
    paid = orders_over_http.confirmations(stage, confirmed)
    yield Figure(
        "one order, eight confirmations at once",
        f"{len(paid.wrong)} wrong in {paid.races} orders × 8: {stage_life.summed(paid.answers)}",
        "1 intent succeeded each, one amount, one `order.completed` id",
        not paid.wrong and paid.races == confirmed,
        STAGE,
    )


def http_order_canary(stage: Stage, hosted: int = 200, chat: int = 100) -> Iterator[Figure]:
    found = orders_over_http.canaries(stage, hosted, chat)
    made, told = hosted + chat, found.told
    yield Figure(
        "no digit of a card, no client secret, no order token in any place",
        f"{found.search.found.total() + found.secrets.total()} leaks "
        f"{[*found.search.found, *found.secrets] or ''}: {hosted} hosted orders and {chat} in the chat, "
        f"{found.numbers} numbers, 11 languages ({stage_life.summed(found.mix)}); searched: "
        f"{stage_life.summed(found.search.texts)}",
        f"0 in {made} orders",
        not found.search.found and not found.secrets and found.completed == made,
        STAGE,
    )
    yield Figure(
        "requests to Stripe for a hosted order",
        f"{max(found.requests)} at most, {statistics.mean(found.requests):.1f} on average of {len(found.requests)}",
        "≤ 3 when all is well",
        max(found.requests) <= 3 and min(found.requests) > 0,
        STAGE,
    )
    times = sorted(told.times) if told else []
    yield Figure(
        "events of these orders that reach the merchant",
        f"{len(times)} changes, {told.again if told else 0} told again under the same id, p95 "
        f"{times[int(len(times) * 0.95)]:.0f} s after the change",
        "each change, one id",  # how soon is measured where nothing else happens: "events when all is well"
        bool(told) and all(len(ids) == 1 for ids in told.ids.values()),
        STAGE,
    )


def http_authentications(stage: Stage, of_each: int = 20) -> Iterator[Figure]:
    found = orders_over_http.authentications(stage, of_each)
    yield Figure(
        "3-D Secure passed, failed, abandoned, by purpose",
        f"{len(found.wrong)} wrong in {found.races}: {stage_life.summed(found.answers)}",
        "the right outcome; the conversation goes on where it was",
        not found.wrong and found.races == 9 * of_each,
        STAGE,
    )


def http_forged(stage: Stage) -> Iterator[Figure]:
    found = orders_over_http.forgeries(stage)
    yield Figure(
        "forged events: unsigned, tampered, stale, foreign secret, no JSON, 10 MB",
        f"{found.asked} requests to Stripe, answers {stage_life.summed(found.statuses)} of {found.sent}",
        "refused, 0 requests to Stripe, 0 answers of 5xx",
        set(found.statuses) <= {"400", "413"} and not found.asked,
        STAGE,
    )


def http_without_events(stage: Stage, tried: int = 20) -> Iterator[Figure]:
    found = orders_over_http.without_events(stage, tried)
    yield Figure(
        "every event of Stripe's is lost",
        f"{len(found.wrong)} of {found.orders} not settled; {max(found.settled):.1f} s after the return at most, "
        f"{found.by_sweep} by the sweep",
        "≤ 5 s after the return; by the sweep when nobody returns",
        not found.wrong and max(found.settled) <= 5,
        STAGE,
    )


def http_load(stage: Stage) -> Iterator[Figure]:
    found = over_http.load(stage, 20, 60, lambda: stage_life.resident(stage))
    errors = {status: count for status, count in found["answers"].items() if status not in ("200", "429")}
    times, memory = found["times"], found["memory"]
    early, late = (statistics.median(part) for part in (memory[20:35], memory[-15:]))
    yield Figure(
        "load: 20 clients for 60 s",
        f"{sum(errors.values())} errors in {len(times)} turns ({errors or 'none'}), median "
        f"{times[len(times) // 2] * 1000:.0f} ms; memory {early / 1e6:.0f} MB → {late / 1e6:.0f} MB",
        "0 errors but 429; memory flat (within 10 %)",
        not errors and late <= early * 1.1,
        STAGE,
    )


def restart() -> Iterator[Figure]:
    found = stage_life.restarted()
    yield Figure(
        "SIGTERM in mid-turn",
        f"{len(found.wrong)} of {found.conversations} conversations lost anything ({found.turns} turns answered, "
        f"{found.unanswered} cut off) {'; '.join(found.wrong[:3])}".strip(),
        "nothing that was answered is lost",
        not found.wrong and found.unanswered > 0,
        STAGE,
    )


def mutation() -> Iterator[Figure]:
    """Of every module in the list: one that was not measured is told as such."""
    known = json.loads(MUTATION.read_text()) if MUTATION.exists() else {}
    for module in MODULES:
        score = known.get(module, {"killed": 0, "mutants": 0})
        killed, total = score["killed"], score["mutants"]
        shown = f"{100 * killed / total:.1f} % ({killed} of {total} killed; measured {score['date']})" if total else ""
        ok = total > 0 and killed >= 0.85 * total
        yield Figure(f"mutation score of {module}", shown or "not measured", "≥ 85 %", ok, "`make mutation`")


@dataclass(frozen=True)
class Group:
    """Rows that belong together, and that `--only` measures alone."""

    in_memory: tuple[Callable[[], Iterator[Figure]], ...] = ()
    on_the_stage: tuple[Callable[[Stage], Iterator[Figure]], ...] = ()
    afterwards: tuple[Callable[[], Iterator[Figure]], ...] = ()

    def only(self, names: Collection[str]) -> "Group":
        parts = (self.in_memory, self.on_the_stage, self.afterwards)
        return Group(*(tuple(proof for proof in part if proof.__name__ in names) for part in parts))  # type: ignore[attr-defined]

    @property
    def names(self) -> list[str]:
        return [proof.__name__ for proof in (*self.in_memory, *self.on_the_stage, *self.afterwards)]


GROUPS = {
    "conversations": Group(
        (
            no_canary,
            crash,
            late_crash,
            deterministic_races,
            failing_ports,
            expiry,
            guard,
            unsigned,
            ids,
            consent,
            pointed,
            codes,
            at_full_size,
        ),
        (http_double, http_races, http_lost, http_expired, http_faults, http_carding, http_fuzz, http_canary),
    ),
    "orders": Group(
        (order_races, order_crashes),
        (
            http_order_races,
            http_order_canary,
            http_authentications,
            order_rows.http_events,
            order_rows.http_order_kills,
            order_rows.browser_authentications,
        ),
        (order_rows.browser_screens,),
    ),
    "hosted": Group(
        (hosted.after_crashes,),
        (
            hosted.waits,
            http_forged,
            http_without_events,
            hosted.in_a_browser,
            hosted.on_every_screen,
            hosted.at_once,
        ),
    ),
    "load": Group(on_the_stage=(http_load,), afterwards=(restart,)),
    "mutation": Group(afterwards=(mutation,)),
}
PROOFS = [name for group in GROUPS.values() for name in group.names]


def asked_for() -> list[str]:
    """What `--only` names: groups, and proofs by the names of their functions. Without it, nothing: all are meant."""
    parser = argparse.ArgumentParser(description="Measures every promise and writes docs/evidence.md.")
    names = [*GROUPS, *PROOFS]
    only = "measure these alone, and leave the other rows as they are"
    parser.add_argument("--only", nargs="+", choices=names, default=[], metavar="NAME", help=f"{only}: {names}")
    return list(parser.parse_args().only)


def chosen(only: Collection[str]) -> list[Group]:
    return [group if name in only or not only else group.only(only) for name, group in GROUPS.items()]


def in_memory(only: Collection[str]) -> Measured:
    return {proof.__name__: told(proof) for group in chosen(only) for proof in group.in_memory}


def main() -> int:
    started = time.monotonic()
    only = asked_for()
    groups = chosen(only)
    measured: Measured = {}
    with ProcessPoolExecutor(1) as beside:
        house.environment()
        memory = beside.submit(in_memory, only)  # the stage leaves one of two cores idle
        on_the_stage = [proof for group in groups for proof in group.on_the_stage]
        if on_the_stage:
            with tempfile.TemporaryDirectory() as directory, run_stage(Path(directory), ports=Ports.free()) as outputs:
                stage = replace(local_stage(outputs), api=Api(outputs["apiUrl"], timeout=PATIENCE_SECONDS))
                measured |= {proof.__name__: told(partial(proof, stage)) for proof in on_the_stage}
        measured |= {proof.__name__: told(proof) for group in groups for proof in group.afterwards}
        measured |= memory.result()
    figures = [figure for found in measured.values() for figure in found]
    failed = [figure for figure in figures if not figure.ok]
    print(f"{len(figures) - len(failed)} of {len(figures)} figures hold; {time.monotonic() - started:.0f} s")
    write(measured)
    print(PAGE.relative_to(ROOT))
    return 1 if failed else 0


def told(proof: Callable[[], Iterator[Figure]]) -> list[Figure]:
    """Printed as they are measured. A proof that breaks off is a figure that does not hold: the others go on."""
    figures = []
    for figure in _until_broken(proof):
        print(f"{'ok ' if figure.ok else 'NOT'} {figure.promise}: {figure.measured[:160]}", flush=True)
        figures.append(figure)
    return figures


def _until_broken(proof: Callable[[], Iterator[Figure]]) -> Iterator[Figure]:
    try:
        yield from proof()
    except Exception as error:  # noqa: BLE001 (what it says may quote a number)
        traceback.print_tb(error.__traceback__)
        name = getattr(proof, "func", proof).__name__
        yield Figure(f"the proof {name}", f"broke off: {type(error).__name__}", "measured", ok=False)


def write(measured: Measured) -> None:
    """Each proof keeps when, and of which commit, it was measured last."""
    commit = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, text=True).strip()
    made = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "commit": commit, "python": platform.python_version()}
    known = json.loads(JSON.read_text()) if JSON.exists() else {}
    known |= {name: {**made, "figures": [asdict(figure) for figure in found]} for name, found in measured.items()}
    proofs = {name: known[name] for name in PROOFS if name in known}
    JSON.write_text(json.dumps(proofs, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(
        "# The evidence\n\nWritten by `make evidence`; each row as it was measured last, `make evidence ONLY=orders` "
        "for one group. What each promise means stands in [security.md](security.md), the same in machine form in "
        "[evidence.json](evidence.json).\n" + "".join(_section(name, group, proofs) for name, group in GROUPS.items())
    )


def _section(name: str, group: Group, proofs: dict[str, Any]) -> str:
    rows = "".join(
        f"| {'✓' if row['ok'] else '✗'} | {row['promise']} | {row['measured']} | {row['target']} | {row['where']} "
        f"| {proofs[proof]['measured']}, {proofs[proof]['commit']} |\n"
        for proof in group.names if proof in proofs
        for row in proofs[proof]["figures"]
    )  # fmt: skip
    head = "| | promise | measured | target | where | when, of which commit |\n|---|---|---|---|---|---|\n"
    return f"\n## {name.capitalize()}\n\n{head}{rows}"


if __name__ == "__main__":
    sys.exit(main())
