"""Settings from the environment. A missing or forbidden one fails the start and is named; no value is ever quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class BadSetting(Exception):
    """The message names the variable."""


@dataclass(frozen=True)
class Settings:
    environment: Mapping[str, str]

    @property
    def stage(self) -> str:
        return self.text("STAGE")

    def text(self, name: str) -> str:
        """Raises BadSetting unless it is there; it may be empty."""
        if name not in self.environment:
            raise BadSetting(f"the setting {name} is missing")
        return self.environment[name]

    def names(self, name: str) -> frozenset[str]:
        """Of a list with commas."""
        return frozenset(each.strip() for each in self.text(name).split(",") if each.strip())

    def local(self, name: str) -> str | None:
        """Of the local stage alone; None when it is absent. Raises BadSetting on another stage."""
        value = self.environment.get(name)
        if value and self.stage != "local":
            raise BadSetting(f"the setting {name} is for the stage local alone")
        return value or None

    def refuse(self, name: str, reason: str) -> None:
        """Raises BadSetting when it is there."""
        if self.environment.get(name):
            raise BadSetting(f"the setting {name} {reason}")
