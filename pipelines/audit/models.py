"""The models of `dbt_project/` as statements that DuckDB runs by itself, without dbt.

Belongs here: what dbt makes of the models, kept for later, and running it in the order of its parts. Does not belong
here: the models, or the runs of a home (`pipelines.defs.transform`), which dbt runs with its tests.

Importing dbt, parsing the project and asking dbt for 200 nodes takes two thirds of an audit of a hundred rows. What dbt
compiles depends on the project alone and never on the files, so it is kept beside this installation, under the hash
of the project.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb

from connectors.sql import literal
from pipelines.home import Home
from pipelines.secret_environment import without_secrets
from pipelines.steps.transform import (
    PROJECT,
    SHARED,
    TARGET,
    DbtError,
    program,
    sources_hash,
    write_profile,
    write_program,
)
from pipelines.warehouse.writing import transaction

_KEPT = Path(sys.prefix) / "share" / "tieout"


@dataclass(frozen=True, slots=True)
class Model:
    """One table or view. `code` is its SELECT, or the Python of a model in Python (file within the project).

    `columns` of a table whose columns are a contract: name -> type. `comments`: column -> description.
    """

    name: str
    schema: str
    alias: str
    kind: str
    is_python: bool
    code: str
    columns: Mapping[str, str]
    description: str
    comments: Mapping[str, str]
    after: tuple[str, ...]

    @property
    def relation(self) -> str:
        """Its name in the warehouse."""
        return f'"{self.schema}"."{self.alias}"'


def models(home: Home) -> list[Model]:
    """The models in an order in which each follows what it reads.

    Args:
        home: Where dbt works when the models were not compiled before, which takes seconds.

    Raises:
        DbtError: dbt refused the project; says why.
    """
    key = "-".join([sources_hash(PROJECT)[:32], version("dbt-core"), version("dbt-duckdb")])
    kept = (Path(os.environ[SHARED]) if os.environ.get(SHARED) else _KEPT) / f"models-{key}.json"
    with suppress(OSError, ValueError, TypeError):
        return [_read(one) for one in json.loads(kept.read_text(encoding="utf-8"))]
    found = _ordered(_compiled(home))
    with suppress(OSError):  # a shared installation may be read-only
        _keep(kept, found)
    return found


class Build:
    """The models in one warehouse: made where they are needed, and anew where what they read has changed.

    Args:
        connection: The warehouse.
        models: All models, each after those it reads.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, models: Sequence[Model]) -> None:
        self.connection = connection
        self._models = models
        self._made: set[str] = set()

    def make(self, name: str | None = None) -> None:
        """Makes one model with all that it reads, or every model; what is made already is left."""
        wanted = {model.name for model in self._models} if name is None else self._needed(name)
        _run(self.connection, self._models, wanted - self._made)
        self._made |= wanted

    def forget(self, *names: str) -> None:
        """What these models read has changed: they and all that read them are to be made anew."""
        changed = set(names)
        for model in self._models:
            if changed.intersection(model.after):
                changed.add(model.name)
        self._made -= changed

    def _needed(self, name: str) -> set[str]:
        needed = {name}
        for model in reversed(self._models):
            if model.name in needed:
                needed.update(model.after)
        return needed


def _run(connection: duckdb.DuckDBPyConnection, models: Sequence[Model], wanted: Collection[str]) -> None:
    relations = {model.name: model.relation for model in models}
    for schema in dict.fromkeys(model.schema for model in models):
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    # One transaction: hundreds of small tables would otherwise each wait for the disk.
    with transaction(connection):
        for model in models:
            if model.name in wanted:
                _make(connection, model, relations)


def _make(connection: duckdb.DuckDBPyConnection, model: Model, relations: Mapping[str, str]) -> None:
    if model.is_python:
        _run_python(connection, model, relations)
    elif model.kind == "view":
        connection.execute(f"CREATE OR REPLACE VIEW {model.relation} AS (\n{model.code}\n)")
    elif model.columns:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in model.columns.items())
        names = ", ".join(f'"{name}"' for name in model.columns)
        connection.execute(f"CREATE OR REPLACE TABLE {model.relation} ({columns})")
        connection.execute(f"INSERT INTO {model.relation} ({names}) SELECT {names} FROM (\n{model.code}\n)")  # noqa: S608 - our own models
    else:
        connection.execute(f"CREATE OR REPLACE TABLE {model.relation} AS (\n{model.code}\n)")
    _comment(connection, model)


def _comment(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Descriptions go with the published tables, so that the copy explains itself."""
    if not model.columns:
        return
    kind = "VIEW" if model.kind == "view" else "TABLE"
    connection.execute(f"COMMENT ON {kind} {model.relation} IS {literal(model.description)}")
    for column, text in model.comments.items():
        connection.execute(f'COMMENT ON COLUMN {model.relation}."{column}" IS {literal(text)}')


class _Dbt:
    """What a model in Python asks of dbt."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, relations: Mapping[str, str]) -> None:
        self._connection = connection
        self._relations = relations

    def config(self, **_: Any) -> None:
        """Settings of the model: compiled already."""

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """The table of another model."""
        return self._connection.sql(f"SELECT * FROM {self._relations[name]}")  # noqa: S608 - our own names


def _run_python(connection: duckdb.DuckDBPyConnection, model: Model, relations: Mapping[str, str]) -> None:
    rows = _module(PROJECT / model.code).model(_Dbt(connection, relations), connection)
    connection.register("made", rows)
    connection.execute(f"CREATE OR REPLACE TABLE {model.relation} AS SELECT * FROM made")  # noqa: S608 - our own names
    connection.unregister("made")


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_model_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compiled(home: Home) -> dict[str, Any]:
    """The nodes of the project, each with its compiled SELECT, by unique id."""
    target = home.dbt / "compiled"
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_program(home)
    write_profile(home)
    command = [str(program(home)), "--quiet", "compile", "--select", "resource_type:model", "--no-populate-cache"]
    command += ["--project-dir", str(PROJECT), "--profiles-dir", str(home.dbt), "--target", TARGET]
    command += ["--target-path", str(target), "--log-path", str(target)]
    done = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, check=False, cwd=PROJECT, env=without_secrets()
    )
    manifest = target / "manifest.json"
    if done.returncode != 0 or not manifest.exists():
        raise DbtError(f"dbt cannot compile {PROJECT}:\n{(done.stdout + done.stderr).strip()}")
    nodes: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    return {id_: node for id_, node in nodes.items() if node["resource_type"] == "model"}


def _ordered(nodes: Mapping[str, Any]) -> list[Model]:
    """The nodes as models, each after those it reads; what is written into others (ephemeral) is left out."""
    placed: dict[str, Model | None] = {}

    def place(id_: str) -> None:
        if id_ in placed:
            return
        node = nodes[id_]
        before = [other for other in node["depends_on"]["nodes"] if other in nodes]
        for other in before:
            place(other)
        placed[id_] = None if node["config"]["materialized"] == "ephemeral" else _model(node, _real(id_, nodes))

    for id_ in sorted(nodes):
        place(id_)
    return [model for model in placed.values() if model is not None]


def _real(id_: str, nodes: Mapping[str, Any]) -> list[str]:
    """Names of the tables and views that a node reads, also through ephemeral ones."""
    found: list[str] = []
    for other in nodes[id_]["depends_on"]["nodes"]:
        if other in nodes:
            is_within = nodes[other]["config"]["materialized"] == "ephemeral"
            found += _real(other, nodes) if is_within else [nodes[other]["name"]]
    return sorted(set(found))


def _model(node: Mapping[str, Any], after: Sequence[str]) -> Model:
    is_python = node["language"] == "python"
    is_contract = bool((node["config"].get("contract") or {}).get("enforced"))
    columns = node["columns"].values()
    return Model(
        name=node["name"],
        schema=node["schema"],
        alias=node["alias"],
        kind=node["config"]["materialized"],
        is_python=is_python,
        code=node["original_file_path"] if is_python else node["compiled_code"],
        columns={column["name"]: column["data_type"] for column in columns} if is_contract else {},
        description=node["description"],
        comments={column["name"]: column["description"] for column in columns if column["description"]},
        after=tuple(after),
    )


def _read(values: dict[str, Any]) -> Model:
    return Model(**{**values, "after": tuple(values["after"])})


def _keep(path: Path, found: Sequence[Model]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for older in path.parent.glob("models-*.json"):
        older.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump([asdict(model) for model in found], file)
    Path(file.name).replace(path)


def main() -> None:
    """Compile the models now, so that the first audit need not (`make setup`)."""
    with tempfile.TemporaryDirectory(prefix="tieout-setup-") as folder:
        models(Home(Path(folder) / "home").create())


if __name__ == "__main__":
    main()
