"""What a run says of its sources when they fail, refuse, grow old or are switched off."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.dbt_project.warehouse import Warehouse

NOW = datetime(2026, 6, 20, 8, tzinfo=UTC)
TENANT = {"customerId": "A"}
EXPORTED = {"file_hash": "f" * 64, "file_name": "a.csv", "sheet_name": "", "quantity": 3}


@pytest.fixture(scope="module")
def built(warehouse: Warehouse) -> Warehouse:
    warehouse.run(
        sources={
            "connectwise": "psa",
            "microsoft_graph": "vendor",
            "pax8": "vendor",
            "ninjaone": "vendor",
            "exports": "vendor",
            "acme": "vendor",
        },
        off=["ninjaone"],
    )
    earlier = NOW - timedelta(hours=20)
    warehouse.read("connectwise", "companies", [{"id": 1, "name": "Acme"}])
    warehouse.read("connectwise", "additions", [], at=earlier, run_id="run-0")
    warehouse.read("connectwise", "additions", status="failed", message="HTTP 500 after 5 attempts")

    warehouse.read("microsoft_graph", "tenants", [{"tenant_id": "A"}, {"tenant_id": "B"}, {"tenant_id": "C"}])
    # Yesterday the whole source was down, before it could name its tenants.
    warehouse.read(
        "microsoft_graph", "subscribed_skus", status="failed", at=earlier, run_id="run-0", message="HTTP 500"
    )
    for table, held in (("subscribed_skus", {"sku_id": "S"}), ("license_assignments", {"sku_id": "S", "user_id": "U"})):
        warehouse.read("microsoft_graph", table, [{**held, "tenant_id": "A"}], account_id="A")
        warehouse.read("microsoft_graph", table, [], account_id="B", at=earlier, run_id="run-0")
        warehouse.read("microsoft_graph", table, status="refused", account_id="B", message="403 no consent")
        warehouse.read("microsoft_graph", table, [], account_id="C", at=NOW - timedelta(days=9), run_id="run-0")
        # A tenant that has left: read once, in no list any more.
        warehouse.read(
            "microsoft_graph", table, [{**held, "tenant_id": "Z"}], account_id="Z", at=earlier, run_id="run-0"
        )

    warehouse.read("pax8", "companies", [{"id": "x"}], at=NOW - timedelta(hours=40), run_id="run-0")
    warehouse.read("ninjaone", "organizations", [{"id": 7, "name": "Old"}], at=earlier, run_id="run-0")

    warehouse.read("exports", "billing_lines", [{**EXPORTED, "source_name": "autotask", "row_number": 2}])
    warehouse.read(
        "exports", "vendor_quantities", [{**EXPORTED, "source_name": "ninjaone", "row_number": 2, "side": "used"}]
    )
    # Two more folders, read well yesterday: of one a file is refused today, in the other one something is not right.
    for folder in ("portal", "backup"):
        row = {**EXPORTED, "source_name": folder, "row_number": 2, "side": "used", "account_name": "A"}
        warehouse.read("exports", "vendor_quantities", [row], at=earlier, run_id="run-0")
    for table in ("billing_lines", "vendor_quantities"):
        warehouse.read("exports", table, status="failed", account_id="portal", message="portal/a.csv: no header row")
        warehouse.read("exports", table, [{**row, "quantity": -1}] if "vendor" in table else [], account_id="backup")
    warehouse.insert(
        "control.expectation_results",
        [
            {
                "run_id": "run-1",
                "source_system": "exports",
                "table_name": "vendor_quantities",
                "account_id": "backup",
                "expectation": "quantity_not_negative",
                "is_blocking": True,
                "passed": False,
                "message": "a quantity below 0",
            }
        ],
    )
    # A system whose connector loads, and of which no model knows.
    warehouse.insert(
        "control.reads",
        [
            {
                "run_id": "run-1",
                "source_system": "acme",
                "table_name": table,
                "mode": "full",
                "status": "ok",
                "captured_at": NOW,
                "row_count": rows,
                "load_id": "1",
            }
            for table, rows in (("accounts", 12), ("seats", 340), ("notes", 0))
        ],
    )
    warehouse.build(
        "--select",
        *("+source_status", "+account_status", "+vendor_quantities", "+vendor_accounts"),
        *("--exclude-resource-type", "test", "unit_test"),
    )
    return warehouse


@pytest.fixture(scope="module")
def status(built: Warehouse) -> dict[str, dict[str, object]]:
    return {row["source_system"]: row for row in built.rows("SELECT * FROM canonical.source_status")}


def test_a_failed_table_fails_its_source_and_says_which_and_why(status: dict[str, dict[str, object]]) -> None:
    row = status["connectwise"]
    assert (row["status"], row["is_assessable"]) == ("failed", False)
    assert row["message"] == "/finance/agreements/{agreement_id}/additions: HTTP 500 after 5 attempts"


def test_a_refused_account_makes_its_source_partial(status: dict[str, dict[str, object]]) -> None:
    row = status["microsoft_graph"]
    assert (row["status"], row["is_assessable"]) == ("partial", True)
    assert "1 of 4 accounts" in str(row["message"])


def test_a_source_whose_rows_no_model_takes_is_half_built_and_not_healthy(status: dict[str, dict[str, object]]) -> None:
    row = status["acme"]
    assert (row["status"], row["is_assessable"]) == ("failed", False)
    assert str(row["message"]).startswith("half built: 12 rows of accounts, 340 rows of seats loaded, and no model")


def test_a_read_older_than_the_limit_is_stale(status: dict[str, dict[str, object]]) -> None:
    row = status["pax8"]
    assert (row["status"], row["is_assessable"]) == ("stale", False)
    assert float(str(row["age_hours"])) == 40.0


def test_an_inbox_folder_is_a_source_and_can_stand_in_for_a_system(
    status: dict[str, dict[str, object]],
) -> None:
    assert (status["autotask"]["role"], status["autotask"]["status"]) == ("psa", "healthy")
    assert (status["ninjaone"]["role"], status["ninjaone"]["status"]) == ("vendor", "healthy")
    assert set(status) == {
        *("connectwise", "microsoft_graph", "pax8", "ninjaone", "exports", "acme"),
        *("autotask", "portal", "backup"),
    }


def test_a_folder_that_is_not_well_fails_alone_and_says_why(status: dict[str, dict[str, object]]) -> None:
    said = {name: (status[name]["status"], status[name]["message"]) for name in ("portal", "backup", "autotask")}
    assert said == {
        "portal": ("failed", "portal/a.csv: no header row"),
        "backup": ("failed", "expectation failed - a quantity below 0"),
        "autotask": ("healthy", None),
    }
    assert status["portal"]["row_count"] == 1, "the rows of its last good read are still there"
    assert status["exports"]["status"] == "partial"
    assert status["exports"]["message"] == (
        "2 of 4 folders are not assessed, for example backup - expectation failed - a quantity below 0"
    )


def test_accounts_that_refused_or_were_not_read_lately_are_not_assessable(built: Warehouse) -> None:
    rows = built.rows(
        "SELECT account_id, is_assessable, message FROM canonical.account_status "
        "WHERE source_system = 'microsoft_graph' ORDER BY 1"
    )
    assert [(row["account_id"], row["is_assessable"]) for row in rows] == [
        ("a", True),
        ("b", False),
        ("c", False),
        ("z", True),
    ]
    assert "subscribed_skus refused: 403 no consent" in rows[1]["message"]
    assert "more than 26 hours before the cut-off" in rows[2]["message"]


def test_rows_of_an_account_that_left_and_of_a_source_that_is_off_do_not_count(built: Warehouse) -> None:
    rows = built.rows("SELECT source_system, account_id FROM canonical.vendor_accounts ORDER BY ALL")
    assert ("microsoft_graph", "z") not in {(row["source_system"], row["account_id"]) for row in rows}
    assert not [row for row in rows if row["account_id"] == "7"]
    counted = built.rows(
        "SELECT DISTINCT account_id FROM canonical.vendor_quantities WHERE source_system = 'microsoft_graph'"
    )
    assert counted == [{"account_id": "a"}]
