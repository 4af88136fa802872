"""Which names of systems rules may use. No other knowledge about systems (see `connectors.registry`)."""

from collections.abc import Collection
from dataclasses import dataclass

from connectors.registry import SYSTEMS, Role


@dataclass(frozen=True, slots=True)
class Systems:
    """`vendors` may stand in a column that names a vendor system; `psas` in front of a client or product id."""

    vendors: frozenset[str]
    psas: frozenset[str]

    @classmethod
    def known(cls, inboxes: Collection[str]) -> "Systems":
        """The registered systems, and exports by the name of their inbox folder (a folder may hold either side)."""
        return cls(_registered("vendor") | frozenset(inboxes), _registered("psa") | frozenset(inboxes))


def _registered(role: Role) -> frozenset[str]:
    # The system of the exports itself is left out: its rows carry their folder's name.
    return frozenset(system.name for system in SYSTEMS.values() if system.role == role and system.is_http)
