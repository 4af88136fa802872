"""Every setting of every system, from the models that check it: name, default, whether it is a secret, what it means.

Belongs here: reading the models. Does not belong here: what is written of it (`texts.py`, `docs/settings.md`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from pipelines.settings import is_secret, system_models, variable


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of one system. `default`: as TOML writes it; None where it has none or is empty."""

    system: str
    name: str
    description: str
    default: str | None
    is_required: bool
    is_secret: bool

    @property
    def variable(self) -> str:
        """The environment variable that sets it too."""
        return variable(self.system, self.name)


def known_settings(models: Mapping[str, type[BaseModel]] | None = None) -> dict[str, list[Setting]]:
    """The settings by system: what must be set first, then the system's own, then those that all systems have."""
    return {system: _of(system, model) for system, model in (models or system_models()).items()}


def _of(system: str, model: type[BaseModel]) -> list[Setting]:
    shared = {name for base in model.__mro__[1:] for name in getattr(base, "model_fields", {})}
    found: Sequence[Setting] = [
        Setting(
            system=system,
            name=name,
            description=info.description or "",
            default=_toml(info.get_default(call_default_factory=True)),
            is_required=info.is_required(),
            is_secret=is_secret(info.annotation),
        )
        for name, info in model.model_fields.items()
    ]
    return sorted(found, key=lambda one: (not one.is_required, one.name in shared))


def _toml(value: Any) -> str | None:
    if value is None or value is PydanticUndefined or value == {}:
        return None
    return json.dumps(value)  # of text, numbers, true and false, TOML writes the same
