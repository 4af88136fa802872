"""What the figures look like: text from outside is printed and not obeyed, and it is readable at 80 columns."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from pipelines.cli.render import print_file_notes, print_health, print_summary
from pipelines.reports.summary import ClassLine, Finding, Observed, Summary, Waiting

HOSTILE = "[red]Blink[/] [link=file:///etc]& Sons[/link] [/nothing]"


def health(message: str | None) -> dict[str, object]:
    return {
        "source_system": "pax8",
        "status": "failed" if message else "healthy",
        "row_count": 1234,
        "previous_row_count": None,
        "age_hours": Decimal("1.25"),
        "limit_hours": 26,
        "message": message,
    }


def summary(message: str | None = None) -> Summary:
    return Summary(
        period=date(2026, 9, 1),
        as_of=datetime(2026, 9, 20, 6, tzinfo=UTC),
        lines=2,
        unit_coverage=Decimal("0.9999"),
        money_coverage={"EUR": Decimal(1), "USD": None},
        health=[health(message)],
        classes=[
            ClassLine("unbilled", "billing", "USD", 2, Decimal("1234.50"), Decimal(0)),
            ClassLine("overbilled", "billing", "USD", 1, Decimal(0), Decimal("0.10")),
        ],
        largest=[
            Finding(1, "unbilled", HOSTILE, HOSTILE, Decimal(2), Decimal("1234.50"), "USD", f"2 used at {HOSTILE}")
        ],
        tie_out=[
            {"rule": "psa", "controls": 3, "passed": 2, "differences": {"EUR": Decimal("0.01"), "JPY": Decimal(3)}}
        ],
        file_notes=[],
    )


def note(kind: str, text: str, **columns: str | None) -> dict[str, object]:
    place = {"source_system": "psa", "file_name": "a.csv", "sheet_name": None}
    return {**place, "kind": kind, "text": text, "raw_column": None, "header": None, **columns}


NOTES = [
    note("unclear", f"2 rows not assessed: State is {HOSTILE}"),
    *(note("left_out", f"left out {number} totals rows") for number in range(1, 8)),
    note("not_read", "columns that are not read: Note"),
    note("taken", "Customer is read as client_name", raw_column="client_name", header="Customer"),
]


def told(most: int | None, *, with_columns: bool) -> str:
    console = Console(file=StringIO(), width=200, highlight=False)
    print_file_notes(console, NOTES, most=most, rest="elsewhere", with_columns=with_columns)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_run_says_of_each_file_what_is_least_certain_first_and_where_the_rest_is() -> None:
    assert [line.rstrip() for line in told(2, with_columns=False).splitlines()] == [
        "How the files were read",
        "psa/a.csv",
        f"  - 2 rows not assessed: State is {HOSTILE}",
        "  - left out 1 totals rows",
        "  - and 6 more: elsewhere",
        "",
    ]


def test_an_audit_says_as_well_which_column_was_taken_for_what() -> None:
    text = told(None, with_columns=True)
    assert "psa/a.csv: client_name = Customer" in text
    assert "- columns that are not read: Note" in text
    assert "more:" not in text


def test_a_file_of_which_nothing_is_to_be_said_is_not_named() -> None:
    console = Console(file=StringIO(), width=80)
    print_file_notes(console, NOTES[-2:], most=5, rest="elsewhere")
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue() == ""


def printed(what: Summary, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    print_summary(console, what)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 200])
def test_names_and_messages_with_markup_are_printed_as_they_are(width: int) -> None:
    text = "".join(character for character in printed(summary(HOSTILE), width) if character not in " \n│")
    assert text.count("".join(HOSTILE.split())) == 4  # client, product, explanation, message


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(len(line) for line in printed(summary("x " * 200)).splitlines()) <= 80


def test_a_long_message_is_cut_in_a_summary_with_the_command_that_shows_all() -> None:
    message = "additions failed: " + "HTTP 500 " * 60
    assert "(tieout status shows all)" in " ".join(printed(summary(message)).split())
    console = Console(file=StringIO(), width=80)
    print_health(console, [health(message)])
    assert isinstance(console.file, StringIO)
    assert " ".join(message.split()) in " ".join(console.file.getvalue().split())


def test_under_and_overbilled_money_stand_apart_and_are_never_netted() -> None:
    [total] = [line for line in printed(summary()).splitlines() if "total" in line]
    assert [cell.strip() for cell in total.strip("│").split("│")] == ["total", "USD", "", "1,234.50", "0.10"]


def test_money_has_the_decimals_of_its_currency_and_controls_are_off_per_currency() -> None:
    """Contract cases 31 and 33, on the terminal."""
    told = summary()
    lines = [ClassLine("unbilled", "billing", code, 1, Decimal("1200.5"), Decimal(0)) for code in ("JPY", "KWD", "USD")]
    text = " ".join(printed(replace(told, classes=lines), 120).split())
    assert all(amount in text for amount in ("JPY │ 1 │ 1,200 ", "KWD │ 1 │ 1,200.500 ", "USD │ 1 │ 1,200.50 "))
    assert "0.01 EUR, 3 JPY" in text


def test_the_largest_of_each_currency_stand_apart() -> None:
    """Contract case 33: JPY 3,000 and USD 2,000 are two lists."""
    found = [
        Finding(1, "unbilled", "A", "P", Decimal(1), Decimal(amount), currency, "said")
        for amount, currency in (("2000", "USD"), ("3000", "JPY"))
    ]
    text = " ".join(printed(replace(summary(), largest=found)).split())
    assert "The largest discrepancies of each currency" in text
    assert "│ 1 │ +2,000.00 USD │" in text
    assert "│ 1 │ +3,000 JPY │" in text


def test_coverage_without_anything_due_or_with_a_gap_is_not_a_hundred_percent() -> None:
    text = " ".join(printed(summary()).split())
    assert "99.9% of the units that could be billed and of their money 100.0% in EUR, none due in USD." in text


def test_each_part_of_a_summary_comes_in_the_order_in_which_it_is_to_be_trusted() -> None:
    text = printed(summary())
    places = [text.index(title) for title in ("Period September", "Sources", "Lines by class", "largest", "Tie-out")]
    assert places == sorted(places)


def test_what_waits_for_a_mapping_stands_on_top_with_its_money_each_currency_by_itself() -> None:
    items = [
        Waiting(
            "client", "pax8", HOSTILE, Decimal(41), {"USD": Decimal(880), "EUR": Decimal("3.5")}, HOSTILE, "likely"
        ),
        Waiting("product", "pax8", "Archive", Decimal(4), {}, None, None),
    ]
    text = printed(replace(summary(), waiting=items), width=160)
    title = "Waiting for a mapping: 880.00 USD and 3.50 EUR a month on 2 accounts and products, 1 without a known price"
    assert text.index("Period September") < text.index(title) < text.index("Sources")
    assert "price unknown" in text
    assert "Archive (pax8, a product)" in text
    assert "Confirm them: tieout map list." in text
    assert "Waiting" not in printed(summary())


def test_observations_say_what_their_money_is_and_leave_unknown_money_empty() -> None:
    observed = [
        Observed("vendor_overcharge", "disputed_cost", "USD", 2, Decimal("1021.20")),
        Observed("vendor_overcharge", None, None, 1, None),
    ]
    text = printed(replace(summary(), observations=observed), width=120)
    known, unknown, *_ = text[text.index("vendor_overcharge") :].splitlines()
    assert "disputed cost" in known
    assert "1,021.20" in known
    assert "1" in unknown
    assert "0.00" not in unknown
