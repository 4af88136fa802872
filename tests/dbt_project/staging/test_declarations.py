"""The dbt project and the declarations of the raw tables say the same."""

import re

import duckdb
import yaml

from expectations.currencies import ISO_4217, OF_THOUSANDTHS, WITHOUT_COINS
from pipelines.warehouse.connection import create_control_tables
from tests.dbt_project.warehouse import PROJECT, SYSTEMS, declared_tables


def test_every_raw_table_is_a_source_and_has_a_staging_model() -> None:
    for system in SYSTEMS:
        folder = PROJECT / "models" / "staging" / system
        (source,) = yaml.safe_load((folder / f"_{system}__sources.yml").read_text())["sources"]
        assert source["name"] == source["schema"] == f"raw_{system}"
        modes = {table["name"]: table["config"]["meta"]["read_mode"] for table in source["tables"]}
        assert modes == {name: table.mode for name, table in declared_tables(system).items()}
        models = {path.stem.removeprefix(f"stg_{system}__") for path in folder.glob("*.sql")}
        # Beside the rows that count now, a table may have a model of all that was ever received.
        assert {name for name in models if not name.endswith("_versions")} == set(modes)


def test_staging_models_read_their_table_by_its_declared_mode_key_and_account() -> None:
    for system in SYSTEMS:
        for name, table in declared_tables(system).items():
            text = (PROJECT / "models" / "staging" / system / f"stg_{system}__{name}.sql").read_text()
            macro = "snapshot_rows" if table.mode == "snapshot" else "version_rows"
            call = f"{macro}('{system}', '{name}', {list(table.key)}"
            assert call in text
            assert (f"account_column='{table.account_column}'" in text) == (table.account_column is not None)


def test_the_completeness_control_counts_every_raw_table() -> None:
    text = (PROJECT / "macros" / "received_rows.sql").read_text()
    found = re.findall(
        r"\{'system': '(\w+)', 'table': '(\w+)', 'key': (\[[^]]*\])(?:, 'account_column': '(\w+)')?\}", text
    )
    expected = [
        (system, name, str(list(table.key)), table.account_column or "")
        for system in SYSTEMS
        for name, table in declared_tables(system).items()
    ]
    assert found == expected


def test_the_models_know_which_tables_are_dated() -> None:
    text = (PROJECT / "macros" / "counts_until.sql").read_text()
    found = re.findall(r"\{'system': '(\w+)', 'table': '(\w+)'\}", text)
    assert sorted(found) == sorted(
        (system, name) for system in SYSTEMS for name, table in declared_tables(system).items() if table.is_dated
    )


def test_the_models_know_the_currencies_that_expectations_know() -> None:
    text = (PROJECT / "macros" / "currencies.sql").read_text()
    assert set(re.findall(r"\b[A-Z]{3}\b", text)) == ISO_4217


def test_the_models_know_the_minor_units_that_screens_show() -> None:
    text = (PROJECT / "macros" / "currencies.sql").read_text()
    for macro, codes in (("currencies_without_coins", WITHOUT_COINS), ("currencies_of_thousandths", OF_THOUSANDTHS)):
        found = re.search(rf"macro {macro}\(\) -%}}\s+\{{\{{ return\('([A-Z ]+)'", text)
        assert found
        assert set(found.group(1).split()) == codes


def test_control_and_rules_sources_are_tables_of_the_ddl() -> None:
    with duckdb.connect() as connection:
        create_control_tables(connection)
        created = {
            f"{schema}.{name}"
            for schema, name in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        }
    declared = set()
    for path in (PROJECT / "models" / "_sources").glob("*.yml"):
        (source,) = yaml.safe_load(path.read_text())["sources"]
        declared |= {f"{source['schema']}.{table['name']}" for table in source["tables"]}
    assert declared
    assert declared <= created


def test_every_model_states_its_grain() -> None:
    for path in (PROJECT / "models").rglob("_*__models.yml"):
        for model in yaml.safe_load(path.read_text())["models"]:
            if model["name"].startswith(("stg_", "int_")) or path.parent.name in ("canonical", "by_system", "mapping"):
                assert re.search(r"Grain - [^.]+\.$", model["description"].strip()), model["name"]
