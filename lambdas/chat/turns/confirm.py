"""The review's clear yes: claim, call Stripe, finish. At most one token is delivered; a crash heals by repeating."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from chat.dialogue.state_machine import settle
from chat.turns import records, seals
from chat.turns.funnel import funnel
from chat.turns.ports import Busy, Conflict, LimitReached, Receipt, Record, TooManyRequests
from chat.turns.results import TurnResult, completed, ended, standing
from chat.values.session import PaymentToken

if TYPE_CHECKING:
    from chat.turns.ports import Payment, Ports
    from chat.values.session import Decline

CLAIM = 40  # seconds; longer than the function may run, so a claim that lapsed has no living owner
GRACE = 60  # seconds that a claimed session outlives its claim, so that it is there to be claimed again
PATIENCE = 8.0  # seconds a second confirmation waits for the first
PAUSE = 0.25
HOUR = 3600


def confirm(record: Record, message_id: str, heard: str, address: str, ports: Ports) -> TurnResult:
    """`heard` is the masked message. Raises Busy, TooManyRequests, SessionExpired, SealBroken, Unavailable."""
    if record.claimed(ports.now()):
        return _wait(record, message_id, ports)
    payment = seals.payment(record, ports.vault)
    ports.tokens.ready()
    try:
        claimed = _claim(record, payment, address, ports)
    except Conflict as conflict:
        return _overtaken(records.now_standing(conflict, record, ports), message_id, ports)
    result = ports.tokens.create(payment)
    if isinstance(result, PaymentToken):
        return _finish(claimed, result, ports)
    return _refused(claimed, result, message_id, heard, ports)


def _claim(record: Record, payment: Payment, address: str, ports: Ports) -> Record:
    now = ports.now()
    records.require_live(record, now)
    claim_until = now + CLAIM
    claimed = replace(
        record, version=record.version + 1, claim_until=claim_until, counted=True, ttl=_lifetime(record, claim_until)
    )
    counters = {} if record.counted else _counters(payment, address, now, ports)
    try:
        ports.sessions.claim(claimed, record, counters, counters_ttl=now + 2 * HOUR)
    except LimitReached as limit:
        ports.watch.count("GuardRefused", guard=limit.counter.split("#")[0])
        raise TooManyRequests(HOUR - now % HOUR) from None
    return claimed


def _lifetime(record: Record, claim_until: int) -> int:
    """Until the claim can be healed; however often it lapses, that adds once to the card's hour."""
    heals_until = claim_until + GRACE
    if record.card_deadline:
        heals_until = min(heals_until, record.card_deadline + CLAIM + GRACE)
    return max(record.ttl, heals_until)


def _counters(payment: Payment, address: str, now: int, ports: Ports) -> dict[str, int]:
    """Attempts of this hour by where they come from and by card, each under a keyed hash."""
    hour = now // HOUR
    return {
        f"address#{ports.vault.fingerprint(_network(address))}#{hour}": ports.limits.per_address,
        f"card#{ports.vault.fingerprint(payment.card.digits)}#{hour}": ports.limits.per_card,
    }


def _network(address: str) -> str:
    """Who holds one IPv6 address holds its /64; an IPv4 address written as IPv6 is itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


def _wait(record: Record, message_id: str, ports: Ports) -> TurnResult:
    for _ in range(int(PATIENCE / PAUSE)):
        ports.sleep(PAUSE)
        stored = records.live(record.session.id, ports)
        found = records.now_standing(Conflict(stored), record, ports)
        if isinstance(found, Receipt) or not found.claimed(ports.now()):
            return _overtaken(found, message_id, ports)
    raise Busy


def _overtaken(found: Record | Receipt, message_id: str, ports: Ports) -> TurnResult:
    """Somebody else's confirmation came first. This one is never played again on what changed meanwhile."""
    if isinstance(found, Receipt):
        return completed(found)
    if found.message_id == message_id:
        return standing(found)
    if found.claimed(ports.now()):
        return _wait(found, message_id, ports)
    raise Busy


def _finish(claimed: Record, payment: PaymentToken, ports: Ports) -> TurnResult:
    session = claimed.session
    receipt = Receipt(session.id, claimed.token_hash, payment, session.language, ports.now())
    try:
        ports.sessions.finish(claimed, receipt)
    except Conflict as conflict:
        found = records.now_standing(conflict, claimed, ports)
        if isinstance(found, Receipt):
            return completed(found)
        raise Busy from None
    ports.watch.count("Completed")
    return completed(receipt)


def _refused(claimed: Record, decline: Decline, message_id: str, heard: str, ports: Ports) -> TurnResult:
    ports.watch.declined(decline.code, decline.detail)
    move = settle(claimed.session, decline, ports.policy)
    try:
        if move.session.outcome:
            ports.sessions.delete(claimed)
            answer = ended(move)
        else:
            said = (heard, move.reply)
            after = records.following(claimed, move.session, said, message_id, ports, renew=decline.definite)
            ports.sessions.save(after, claimed, after.updated)
            answer = standing(after)
    except Conflict as conflict:
        if move.session.outcome and records.is_gone(conflict, claimed, ports):
            return ended(move)
        return _overtaken(records.now_standing(conflict, claimed, ports), message_id, ports)
    funnel(claimed.session, move.session, ports.watch)
    return answer
