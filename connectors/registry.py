"""The source systems that tieout knows: one line each. Everything behind a line is imported when it is used.

Does not belong here: which of them a home has switched on (its settings).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from connectors.tables import Table

if TYPE_CHECKING:
    from connectors.dlt_source import TableReads
    from connectors.http import Budget
    from connectors.reads import Plan, Progress

Role = Literal["psa", "vendor"]


@dataclass(frozen=True, slots=True)
class System:
    """One source system.

    `config_class` and `reads_class` are class names inside `connectors.<name>.config` and `.source`.
    """

    name: str
    role: Role
    reads_class: str
    config_class: str = "Config"
    is_http: bool = True

    @property
    def tables(self) -> tuple[Table, ...]:
        """The raw tables."""
        tables: tuple[Table, ...] = import_module(f"connectors.{self.name}.schema").TABLES
        return tables

    @property
    def config_model(self) -> Any:
        """The pydantic model of the settings."""
        return getattr(import_module(f"connectors.{self.name}.config"), self.config_class)

    def reads(self, config: Any, plan: "Plan", budget: "Budget", progress: "Progress | None" = None) -> "TableReads":
        """A fresh reading of the source for one run; nothing is sent yet."""
        make = getattr(import_module(f"connectors.{self.name}.source"), self.reads_class)
        reads: TableReads = make(config, plan, budget, progress) if self.is_http else make(config, plan, progress)
        return reads

    def source(self, config: Any, plan: "Plan", budget: "Budget", progress: "Progress | None" = None) -> Any:
        """The dlt source of one run."""
        from connectors.dlt_source import dlt_source

        return dlt_source(self.reads(config, plan, budget, progress))


_ALL = (
    System("connectwise", "psa", "ConnectWiseReads"),
    System("microsoft_graph", "vendor", "MicrosoftGraphReads"),
    System("pax8", "vendor", "Pax8Reads"),
    System("ninjaone", "vendor", "NinjaOneReads"),
    # Its folders are PSAs and vendors of their own; as a system beside the others it brings what vendors have.
    System("exports", "vendor", "ExportReads", "ExportsConfig", is_http=False),
)

SYSTEMS: Mapping[str, System] = MappingProxyType({system.name: system for system in _ALL})
