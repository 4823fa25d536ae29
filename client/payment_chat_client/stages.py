"""Where a stage is: the local one by the file that it writes, a deployed one by the outputs of its stacks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from payment_chat_client.errors import StageNotFound
from payment_chat_client.orders import AsyncOrders, Orders, is_local
from payment_chat_client.signing import SigV4
from payment_chat_client.stack_outputs import read_stack_outputs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import httpx

LOCAL = "local"
OUTPUTS_FILE = ".stage/outputs.json"


@dataclass(frozen=True)
class Stage:
    """A stage that can be called. What it does not tell about itself is None or empty."""

    name: str
    api_url: str  # without a slash at its end
    region: str
    signed: bool
    page_url: str | None = None
    merchant: str | None = None
    currencies: tuple[str, ...] = ()
    captures: tuple[str, ...] = ()

    def orders(self) -> Orders:
        """Raises StageNotFound when calls must be signed and there are no AWS credentials."""
        return Orders(self.api_url, auth=self._auth())

    def async_orders(self) -> AsyncOrders:
        """Raises as `orders` does."""
        return AsyncOrders(self.api_url, auth=self._auth())

    def _auth(self) -> httpx.Auth | None:
        if not self.signed:
            return None
        try:
            return SigV4(botocore.session.Session(), self.region)
        except (LookupError, BotoCoreError) as error:
            raise StageNotFound(f"The calls of {self.name} cannot be signed: {error}") from error


def find_stage(name: str, here: Path, *, region: str | None = None) -> Stage:
    """The stage of that name: the local one of this directory (or a parent of it), or a deployed one.

    Raises StageNotFound when there is none, or when these AWS credentials cannot see it.
    """
    return find_local_stage(here) if name == LOCAL else find_deployed_stage(name, region=region)


def stage_at(api_url: str, *, name: str, region: str | None = None) -> Stage:
    """A stage whose address is known, for callers that may not read stacks. On this machine it takes unsigned calls.

    Raises StageNotFound when no region is given and none is configured.
    """
    if is_local(api_url):
        return Stage(name, api_url.rstrip("/"), region or "", signed=False)
    used_region = region or botocore.session.Session().get_config_variable("region")
    if not used_region:
        raise StageNotFound(f"The AWS region of {name} is not known. Set AWS_REGION.")
    return Stage(name, api_url.rstrip("/"), used_region, signed=True)


def find_local_stage(here: Path) -> Stage:
    """Raises StageNotFound when no stage is running in the directory or in a parent of it."""
    for directory in (here, *here.parents):
        if (file := directory / OUTPUTS_FILE).is_file():
            told = json.loads(file.read_text())
            return _stage(LOCAL, told["apiUrl"], told["region"], told, signed=False)
    raise StageNotFound(f"No local stage is running here ({here}). Start one with `make run` or `make stage`.")


def find_deployed_stage(name: str, *, region: str | None = None) -> Stage:
    """Reads the outputs of its API stack with the ordinary AWS credentials. Raises StageNotFound."""
    try:
        session = botocore.session.Session()
        cloudformation: Any = session.create_client("cloudformation", region_name=region)
        told = read_stack_outputs(cloudformation, name, ["Api"])
        used_region: str = cloudformation.meta.region_name
    except (BotoCoreError, ClientError, LookupError) as error:
        raise StageNotFound(f"{name} is not deployed where these AWS credentials look: {error}") from error
    by_key = {key[:1].lower() + key[1:]: value for key, value in told.items()}
    return _stage(name, by_key["apiUrl"], used_region, by_key, signed=True)


def _stage(name: str, api_url: str, region: str, told: Mapping[str, Any], *, signed: bool) -> Stage:
    return Stage(
        name=name,
        api_url=api_url.rstrip("/"),
        region=region,
        signed=signed,
        page_url=told.get("pageUrl"),
        merchant=told.get("merchant"),
        currencies=_listed(told.get("currencies")),
        captures=_listed(told.get("captures")),
    )


def _listed(value: str | list[str] | None) -> tuple[str, ...]:
    """A list, or the same as a stack output writes it: separated by commas."""
    items = value.split(",") if isinstance(value, str) else value or []
    return tuple(item.strip() for item in items if item.strip())
