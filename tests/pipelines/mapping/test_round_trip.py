"""A new MSP is mapped through the workbook in one round trip; no suggestion moves a figure before that.

Runs of the steps: nothing confirmed; every suggestion refused; everything confirmed; three confirmations removed.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.mapping import sheets
from pipelines.mapping.decide import Decision, decide
from pipelines.mapping.log import standing
from pipelines.mapping.queue import read_queue
from tests.pipelines.mapping.new_msp import CLIENTS, PRODUCTS, NewMsp, new_msp

pytestmark = pytest.mark.integration

# What a figure may come from. The queue, the suggestions and the history of runs are about something else.
MONEY = (
    "reconciliation", "discrepancies", "evidence", "row_dispositions", "tie_out", "client_summary", "product_summary",
    "period_summary", "client_mappings", "product_mappings", "vendor_charges", "vendor_invoices",
)  # fmt: skip


@dataclass
class Story:
    """The published copies of the runs, and what the command line said in between."""

    msp: NewMsp
    unmapped: Path
    refused: Path
    mapped: Path
    reopened: Path
    said: list[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("new")
    msp = new_msp(folder)
    said: list[str] = []
    home = ["--home", str(msp.home.path)]

    def keep(name: str) -> Path:
        return Path(shutil.copyfile(msp.run(), folder / f"{name}.duckdb"))

    def tell(*arguments: str) -> None:
        result = CliRunner().invoke(app, ["map", *arguments, *home], env={"COLUMNS": "200"})
        assert result.exit_code == 0, result.output
        said.append(result.output)

    unmapped = keep("unmapped")
    refused = refuse_everything(msp, keep)
    shutil.copyfile(unmapped, msp.home.published)
    for _ in range(len({one.batch for one in standing(msp.home.mapping_log)})):
        tell("undo", "--yes")
    said.clear()
    book = folder / "queue.xlsx"
    tell("export", str(book))
    decide_as_an_analyst(book, msp)
    tell("import", str(book), "--by", "A. Ruiz")
    mapped = keep("mapped")
    tell("undo", "--last", "3", "--yes")
    return Story(msp, unmapped, refused, mapped, keep("reopened"), said)


def refuse_everything(msp: NewMsp, keep: Callable[[str], Path]) -> Path:
    """Refuses what is suggested until nothing is: where the best was refused, the next best may be suggested."""
    for _ in range(5):
        queue = read_queue(msp.home)
        pairs = [(item, queue.target(item.kind, one.right_id)) for item in queue.items for one in item.suggestions]
        if not pairs:
            break
        decide(msp.home, queue, [Decision("reject", item, target) for item, target in pairs], "the test")
        refused = keep("refused")
    return refused


def decide_as_an_analyst(path: Path, msp: NewMsp) -> None:
    """Accepts the suggestion where it is right, picks the right target from the drop-down's list where it is not."""
    book = load_workbook(path)
    for name, truth in (("Accounts", msp.clients), ("Products", msp.products)):
        sheet = book[name]
        place = {cell.value: cell.column for cell in sheet[1]}
        offered = [cell.value for cell in book[sheets.TARGET_SHEETS[sheets.SHEETS[name]]]["A"][1:]]
        for row in range(2, sheet.max_row + 1):
            right = truth[str(sheet.cell(row, place["Id at the vendor"]).value)]
            sheet.cell(row, place[sheets.DECISION], "accept")
            suggested = sheet.cell(row, place[sheets.FIRST]).value or ""
            if not suggested.startswith(f"{right} |"):
                [picked] = [text for text in offered if text.startswith(f"{right} |")]
                sheet.cell(row, place[sheets.TARGET], picked)
                sheet.cell(row, place[sheets.REASON], "seen on the order")
    book.save(path)


def ask(copy: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(copy), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def classes(copy: Path) -> set[str]:
    return {name for (name,) in ask(copy, "SELECT DISTINCT class FROM analytics.reconciliation")}


def table(copy: Path, name: str) -> list[tuple[Any, ...]]:
    # The roll-forward speaks of the run before, which the first run does not have.
    of_this_run = " WHERE rule <> 'roll_forward'" if name == "tie_out" else ""
    return ask(copy, f"SELECT * FROM analytics.{name}{of_this_run} ORDER BY ALL")


def test_nothing_is_mapped_at_first_and_every_account_and_product_waits_from_its_first_day(story: Story) -> None:
    assert classes(story.unmapped) <= {"unmapped_client", "unmapped_product"}
    waiting = dict(ask(story.unmapped, "SELECT kind, count(*) FROM analytics.mapping_queue GROUP BY 1"))
    assert waiting == {"client": CLIENTS, "product": PRODUCTS}


def test_what_waits_is_ranked_by_its_money(story: Story) -> None:
    for kind in ("client", "product"):
        amounts = ask(
            story.unmapped,
            f"SELECT waiting_amount, waiting_quantity FROM analytics.mapping_queue WHERE kind = '{kind}' ORDER BY rank",
        )
        assert amounts == sorted(amounts, reverse=True)
        assert all(amount * 2 == units * 13 for amount, units in amounts), "units at the vendor's cost of 6.50"


def test_no_suggestion_of_any_tier_touches_a_figure_and_none_comes_back_once_refused(story: Story) -> None:
    tiers = {tier for (tier,) in ask(story.unmapped, "SELECT DISTINCT tier FROM analytics.mapping_suggestions")}
    assert tiers == {"certain", "likely", "possible"}
    assert table(story.refused, "mapping_suggestions") == []
    for name in MONEY:
        assert table(story.unmapped, name) == table(story.refused, name), name


def test_one_round_trip_through_the_workbook_maps_everything_and_everybody_rightly(story: Story) -> None:
    assert (
        f"accepted {CLIENTS + PRODUCTS}, rejected 0, 0 held already, 0 left for another day, 0 refused" in story.said[1]
    )
    assert dict(ask(story.mapped, "SELECT account_id, client_id FROM analytics.client_mappings")) == story.msp.clients
    products = ask(story.mapped, "SELECT vendor_product_id, product_id FROM analytics.product_mappings")
    assert dict(products) == story.msp.products
    assert classes(story.mapped) == {"matched", "underbilled"}
    assert table(story.mapped, "mapping_queue") == []


def test_each_mapping_names_who_confirmed_it_when_and_why(story: Story) -> None:
    people = ask(
        story.mapped,
        "SELECT DISTINCT confirmed_by, confirmed_at IS NULL, reasons IS NULL, rule_id LIKE 'client_map.csv:%'"
        " FROM analytics.client_mappings",
    )
    assert people == [("A. Ruiz", False, False, True)]


def test_a_removed_mapping_opens_its_rows_again_at_the_next_run(story: Story) -> None:
    reopened = ask(story.reopened, "SELECT kind, left_id FROM analytics.mapping_queue")
    assert len(reopened) == 3
    assert "unmapped_product" in classes(story.reopened) or "unmapped_client" in classes(story.reopened)
