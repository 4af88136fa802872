"""What right rules become: typed tables that fit the warehouse, a hash, and templates for a new home."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.rules import RulesRefused, load_rules, write_templates
from pipelines.rules.cells import convert
from pipelines.rules.declare import RuleColumn
from pipelines.rules.files import FILES
from pipelines.rules.load import _arrow_type
from pipelines.rules.systems import Systems
from pipelines.warehouse.connection import create_control_tables
from pipelines.warehouse.rules import replace_rules
from tests.pipelines.rules.home import GOOD, HEADERS, changed, write

ALL_GOOD = {file.removesuffix(".csv"): row for file, row in GOOD.items()}


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        create_control_tables(connection)
        yield connection


def test_rules_are_typed_and_cite_their_line(tmp_path):
    tables = load_rules(write(tmp_path, **ALL_GOOD)).tables
    assert tables["client_map"].to_pylist() == [
        {
            "source_system": "pax8",
            "account_id": "c1",
            "client_id": "connectwise:250",
            "valid_from": date(2026, 1, 1),
            "valid_to": None,
            "confirmed_by": "D. Okafor",
            "confirmed_at": date(2026, 1, 14),
            "reason": "same tax id",
            "method": None,
            "rule_id": "client_map.csv:2",
            "file": "client_map.csv",
            "line": 2,
        }
    ]
    assert tables["counting"].to_pylist()[0]["inactive_days"] is None
    assert tables["exclusions"].to_pylist()[0]["client_id"] == "*"


@pytest.mark.parametrize("rows", [ALL_GOOD, {}], ids=["filled", "absent"])
def test_every_table_fits_its_table_in_the_warehouse_by_name_order_and_type(tmp_path, warehouse, rows):
    tables = load_rules(write(tmp_path, **rows)).tables
    for name, table in tables.items():
        warehouse.register("given", table)
        given = warehouse.execute("DESCRIBE given").fetchall()
        wanted = warehouse.execute(f"DESCRIBE rules.{name}").fetchall()
        assert [row[:2] for row in given] == [row[:2] for row in wanted]
        warehouse.execute(f"INSERT INTO rules.{name} SELECT * FROM given")
        warehouse.unregister("given")
    in_warehouse = warehouse.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'rules'").fetchall()
    assert {name for (name,) in in_warehouse} == {*tables, "aliases"}


@pytest.mark.parametrize("folder", ["rules", "no/such/folder"])
def test_absent_files_are_empty_tables(tmp_path, folder):
    (tmp_path / "rules").mkdir()
    loaded = load_rules(tmp_path / folder)
    assert {name: table.num_rows for name, table in loaded.tables.items()} == dict.fromkeys(ALL_GOOD, 0)


TEXT = f"{HEADERS['client_map.csv']}\n{changed('client_map.csv', 'reason', 'Müller says so')}\n"
SPELLINGS = {
    "byte order mark": TEXT.encode("utf-8-sig"),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16, tabs": TEXT.replace(",", "\t").encode("utf-16"),
    "semicolons": TEXT.replace(",", ";").encode(),
    "Windows line ends": TEXT.replace("\n", "\r\n").encode(),
    "quotes": TEXT.replace("Müller says so", '"Müller says so"').encode(),
    "spaces": TEXT.replace(",", " , ").encode(),
    "padding by a spreadsheet": TEXT.replace("\n", ",,,\n").encode() + b",,,,,,,,,,\n",
    "blank lines after": TEXT.encode() + b"\n \n",
}


@pytest.mark.parametrize("content", SPELLINGS.values(), ids=SPELLINGS)
def test_the_same_rules_spelt_another_way_are_the_same_rules(tmp_path, content):
    plain = load_rules(write(tmp_path / "plain", client_map=TEXT.encode()))
    other = load_rules(write(tmp_path / "other", client_map=content))
    assert other.tables["client_map"].equals(plain.tables["client_map"])
    assert other.hash == plain.hash


def test_column_order_changes_nothing(tmp_path):
    header, row = (line.split(",") for line in TEXT.strip().split("\n"))
    turned = f"{','.join(reversed(header))}\n{','.join(reversed(row))}\n"
    one = load_rules(write(tmp_path / "one", client_map=TEXT.encode()))
    other = load_rules(write(tmp_path / "other", client_map=turned.encode()))
    assert other.hash == one.hash
    assert other.tables["client_map"].equals(one.tables["client_map"])


def test_the_order_in_which_files_are_written_changes_nothing(tmp_path):
    one = load_rules(write(tmp_path / "one", **ALL_GOOD))
    other = load_rules(write(tmp_path / "other", **dict(reversed(ALL_GOOD.items()))))
    assert one.hash == other.hash
    assert re.fullmatch(r"[0-9a-f]{64}", one.hash)


def test_any_changed_value_or_line_changes_the_hash(tmp_path):
    contents = [
        GOOD["client_map.csv"],
        changed("client_map.csv", "reason", "another"),
        changed("client_map.csv", "valid_to", "2026-12-01"),
        f"# moved down, and evidence cites the line\n{GOOD['client_map.csv']}",
        "",
    ]
    hashes = {load_rules(write(tmp_path, client_map=content)).hash for content in contents}
    assert len(hashes) == len(contents)


def test_an_absent_file_and_one_without_rules_are_the_same(tmp_path):
    assert load_rules(write(tmp_path / "one", counting="")).hash == load_rules(tmp_path / "none").hash


def test_export_sources_are_systems_by_the_name_of_their_inbox_folder(tmp_path):
    row = "acronis,Fabrikam,autotask:fabrikam ltd,2026-01-01,,A,2026-01-01,why,"
    for name in ("acronis", "autotask"):
        (tmp_path / "inbox" / name).mkdir(parents=True)
    folder = write(tmp_path / "rules", client_map=row)
    assert load_rules(folder).tables["client_map"].num_rows == 1
    with pytest.raises(ValueError, match="'acronis' is not a known system"):
        load_rules(folder, inboxes=())


def test_a_new_home_gets_every_file_and_its_examples_are_right(tmp_path):
    created = write_templates(tmp_path / "rules")
    assert sorted(path.name for path in created) == sorted(HEADERS)
    assert all(table.num_rows == 0 for table in load_rules(tmp_path / "rules").tables.values())
    for path in created:
        lines = path.read_text().splitlines()
        examples = [line.removeprefix("# ") for line in lines[2:-1]]
        path.write_text("\n".join([lines[-1], *examples]))
    assert all(table.num_rows > 0 for table in load_rules(tmp_path / "rules").tables.values())


def test_templates_never_touch_a_file_that_is_there(tmp_path):
    folder = write(tmp_path, **ALL_GOOD)
    (folder / "counting.csv").unlink()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert [path.name for path in write_templates(folder)] == ["counting.csv"]
    assert all(path.read_bytes() == content for path, content in before.items())
    assert write_templates(folder) == []


@pytest.mark.parametrize("text", ["1,5", "NaN", "Infinity", "1.0000001", "ten"])
def test_numbers_for_later_files_are_exact_decimals(text):
    column = RuleColumn("unit_price", "decimal")
    systems = Systems.known(())
    assert convert(column, "22.5", systems) == Decimal("22.500000")
    assert str(_arrow_type("decimal")) == "decimal128(18, 6)"
    with pytest.raises(ValueError, match=r"number|decimals"):
        convert(column, text, systems)


def test_a_rate_is_finer_than_money():
    column = RuleColumn("rate", "rate")
    systems = Systems.known(())
    assert convert(column, "0.0000392157", systems) == Decimal("0.0000392157")
    assert convert(column, "99999999.9999999999", systems) == Decimal("99999999.9999999999")
    assert str(_arrow_type("rate")) == "decimal128(18, 10)"


def test_the_guide_names_every_file_and_column():
    guide = (Path(__file__).parents[3] / "docs" / "rules.md").read_text()
    for declared in FILES:
        section = guide.split(f"## {declared.file}")[1].split("\n## ")[0]
        missing = [name for name in declared.column_names if f"`{name}`" not in section]
        assert missing == [], declared.file
        assert ",".join(declared.column_names) in section


def test_aliases_are_read_hashed_and_written_and_wrong_ones_refused_with_their_line(tmp_path, warehouse):
    folder = write(tmp_path)
    without = load_rules(folder)
    (folder / "client_aliases.toml").write_text('kind = "client"\nsame = [\n    ["tandarts", "zahnarzt"],\n]\n')
    rules = load_rules(folder)
    assert rules.hash != without.hash
    replace_rules(warehouse, rules)
    replace_rules(warehouse, rules)
    assert warehouse.execute("SELECT * FROM rules.aliases").fetchall() == [
        ("client", "tandarts", "zahnarzt", "client_aliases.toml:3")
    ]
    (folder / "product_aliases.toml").write_text('kind = "product"\nsame = [\n    ["a"],\n]\n')
    with pytest.raises(RulesRefused) as refused:
        load_rules(folder)
    assert "product_aliases.toml:3: same: is no pair of texts" in str(refused.value)
