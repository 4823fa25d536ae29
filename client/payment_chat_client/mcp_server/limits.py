"""How much an assistant may ask for: per request and per day, in each currency that its owner names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payment_chat_client.amounts import amount_text, parse_amount

if TYPE_CHECKING:
    from collections.abc import Mapping

PER_REQUEST, PER_DAY = "PAYMENT_CHAT_LIMIT_PER_REQUEST", "PAYMENT_CHAT_LIMIT_PER_DAY"


class LimitExceeded(Exception):
    """The request is above a limit. The message tells a model what it can do."""


@dataclass(frozen=True)
class Limits:
    """Smallest units by currency. A currency without both limits cannot be asked for."""

    per_request: Mapping[str, int]
    per_day: Mapping[str, int]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Limits:
        """Reads texts like "100 EUR, 15000 JPY". Raises ValueError, naming the variable, for another text."""
        return cls(_read(environment, PER_REQUEST), _read(environment, PER_DAY))

    def check_request(self, amount: int, currency: str) -> None:
        """Raises LimitExceeded when one request may not ask for so much."""
        for variable, limits in ((PER_REQUEST, self.per_request), (PER_DAY, self.per_day)):
            if currency not in limits:
                allowed = ", ".join(sorted(code.upper() for code in limits)) or "none"
                raise LimitExceeded(
                    f"Nothing was created: no limit is set for {currency.upper()} (set: {allowed}). Only the person "
                    f'who runs this server can set one: {variable}, for example "100 {currency.upper()}".'
                )
        limit = self.per_request[currency]
        if amount > limit:
            raise LimitExceeded(
                f"Nothing was created: {amount_text(amount, currency)} is above the limit of "
                f"{amount_text(limit, currency)} per request. Ask for at most that, and do not split the amount over "
                f"several requests; only the person who runs this server can raise the limit ({PER_REQUEST})."
            )

    def check_day(self, amount: int, currency: str, asked_today: int) -> None:
        """Raises LimitExceeded when the day's requests, this one included, would be too much."""
        limit = self.per_day[currency]
        if asked_today + amount > limit:
            left = amount_text(max(0, limit - asked_today), currency)
            raise LimitExceeded(
                f"Nothing was created: {amount_text(amount, currency)} more would be above the limit of "
                f"{amount_text(limit, currency)} per day (UTC); {left} is left today. Ask for at most that, or "
                f"tomorrow; only the person who runs this server can raise the limit ({PER_DAY})."
            )


def _read(environment: Mapping[str, str], variable: str) -> dict[str, int]:
    limits: dict[str, int] = {}
    for text in filter(str.strip, environment.get(variable, "").split(",")):
        try:
            amount, currency = parse_amount(text)
        except ValueError as error:
            raise ValueError(f"{variable}: {error}") from None
        limits[currency] = amount
    return limits
