"""The home's rule files: what people decided, as dated CSV files that are checked before a run may use them.

Belongs here: what each file must look like (`files.py`, as data), reading and judging them, templates for a new home,
and rules that point at nothing. Does not belong here: writing to the warehouse (`pipelines.warehouse.rules`), or what a
rule does to a quantity (dbt).
"""

from pipelines.rules.dangling import dangling
from pipelines.rules.errors import RuleError, RulesRefused
from pipelines.rules.load import Rules, load_rules
from pipelines.rules.templates import write_templates

__all__ = ["RuleError", "Rules", "RulesRefused", "dangling", "load_rules", "write_templates"]
