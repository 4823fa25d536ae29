"""The function's settings, read from its environment. A missing or forbidden setting fails the start and is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.values.brands import Brand
from payments.order import Capture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


WORDINGS = ("prepared", "live", "off")


@dataclass(frozen=True)
class Settings:
    """Names and ids, no secrets.

    `wording`: one of WORDINGS. `pointing`: a model may point at what a message means. `page_url`: empty where the stage
    has no page. The last three addresses are None on AWS; in `return_url`, `{api}` stands for the id of the API.
    """

    stage: str
    sessions_table: str
    receipts_table: str
    attempts_table: str
    sealing_key: str
    counting_key: str
    stripe_secret: str
    model_id: str
    wording: str
    pointing: bool
    wordings_table: str
    brands: frozenset[Brand]
    contact: str
    attempts_per_address: int
    attempts_per_card: int
    test_tokens: bool
    orders_table: str
    merchant: str
    captures: frozenset[Capture]
    page_url: str
    wallets: bool
    stripe_url: str | None
    model_url: str | None
    return_url: str | None

    @property
    def test_cards_only(self) -> bool:
        """Whether only Stripe's public test numbers are accepted: on every stage but `prod` and `local`."""
        return self.stage not in ("prod", "local")


class BadSetting(Exception):
    """The message names the variable, and never quotes its value."""


def read(environment: Mapping[str, str]) -> Settings:
    """Raises BadSetting, which names the variable."""

    def required(name: str) -> str:
        if name not in environment:
            raise BadSetting(f"the setting {name} is missing")
        return environment[name]

    def number(name: str) -> int:
        if not required(name).isdecimal():
            raise BadSetting(f"the setting {name} must be a whole number")
        return int(environment[name])

    stage = required("STAGE")
    for name in ("STRIPE_URL", "MODEL_URL", "RETURN_URL"):
        if environment.get(name) and stage != "local":
            raise BadSetting(f"the setting {name} is for the stage local alone")
    if environment.get("STRIPE_LOG"):
        raise BadSetting("the setting STRIPE_LOG would log card numbers: remove it")
    try:
        brands = frozenset(Brand(name.strip()) for name in required("BRANDS").split(","))
    except ValueError:
        raise BadSetting("the setting BRANDS names an unknown brand") from None
    try:
        captures = frozenset(Capture(name.strip()) for name in required("CAPTURES").split(","))
    except ValueError:
        raise BadSetting("the setting CAPTURES names something other than chat and hosted") from None
    return Settings(
        stage=stage,
        sessions_table=required("SESSIONS_TABLE"),
        receipts_table=required("RECEIPTS_TABLE"),
        attempts_table=required("ATTEMPTS_TABLE"),
        sealing_key=required("SEALING_KEY"),
        counting_key=required("COUNTING_KEY"),
        stripe_secret=required("STRIPE_SECRET"),
        model_id=required("MODEL_ID"),
        wording=_one_of(WORDINGS, "WORDING", required("WORDING")),
        pointing=required("POINTING") == "true",
        wordings_table=required("WORDINGS_TABLE"),
        brands=brands,
        contact=required("CONTACT"),
        attempts_per_address=number("ATTEMPTS_PER_ADDRESS"),
        attempts_per_card=number("ATTEMPTS_PER_CARD"),
        test_tokens=required("TEST_TOKENS") == "true",
        orders_table=required("ORDERS_TABLE"),
        merchant=required("MERCHANT"),
        captures=captures,
        page_url=required("PAGE_URL"),
        wallets=required("WALLETS") == "true",
        stripe_url=environment.get("STRIPE_URL") or None,
        model_url=environment.get("MODEL_URL") or None,
        return_url=environment.get("RETURN_URL") or None,
    )


def _one_of(allowed: Sequence[str], name: str, value: str) -> str:
    if value not in allowed:
        raise BadSetting(f"the setting {name} must be one of {', '.join(allowed)}")
    return value
