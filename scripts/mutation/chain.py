"""The models of a finished home, run again from any one of them on, with the controls that a run has.

Belongs here: running changed SQL on a copy of a home's warehouse, what the controls then say, and which public numbers
moved. Does not belong here: which changes are worth trying (`scripts.mutation.operators`).

A mutant costs what its descendants cost, for nothing is parsed or compiled: the SQL is what dbt left in the home's
manifest, and one transaction holds the change and is rolled back.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb

from pipelines.warehouse.connection import connect

# What a public row says in numbers and ids. Words (reasons, explanations, notes), flags and what only suggests are not
# what money is made of; nor are the controls themselves.
_NUMBERS: dict[str, tuple[str, ...]] = {
    "reconciliation": (
        "line_key", "client_id", "product_id", "agreement_id", "billed_quantity", "owned_quantity", "used_quantity",
        "charged_quantity", "expected_quantity", "variance", "unit_price", "currency", "revenue_impact",
        "expected_amount", "billed_amount", "class",
    ),
    "discrepancies": ("line_key", "variance", "revenue_impact", "class"),
    "evidence": ("line_key", "side", "source_system", "source_table", "source_record_id", "quantity", "disposition"),
    "row_dispositions": ("source_system", "source_table", "source_record_id", "quantity", "disposition", "line_key"),
    "client_summary": ("client_key", "currency", "line_count", "underbilled_amount", "overbilled_amount",
                       "billed_quantity"),
    "product_summary": ("product_key", "currency", "line_count", "underbilled_amount", "overbilled_amount",
                        "billed_quantity"),
    "period_summary": ("currency", "line_count", "underbilled_amount", "overbilled_amount", "billed_quantity"),
    "vendor_charges": ("charge_id", "invoice_id", "billed_cost", "billing_currency", "pricing_quantity", "x_client_id",
                       "x_product_id"),
    "vendor_invoices": ("invoice_id", "currency", "line_total", "payable_total"),
    "client_mappings": ("source_system", "account_id", "client_id"),
    "product_mappings": ("source_system", "vendor_product_id", "product_id"),
}  # fmt: skip
_SUMMARIES = ("client_summary", "product_summary", "period_summary", "vendor_charges", "public_vendor_invoices",
              "public_client_mappings", "public_product_mappings")  # fmt: skip
# What a line is called, flagged and explained with, and what only suggests: no number rests on it.
_WORDS = frozenset({"explained_lines", "line_flags", "line_names", "line_margins", "name_matches", "source_health",
                    "discrepancy_history", "observations", "tie_out"})  # fmt: skip


@dataclass(frozen=True)
class Model:
    """One model as dbt compiled it."""

    name: str
    layer: str
    relation: str
    is_view: bool
    query: str
    parents: tuple[str, ...]
    needed: tuple[str, ...]  # columns that the contract forbids to be NULL


@dataclass(frozen=True)
class Verdict:
    """What became of a change: the controls that stopped the run, and the public tables whose numbers moved."""

    controls: tuple[str, ...]
    moved: tuple[str, ...]
    error: str | None = None

    @property
    def is_killed(self) -> bool:
        """Whether the run would not have published."""
        return bool(self.controls)


class Chain:
    """A copy of a home's warehouse in `folder` on which models can be run again.

    Raises:
        ValueError: The models as they are do not pass their own controls, or a source is not assessed and excuses
            them: nothing could be said of a mutant.
    """

    def __init__(self, manifest: Path, warehouse: Path, folder: Path) -> None:
        nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
        self.models = _models(nodes)
        self._tests = _tests(nodes)
        copy = folder / warehouse.name
        shutil.copyfile(warehouse, copy)
        self._database = connect(copy)
        self.connection = self._database.__enter__()
        for model in self.models.values():
            self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {model.relation.rpartition('.')[0]}")
            self._make(model, model.query)
        if failing := self._failing(set(self.models)):
            raise ValueError(f"controls fail before anything was changed: {', '.join(sorted(failing))}")
        if excused := self.rows("SELECT source_system FROM analytics.source_health WHERE NOT is_assessable ORDER BY 1"):
            raise ValueError(f"not assessed before anything was changed: {', '.join(name for (name,) in excused)}")
        self._as_it_was = self._numbers()

    def close(self) -> None:
        """Let go of the copy."""
        self._database.__exit__(None, None, None)

    def after(self, names: set[str]) -> list[Model]:
        """These models and all that rest on them, in order."""
        found = set(names)
        for model in self.models.values():
            if found.intersection(model.parents):
                found.add(model.name)
        return [model for model in self.models.values() if model.name in found]

    def counting_models(self) -> list[Model]:
        """Models on which a public number rests, without those that only tell of it, and without the controls."""
        found = {f"{name}" for name in ("reconciliation", "discrepancies", "evidence", "row_dispositions", *_SUMMARIES)}
        for model in reversed(self.models.values()):
            if model.name in found and model.name not in _WORDS:
                found.update(model.parents)
        return [
            model
            for model in self.models.values()
            if model.name in found and model.name not in _WORDS and model.layer != "recompute"
        ]

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Name and type of each column of a model."""
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {self.models[name].relation}")]

    def systems(self, name: str) -> list[str]:
        """The source systems that a model has rows of; none where it has no such column."""
        if "source_system" not in {column for column, _ in self.columns(name)}:
            return []
        relation = self.models[name].relation
        return [
            system for (system,) in self.rows(f"SELECT DISTINCT source_system FROM {relation} ORDER BY 1") if system
        ]

    def judge(self, changed: Mapping[str, str], seconds: float = 60) -> Verdict:
        """Run the models of that name with another query, all that rest on them, and the controls.

        What takes longer than `seconds` (joins that multiply) is given up and counts as an error.
        """
        timer = Timer(seconds, self.connection.interrupt)
        timer.start()
        try:
            return self._judge(changed)
        except duckdb.InterruptException:
            return Verdict((), (), f"given up after {seconds} seconds")
        finally:
            timer.cancel()

    def _judge(self, changed: Mapping[str, str]) -> Verdict:
        with self._undone():
            run = self.after(set(changed))
            try:
                for model in run:
                    self._make(model, changed.get(model.name, model.query))
            except duckdb.InterruptException:
                raise
            except duckdb.Error as error:
                # A model that fails stops the run as well, and says so.
                return Verdict(("a model fails",), (), str(error).splitlines()[0])
            moved = tuple(name for name, found in self._numbers().items() if found != self._as_it_was[name])
            return Verdict(tuple(sorted(self._failing({model.name for model in run}))), moved)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    @contextmanager
    def _undone(self) -> Iterator[None]:
        self.connection.execute("BEGIN TRANSACTION")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def _make(self, model: Model, query: str) -> None:
        kind = "VIEW" if model.is_view else "TABLE"
        self.connection.execute(f"CREATE OR REPLACE {kind} {model.relation} AS {query}")
        for column in model.needed:
            if self.rows(f'SELECT 1 FROM {model.relation} WHERE "{column}" IS NULL LIMIT 1'):
                raise duckdb.ConstraintException(f"{model.name}.{column} is NULL")

    def _failing(self, run: set[str]) -> set[str]:
        failing = {f"tie_out {rule}" for (rule,) in self.rows("SELECT rule FROM analytics.tie_out WHERE NOT passed")}
        for name, (query, parents) in self._tests.items():
            if run.intersection(parents) and self.rows(f"SELECT 1 FROM ({query}) LIMIT 1"):
                failing.add(f"test {name}")
        return failing

    def _numbers(self) -> dict[str, Any]:
        return {
            table: self.rows(f"SELECT count(*), sum(hash({', '.join(columns)})::HUGEINT) FROM analytics.{table}")
            for table, columns in _NUMBERS.items()
        }


def _models(nodes: Mapping[str, Any]) -> dict[str, Model]:
    """The models in SQL by name, parents first. What a model in Python gives is taken as it stands."""
    models = {
        key: node for key, node in nodes.items() if node["resource_type"] == "model" and node["language"] == "sql"
    }
    order = TopologicalSorter(
        {key: [parent for parent in node["depends_on"]["nodes"] if parent in models] for key, node in models.items()}
    ).static_order()
    return {
        node["name"]: Model(
            name=node["name"],
            layer=node["fqn"][1],
            relation=node["relation_name"],
            is_view=node["config"]["materialized"] == "view",
            query=node["compiled_code"],
            parents=tuple(_parents(node, models)),
            needed=tuple(
                name
                for name, column in node["columns"].items()
                if any(constraint["type"] == "not_null" for constraint in column["constraints"])
            ),
        )
        for node in (models[key] for key in order)
        if node["config"]["materialized"] != "ephemeral"
    }


def _parents(node: Mapping[str, Any], models: Mapping[str, Any]) -> Iterator[str]:
    """What a model reads. An ephemeral one stands in the SQL of those that read it, so its own parents count."""
    for key in node["depends_on"]["nodes"]:
        if key not in models:
            continue
        if models[key]["config"]["materialized"] == "ephemeral":
            yield from _parents(models[key], models)
        else:
            yield models[key]["name"]


def _tests(nodes: Mapping[str, Any]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The data tests that stop a run: query, and the models that they look at. The tie-out is read by itself."""
    return {
        node["name"]: (
            node["compiled_code"],
            tuple(nodes[key]["name"] for key in node["depends_on"]["nodes"] if key in nodes),
        )
        for node in nodes.values()
        if node["resource_type"] == "test"
        and node["config"]["severity"].upper() == "ERROR"
        and node["name"] != "assert_every_tie_out_rule_holds"
    }
