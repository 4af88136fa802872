"""A user of a directory, as planned.

Belongs here: the plan object. Does not belong here: who the users are (`people.py`) or their payload.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world.plan import TenantSku


@dataclass(slots=True, eq=False)
class User:
    """Somebody, or something, with a sign-in name; `last_active` is None where the directory does not say."""

    name: str
    licences: "list[TenantSku]" = field(default_factory=list)
    is_enabled: bool = True
    is_guest: bool = False
    office: str = ""
    department: str = ""
    company: str = ""
    last_active: date | None = None
    display_name: str = ""
