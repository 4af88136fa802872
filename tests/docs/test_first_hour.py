"""docs/first-hour.md, played: two exports of thirty clients, the commands of the page and nothing else."""

import csv
import re
import shlex
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli.app import app

pytestmark = pytest.mark.integration
PAGE = (Path(__file__).parents[2] / "docs" / "first-hour.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
# As the PSA has them, and as the vendor writes them where it does otherwise.
CLIENTS = {
    "Contoso Ltd": "CONTOSO LIMITED",
    "Northwind Traders": None,
    "Fabrikam Inc": "Fabrikam",
    "Blue Yonder Airlines": None,
    "Alpine Ski House": "Alpine Ski House AG",
    "Tailspin Toys": None,
    "Wingtip Toys": None,
    "Adventure Works": "Adventure-Works",
    "Litware Inc": "Litware, Inc.",
    "Proseware Inc": None,
    "Coho Winery": None,
    "Lucerne Publishing": "Lucerne Publishing GmbH",
    "Margie's Travel": "Margies Travel",
    "Graphic Design Institute": None,
    "Humongous Insurance": None,
    "City Power & Light": "City Power and Light",
    "The Phone Company": None,
    "Fourth Coffee": None,
    "School of Fine Art": None,
    "Consolidated Messenger": None,
    "Trey Research": None,
    "Southridge Video": None,
    "Woodgrove Bank": None,
    "A. Datum Corporation": "A Datum Corp",
    "Best For You Organics": None,
    "VanArsdel Ltd": "Van Arsdel",
    "Relecloud": None,
    "Nod Publishers": None,
    "Munson's Pickles": None,
    "First Up Consultants": "First Up Consultants LLC",
}
PRODUCTS = {
    "Microsoft 365 Business Premium": ("22.00", "M365 Business Premium"),
    "Microsoft 365 Business Standard": ("12.50", "Microsoft 365 Business Standard (NCE)"),
    "Exchange Online (Plan 1)": ("4.00", "Exchange Online Plan 1"),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Result], Path]:
    """The first three commands, which are numbered on the page, answered with yes where they ask."""
    folder = tmp_path_factory.mktemp("first-hour")
    with (
        (folder / "billing.csv").open("w", newline="") as billing,
        (folder / "licences.csv").open("w", newline="") as v,
    ):
        billed, held = csv.writer(billing), csv.writer(v)
        billed.writerow(["Company", "Agreement", "Product", "Quantity", "Unit Price"])
        held.writerow(["Customer", "Product", "Seats"])
        for place, (client, written) in enumerate(CLIENTS.items()):
            for number, (product, (price, called)) in enumerate(PRODUCTS.items()):
                seats = 5 + (place * 7 + number * 11) % 40
                billed.writerow([client, f"Managed {client}", product, seats, price])
                # The first three clients have two more seats of the first product than they pay for.
                held.writerow([written or client, called, seats + (2 if place < 3 and number == 0 else 0)])
        held.writerow(["CRB Retail", "M365 Business Premium", 4])
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        results = [
            CliRunner().invoke(app, shlex.split(command)[1:], input="y\n", env={"COLUMNS": "160"})
            for command in COMMANDS[:3]
        ]
    return results, folder


def test_three_commands_and_no_hand_written_file_lead_to_the_list(played: tuple[list[Result], Path]) -> None:
    assert [shlex.split(command)[1] for command in COMMANDS[:3]] == ["init", "run", "map"]
    results, folder = played
    assert [result.exit_code for result in results] == [0, 0, 0], [result.output for result in results]
    with duckdb.connect(str(folder / "home" / "published" / "tieout.duckdb"), read_only=True) as connection:
        [(units, money)] = connection.execute(
            "SELECT sum(assessed_billable_quantity) / sum(billable_quantity), min(money_coverage) "
            "FROM analytics.period_summary"
        ).fetchall()
        found = connection.execute(
            "SELECT client_name, CAST(variance AS INTEGER), CAST(revenue_impact AS DOUBLE) "
            "FROM analytics.discrepancies WHERE class = 'underbilled' ORDER BY 1"
        ).fetchall()
    assert units > 0.9
    assert money > 0.9
    assert found == [("Contoso Ltd", 2, 44.0), ("Fabrikam Inc", 2, 44.0), ("Northwind Traders", 2, 44.0)]
    assert "Contoso Ltd - Microsoft 365 Business Premium" in results[2].output


def test_what_is_left_is_confirmed_by_its_name_as_the_page_says(
    played: tuple[list[Result], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(played[1])
    listing, accepting, last = COMMANDS[3:]
    listed = CliRunner().invoke(app, shlex.split(listing)[1:], env={"COLUMNS": "160"})
    assert "CRB Retail" in listed.output
    accepted = CliRunner().invoke(app, shlex.split(accepting)[1:], env={"COLUMNS": "160"})
    assert accepted.exit_code == 0, accepted.output
    assert last == COMMANDS[1]  # played above


def test_the_home_says_what_each_setting_means_and_each_rule_file_has_its_header(
    played: tuple[list[Result], Path],
) -> None:
    home = played[1] / "home"
    assert "default_currency" in (home / "tieout.toml").read_text()
    assert (home / "secrets.toml").stat().st_mode & 0o777 == 0o600
    for path in (home / "rules").glob("*.csv"):
        lines = path.read_text().splitlines()
        assert lines[0].startswith("# ")
        assert any(line and not line.startswith("#") for line in lines), path.name
