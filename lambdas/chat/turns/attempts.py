"""The limit on confirmations against card testing: per payer's network and per card, in any 60 minutes.

Attempts are counted in windows that begin every five minutes and last 65. Every period of 60 minutes lies inside one of
them. The oldest window that is still open holds every attempt of the others, so it is the one that is compared.

The names of counters change every hour, with the key that they are made with. An attempt is counted under the names of
its own hour and of the hour before. So the counter of the hour before has every attempt of the last 60 minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from chat.turns.stored import AttemptCounters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chat.turns.seals import Vault
    from chat.values.payment import Payment

PERIOD_SECONDS = 3600
SLOT_SECONDS = 300
HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Limits:
    """Confirmations in any 60 minutes."""

    per_address: int
    per_card: int


def counters_for(payment: Payment, address: str, now: int, vault: Vault, limits: Limits) -> AttemptCounters:
    """Address and card number stand in the counters' names as keyed hashes only."""
    of_address = counters_for_address(address, now, vault, limits)
    of_card = {f"card#{vault.fingerprint(payment.card.digits, hour)}": limits.per_card for hour in _hours(now)}
    return replace(of_address, limits={**of_address.limits, **of_card})


def counters_for_address(address: str, now: int, vault: Vault, limits: Limits) -> AttemptCounters:
    by_name = {f"address#{vault.fingerprint(network_of(address), hour)}": limits.per_address for hour in _hours(now)}
    newest = now - now % SLOT_SECONDS
    windows = tuple(range(newest - PERIOD_SECONDS, newest + 1, SLOT_SECONDS))
    return AttemptCounters(by_name, windows, ttl=newest + PERIOD_SECONDS + SLOT_SECONDS)


def _hours(now: int) -> tuple[int, int]:
    """Counted since the epoch. The earlier one first: its counter is the one that can be full."""
    hour = now // HOUR_SECONDS
    return hour - 1, hour


def seconds_until_allowed(counts: Mapping[int, int], limit: int, now: int) -> int:
    """Until one more attempt is allowed. `counts`: attempts by window, of a counter that has reached its limit."""
    newest = now - now % SLOT_SECONDS
    full = [window for window in counts if window >= newest - PERIOD_SECONDS and counts[window] >= limit]
    return max(full, default=newest - PERIOD_SECONDS) + PERIOD_SECONDS + SLOT_SECONDS - now


def network_of(address: str) -> str:
    """Whoever holds one IPv6 address holds its whole /64; an IPv4 address written as IPv6 is an IPv4 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
