"""The dbt project without dbt's start-up: compiled once, then run again and again on a database in memory.

Belongs here: compiling, the order of the models, and a warehouse that runs their compiled SQL. The SQL is dbt's own
output; nothing of a model is written a second time. Does not belong here: worlds and what must hold of them.

Three things differ from a run of dbt, and none changes a figure: views are tables here (each is read once or twice),
`discrepancy_history` starts empty every time, since every world is a first run, and the one model in Python, which only
suggests, suggests nothing.

Planning 220 wide queries costs seconds, their few rows nothing. So each model is planned once for all worlds, runs when
something is asked of it or of what reads it, and only where a table that it reads has other rows than when it ran last.
`test_project` holds this against the queries as DuckDB plans them by default.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.mapping.suggest import SUGGESTIONS
from pipelines.warehouse.connection import create_control_tables
from tests.dbt_project.warehouse import SYSTEMS, Warehouse, declared_tables

# The compiled SQL names its database after the file that dbt was given.
DATABASE = "warehouse"
# The steps of DuckDB's optimizer that look at the rows which a table has while a statement is planned.
PLAN_BY_ROWS = ("statistics_propagation", "compressed_materialization", "empty_result_pullup", "row_group_pruner")


@dataclass(frozen=True)
class Model:
    """One compiled model: its relation (quoted, with database) and the query that fills it."""

    name: str
    schema: str
    relation: str
    query: str

    @cached_property
    def reads(self) -> frozenset[str]:
        """The relations that the query reads: dbt writes each with its database, and all in quotes."""
        return frozenset(re.findall(rf'"{DATABASE}"\."\w+"\."\w+"', self.query))


@dataclass(frozen=True)
class Project:
    """The models in the order of their dependencies; the data tests that stop a run, by name (each finds bad rows)."""

    models: tuple[Model, ...]
    tests: Mapping[str, str]


def compile_project(folder: Path) -> Project:
    """Compile the dbt project with dbt itself, on an empty warehouse in `folder`. Takes about ten seconds."""
    scratch = Warehouse(folder / f"{DATABASE}.duckdb", folder / "target")
    scratch.run()
    scratch.build("--no-introspect", command="compile")
    nodes = json.loads((scratch.target / "manifest.json").read_text())["nodes"]
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    order = TopologicalSorter(
        {key: [parent for parent in node["depends_on"]["nodes"] if parent in models] for key, node in models.items()}
    ).static_order()
    return Project(
        models=tuple(
            Model(node["name"], node["schema"], node["relation_name"], _query(node))
            for node in (models[key] for key in order)
            # What is ephemeral stands in the SQL of those that read it.
            if node["config"]["materialized"] != "ephemeral"
        ),
        tests={
            node["name"]: node["compiled_code"]
            for node in nodes.values()
            if node["resource_type"] == "test" and node["config"]["severity"].upper() == "ERROR"
        },
    )


def _query(node: Mapping[str, Any]) -> str:
    if node["language"] == "sql":
        return str(node["compiled_code"])
    assert node["name"] == "name_matches", "a model in Python may suggest, never count"
    types = {pa.string(): "VARCHAR"}
    columns = ", ".join(f"NULL::{types.get(field.type, 'DECIMAL(5, 4)')} AS {field.name}" for field in SUGGESTIONS)
    return f"SELECT {columns} WHERE false"


class Engine(Warehouse):
    """A warehouse in memory that runs the compiled models. One connection for its whole life: use it in one thread."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._loads = 0
        self._connection = duckdb.connect()
        # Worlds are tiny: a second thread costs more than it brings, and one thread keeps the order of rows.
        self._connection.execute(f"SET threads = 1; ATTACH ':memory:' AS {DATABASE}; USE {DATABASE}")
        self._connection.execute("SET TimeZone = 'UTC'")
        # A plan is used for other rows than those that it was made for: it must know nothing of them.
        self._connection.execute(f"SET disabled_optimizers = '{','.join(PLAN_BY_ROWS)}'")
        create_control_tables(self._connection)
        self._create_raw_tables()
        self._inputs = [
            f'{schema}."{table}"'
            for schema, table in self._connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ?", [DATABASE]
            ).fetchall()
        ]
        self._plans: dict[str, str] = {}
        # The rows of each relation, and how often they have been others; with what versions each model ran.
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._versions: dict[str, int] = {}
        self._ran_with: dict[str, tuple[str, dict[str, int]]] = {}
        self.ran: set[str] = set()
        self._is_waiting = False
        self._is_laid_out_anew = True
        self._create_model_tables()

    @property
    def models(self) -> tuple[Model, ...]:
        """The models in the order of their dependencies."""
        return self._project.models

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The one connection, all models run; it stays open."""
        self.run_models()
        yield self._connection

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """As in a `Warehouse`, all rows at once."""
        self._is_laid_out_anew = True
        given = list(rows)
        if not given:
            return
        names = list(dict.fromkeys(name for row in given for name in row))
        columns = {
            name: pa.array(
                [json.dumps(v) if isinstance(v, dict | list) else v for v in (row.get(name) for row in given)]
            )
            for name in names
        }
        self._connection.register("given_rows", pa.table(columns))
        self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given_rows")
        self._connection.unregister("given_rows")

    def empty(self, table: str) -> None:
        """As in a `Warehouse`."""
        self._is_laid_out_anew = True
        self._connection.execute(f"TRUNCATE {table}")

    def clear(self) -> None:
        """Empty every raw, control and rules table."""
        self._loads = 0
        self._is_waiting = False
        for table in self._inputs:
            self.empty(table)

    def compute(self) -> None:
        """Take the raw, control and rules tables as they are: from here on, tables of models are those of now.

        A model runs when it is asked for; `ran` has the names of those that had to. `run_models` runs all.
        """
        self.ran = set()
        relations = {model.relation for model in self.models}
        for relation in frozenset().union(*(model.reads for model in self.models)) - relations:
            self._see(relation)
        self._is_waiting, self._is_laid_out_anew = True, False

    def run_models(self, query: str | None = None) -> None:
        """Run the models that `query` asks for, from staging on; without one, all, from staging to marts."""
        if not self._is_waiting:
            return
        wanted = None if query is None else self._behind(query)
        for model in self.models:
            if wanted is not None and model.relation not in wanted:
                continue
            versions = {relation: self._versions[relation] for relation in model.reads}
            if self._ran_with.get(model.name) == (model.query, versions):
                continue
            assert not self._is_laid_out_anew, f"{model.name} is asked for after rows have changed: compute first"
            try:
                self._connection.execute(f"TRUNCATE {model.relation}")
                self._connection.execute(f"EXECUTE {self._plan(model)}")
            except duckdb.Error as error:
                raise AssertionError(f"model {model.name} fails: {error}") from error
            self._ran_with[model.name] = (model.query, versions)
            self.ran.add(model.name)
            self._see(model.relation)

    @contextmanager
    def changed(self, name: str, here: str, before: str) -> Iterator[None]:
        """For a while, a model whose SQL has `before` wherever `here` stands."""
        standing = self._project
        (model,) = [model for model in standing.models if model.name == name]
        assert here in model.query, f"{name} has no {here!r}"
        other = replace(model, query=model.query.replace(here, before))
        self._project = replace(standing, models=tuple(other if one is model else one for one in standing.models))
        try:
            yield
        finally:
            self._project = standing

    def broken_tests(self) -> dict[str, list[tuple[Any, ...]]]:
        """The bad rows of the project's data tests, by test; empty where all hold."""
        self.run_models()
        found = {name: self._connection.execute(query).fetchall() for name, query in self._project.tests.items()}
        return {name: rows for name, rows in found.items() if rows}

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query as dicts, of the models as they are for the rows last computed."""
        self.run_models(query)
        found = self._connection.execute(query, list(parameters))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of one table (`schema.name`) in the order in which they were published."""
        return self.rows(f"SELECT * FROM {name}")

    def _create_model_tables(self) -> None:
        for schema in sorted({model.schema for model in self.models}):
            self._connection.execute(f"CREATE SCHEMA {schema}")
        for model in self.models:
            self._connection.execute(f"CREATE TABLE {model.relation} AS {model.query} LIMIT 0")

    def _plan(self, model: Model) -> str:
        """The name of the prepared statement that fills a model's table."""
        if model.query not in self._plans:
            name = f"plan_{len(self._plans)}"
            self._connection.execute(f"PREPARE {name} AS INSERT INTO {model.relation} {model.query}")
            self._plans[model.query] = name
        return self._plans[model.query]

    def _behind(self, query: str) -> set[str]:
        """The relations of models that a query names as `schema.name`, and all that they are made of."""
        named = {f'"{DATABASE}"."{schema}"."{name}"' for schema, name in re.findall(r'"?(\w+)"?\."?(\w+)"?', query)}
        for model in reversed(self.models):
            if model.relation in named:
                named |= model.reads
        return named

    def _see(self, relation: str) -> None:
        """Give a relation another version where it has other rows, or the same in another order."""
        rows = self._connection.execute(f"FROM {relation}").fetchall()
        if rows != self._rows.get(relation):
            self._rows[relation] = rows
            self._versions[relation] = self._versions.get(relation, 0) + 1

    def _create_raw_tables(self) -> None:
        from connectors.tables import LOAD_COLUMNS

        for system in SYSTEMS:
            self._connection.execute(f"CREATE SCHEMA raw_{system}")
            for table in declared_tables(system).values():
                columns = ", ".join(
                    f'"{column.name}" {"VARCHAR" if column.type == "JSON" else column.type}'
                    for column in (*table.columns, *LOAD_COLUMNS)
                )
                self._connection.execute(f'CREATE TABLE raw_{system}."{table.name}" ({columns})')


def at_midnight(year: int, month: int, day: int) -> datetime:
    """A day as vendors write it: midnight UTC."""
    return datetime(year, month, day, tzinfo=UTC)
