from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from connectors.http import Budget
from connectors.pax8.schema import INVOICE_ITEMS, SUBSCRIPTIONS
from connectors.reads import Plan
from connectors.registry import SYSTEMS
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.connectors.sources import by_table, config, reading

pytestmark = pytest.mark.integration


def test_every_list_agrees_with_its_declared_total(world: World, server: SandboxServer) -> None:
    pax8 = world.pax8
    reads = by_table(reading("pax8", world, server.url).reads())
    wanted = {
        "companies": len(pax8.companies),
        "products": len(pax8.products),
        "subscriptions": len(pax8.subscriptions),
        "invoices": len(pax8.invoices),
        "invoice_items": sum(len(items) for items in pax8.invoice_items.values()),
    }
    assert {name: read.row_count for name, read in reads.items()} == wanted
    assert {name: read.declared_total for name, read in reads.items()} == wanted


def test_page_zero_is_read_and_small_pages_bring_the_same_rows(world: World, server: SandboxServer) -> None:
    whole = by_table(reading("pax8", world, server.url).reads())
    paged = by_table(reading("pax8", world, server.url, page_size=3).reads())
    assert {n: r.content_hash for n, r in paged.items()} == {n: r.content_hash for n, r in whole.items()}


def test_items_know_their_invoice_and_money_is_exact(world: World, server: SandboxServer) -> None:
    invoice, items = next((key, value) for key, value in world.pax8.invoice_items.items() if value)
    rows = reading("pax8", world, server.url).rows(INVOICE_ITEMS).rows.to_pylist()
    got = next(row for row in rows if row["id"] == items[0]["id"])
    assert got["invoice_id"] == invoice
    assert got["total"] == Decimal(str(items[0]["total"]))


def held(world: World, *, without: str | None = None, days: int = 1) -> Plan:
    invoices = frozenset(world.pax8.invoice_items) - {without}
    moment = world.clock - timedelta(days=days)
    return Plan(
        cursors={"invoices": moment, "invoice_items": moment},
        held={"invoices": invoices, "invoice_items": frozenset(invoices)},
    )


def test_only_recent_invoices_and_only_new_items_are_read(world: World, server: SandboxServer) -> None:
    newest = max(world.pax8.invoices, key=lambda invoice: invoice["invoiceDate"])["id"]
    asked_before = server.requests("pax8")
    reads = by_table(reading("pax8", world, server.url, held(world, without=newest)).reads())
    asked = server.requests("pax8") - asked_before
    assert reads["invoices"].mode == reads["invoice_items"].mode == "incremental"
    recent = (world.clock - timedelta(days=46)).date().isoformat()
    since = [invoice for invoice in world.pax8.invoices if invoice["invoiceDate"] >= recent]
    assert reads["invoices"].row_count == len(since) < len(world.pax8.invoices)
    assert [path for path in asked if path.endswith("/items")] == [f"/v1/invoices/{newest}/items"]
    assert reads["invoice_items"].row_count == len(world.pax8.invoice_items[newest])


def test_nothing_new_appends_nothing_and_stands_on_the_earlier_load(world: World, server: SandboxServer) -> None:
    plan = held(world)
    plan = Plan(previous={("invoice_items", None): ("full:1:a:b", "77.5")}, cursors=plan.cursors, held=plan.held)
    read = by_table(reading("pax8", world, server.url, plan).reads())["invoice_items"]
    assert (read.status, read.row_count, read.rows_appended, read.earlier_load_id) == ("ok", 0, False, "77.5")


def test_a_read_that_needed_no_request_stands_at_the_sources_clock_and_not_at_ours(
    world: World, server: SandboxServer
) -> None:
    assert abs(datetime.now(UTC) - world.clock) > timedelta(days=1)
    reads = by_table(reading("pax8", world, server.url, held(world)).reads())
    assert (reads["invoice_items"].row_count, reads["invoice_items"].requests) == (0, 0)
    assert reads["invoice_items"].captured_at == reads["invoices"].captured_at


def test_without_the_earlier_items_all_invoices_are_gone_through(world: World, server: SandboxServer) -> None:
    plan = Plan(cursors={"invoices": datetime(2026, 9, 19, tzinfo=UTC)})
    reads = by_table(reading("pax8", world, server.url, plan).reads())
    assert reads["invoices"].mode == "incremental"
    assert reads["invoice_items"].mode == "full"
    assert reads["invoice_items"].row_count == sum(len(items) for items in world.pax8.invoice_items.values())


def test_one_bad_invoice_fails_the_items_and_names_it(world: World, server: SandboxServer) -> None:
    invoice = next(iter(world.pax8.invoice_items))
    server.set([Misbehaviour(system="pax8", kind="http_500", endpoint=f"invoices/{invoice}/items")])
    reads = by_table(reading("pax8", world, server.url).reads())
    assert reads["invoice_items"].status == "failed"
    assert f"pax8 /invoices/{invoice}/items: after 3 attempts: HTTP 500" in (reads["invoice_items"].message or "")
    assert reads["invoices"].status == "ok"


def test_a_wrong_secret_fails_every_table_without_showing_it(world: World, server: SandboxServer) -> None:
    reads = reading("pax8", world, server.url, client_secret="guess-me-not").reads()
    assert {read.status for read in reads} == {"failed"}
    assert all("/token" in (read.message or "") and "guess-me-not" not in (read.message or "") for read in reads)


def test_the_read_tells_its_progress(world: World, server: SandboxServer) -> None:
    told: list[tuple[str, str, int]] = []
    source = SYSTEMS["pax8"].reads(
        config("pax8", world, server.url), Plan(), Budget(30), lambda *news: told.append(news)
    )
    source.rows(SUBSCRIPTIONS)  # type: ignore[attr-defined] # sources over HTTP have it
    assert ("pax8", "subscriptions", len(world.pax8.subscriptions)) in told


def test_a_rate_limit_below_the_number_of_workers_is_kept_to(world: World) -> None:
    """Eight workers that each repeat their call after a 429 once took each other's allowance until one gave up."""
    with SandboxServer(world, requests_per_second=12) as limited:
        reads = by_table(reading("pax8", world, limited.url, workers=16, max_attempts=4, backoff_seconds=0.2).reads())
    assert {read.status for read in reads.values()} == {"ok"}
    assert reads["invoice_items"].retries > 0
