from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.connectwise.schema import ADDITIONS, AGREEMENTS, CATALOG, COMPANIES, INVOICES
from connectors.connectwise.source import RECENT_DAYS
from connectors.errors import SourceReadError
from connectors.http import Budget
from connectors.reads import Plan
from connectors.registry import SYSTEMS
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.connectors.sources import by_table, config, reading

pytestmark = pytest.mark.integration


def ids(rows: list[dict]) -> frozenset[str]:
    return frozenset(str(row["id"]) for row in rows)


def held(world: World, moment: datetime) -> Plan:
    """A warehouse that read everything at `moment`."""
    psa = world.connectwise
    tables = {
        "companies": psa.companies,
        "agreements": psa.agreements,
        "catalog": psa.catalog,
        "invoices": psa.invoices,
    }
    return Plan(cursors=dict.fromkeys(tables, moment), held={name: ids(rows) for name, rows in tables.items()})


def test_everything_is_read_in_full_at_first(world: World, server: SandboxServer) -> None:
    psa = world.connectwise
    reads = by_table(reading("connectwise", world, server.url).reads())
    assert {name: read.row_count for name, read in reads.items()} == {
        "companies": len(psa.companies),
        "agreements": len(psa.agreements),
        "additions": sum(len(lines) for lines in psa.additions.values()),
        "catalog": len(psa.catalog),
        "invoices": len(psa.invoices),
    }
    assert {read.mode for read in reads.values()} == {"full"}
    assert reads["invoices"].declared_total == len(psa.invoices)
    clock = reads["companies"].captured_at
    assert clock is not None
    assert timedelta(0) <= clock - world.clock < timedelta(hours=1)


def test_small_pages_bring_the_same_rows(world: World, server: SandboxServer) -> None:
    whole = by_table(reading("connectwise", world, server.url).reads())
    paged = by_table(reading("connectwise", world, server.url, page_size=7).reads())
    assert {n: r.content_hash for n, r in paged.items()} == {n: r.content_hash for n, r in whole.items()}
    assert paged["invoices"].requests > whole["invoices"].requests


def test_lines_keep_their_agreement_and_exact_money(world: World, server: SandboxServer) -> None:
    line = next(lines[0] for lines in world.connectwise.additions.values() if lines)
    rows = reading("connectwise", world, server.url).rows(ADDITIONS).rows
    got = next(row for row in rows.to_pylist() if row["id"] == line["id"])
    assert got["agreement_id"] == line["agreementId"]
    assert got["unit_price"] == Decimal(str(line["unitPrice"]))
    assert got["quantity"] == Decimal(str(line["quantity"]))


def test_of_invoices_the_changed_and_the_recent_are_read_where_the_count_agrees(
    world: World, server: SandboxServer
) -> None:
    since = world.clock - timedelta(days=1)
    source = reading("connectwise", world, server.url, held(world, since))
    reads = by_table(source.reads())
    read = reads["invoices"]
    assert read.mode == "incremental"
    assert read.declared_total == read.row_count
    assert 0 < read.row_count < len(world.connectwise.invoices)
    for row in source.rows(INVOICES).rows.to_pylist():
        is_recent = row["date"] > since - timedelta(days=RECENT_DAYS)
        assert is_recent or row["_info__last_updated"] > since - timedelta(minutes=10)
    for name in ("companies", "agreements", "catalog", "additions"):
        assert reads[name].mode == "full"


def test_a_daily_read_sees_what_changed_without_a_time_stamp(world: World) -> None:
    """A company merged and deleted, an agreement moved, an item and a recent invoice changed, `lastUpdated` kept."""
    changed = deepcopy(world)
    psa = changed.connectwise
    gone, agreement, item, invoice = psa.companies[-1], psa.agreements[0], psa.catalog[0], psa.invoices[-1]
    gone["deletedFlag"] = True
    agreement["company"] = {"id": psa.companies[1]["id"], "identifier": "moved", "name": "moved"}
    item["vendorSku"] = "another"
    invoice["total"] = 1.0
    with SandboxServer(changed) as server:
        daily = reading("connectwise", changed, server.url, held(changed, changed.clock))
        whole = reading("connectwise", changed, server.url)
        for table in (COMPANIES, AGREEMENTS, CATALOG):
            assert by_table(daily.reads())[table.name].content_hash == by_table(whole.reads())[table.name].content_hash
        for row in (row for row in daily.rows(INVOICES).rows.to_pylist() if row["id"] == invoice["id"]):
            assert row["total"] == 1


def test_a_daily_read_costs_two_requests_a_list_and_one_an_agreement(world: World, server: SandboxServer) -> None:
    """As docs/systems/connectwise.md says: of lists of up to 1,000 records, and a count more for empty agreements."""
    psa = world.connectwise
    reads = by_table(reading("connectwise", world, server.url, held(world, world.clock)).reads())
    empty = sum(not lines for lines in psa.additions.values())
    assert {name: read.requests for name, read in reads.items()} == {
        "companies": 3,  # with the one for the code base
        "agreements": 2,
        "additions": len(psa.agreements) + empty,
        "catalog": 2,
        "invoices": 3,
    }


def test_a_count_that_disagrees_brings_a_full_read(world: World, server: SandboxServer) -> None:
    plan = held(world, world.clock - timedelta(days=1))
    plan = Plan(cursors=plan.cursors, held={**plan.held, "invoices": plan.held["invoices"] | {"999999999"}})
    reads = by_table(reading("connectwise", world, server.url, plan).reads())
    assert (reads["invoices"].mode, reads["invoices"].row_count) == ("full", len(world.connectwise.invoices))


def test_a_full_read_can_be_asked_for(world: World, server: SandboxServer) -> None:
    plan = held(world, world.clock)
    plan = Plan(cursors=plan.cursors, held=plan.held, full_tables=frozenset({"invoices"}))
    assert by_table(reading("connectwise", world, server.url, plan).reads())["invoices"].mode == "full"


def test_an_agreement_without_lines_is_confirmed_by_its_count(world: World, server: SandboxServer) -> None:
    busy = next(agreement for agreement, lines in world.connectwise.additions.items() if lines)
    server.set([Misbehaviour(system="connectwise", kind="empty_page", endpoint=f"agreements/{busy}/additions")])
    reads = by_table(reading("connectwise", world, server.url).reads())
    assert reads["additions"].status == "failed"
    assert f"/finance/agreements/{busy}/additions: 0 rows received" in (reads["additions"].message or "")
    assert reads["agreements"].status == "ok"


def test_lines_cannot_be_read_without_the_agreements(world: World, server: SandboxServer) -> None:
    server.set([Misbehaviour(system="connectwise", kind="http_500", endpoint="finance/agreements")])
    source = reading("connectwise", world, server.url)
    with pytest.raises(SourceReadError, match="needs agreements, which could not be read"):
        source.rows(ADDITIONS)


@pytest.mark.parametrize(("field", "value"), [("company_id", "nobody"), ("private_key", "wrong"), ("client_id", "x")])
def test_wrong_credentials_fail_every_table_and_show_no_secret(
    field: str, value: str, world: World, server: SandboxServer
) -> None:
    good = config("connectwise", world, server.url)
    bad = type(good)(**{**{name: getattr(good, name) for name in type(good).model_fields}, field: value})
    reads = SYSTEMS["connectwise"].reads(bad, Plan(), Budget(30)).reads()
    assert {read.status for read in reads} == {"failed"}
    if field == "company_id":
        assert "no company 'nobody' at this server" in (reads[0].message or "")
    for read in reads:
        assert "sandboxPrivateKey1" not in (read.message or "")


def test_the_cursor_overlaps_so_that_no_late_record_is_missed(world: World, server: SandboxServer) -> None:
    newest = max(row["_info"]["lastUpdated"] for row in world.connectwise.invoices)
    moment = datetime.fromisoformat(newest.replace("Z", "+00:00")).astimezone(UTC)
    source = reading("connectwise", world, server.url, held(world, moment + timedelta(minutes=5)))
    assert source.rows(INVOICES).rows.num_rows >= 1
