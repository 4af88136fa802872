from datetime import date

import pytest


def drop(inbox, *starts: str) -> None:
    lines = "".join(f"C{i}|P|1|{start}\n" for i, start in enumerate(starts))
    inbox.drop("psa/lines.csv", "Client|Product|Quantity|Effective Date\n" + lines)


def starts(inbox) -> list[date | None]:
    return [row["effective_date"] for row in inbox.rows(roles={"psa": "psa"})]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31", "2026-01-31T00:00:00Z", "2026-01-31 23:59:59.123+02:00", "2026/1/31", "20260131", "31.01.2026",
        "31.1.26", "31/01/2026", "01/31/2026", "1/31/26", "01/31/2026 12:00 AM", "31-01-2026", "31-Jan-2026",
        "31 January 2026",
        "Jan 31, 2026", "Saturday, January 31, 2026",
    ],
)  # fmt: skip
def test_a_date_is_read_in_every_style_that_names_one_day(inbox, text):
    drop(inbox, text)
    assert starts(inbox) == [date(2026, 1, 31)]


def test_one_clear_date_decides_the_order_of_the_whole_column(inbox):
    drop(inbox, "03/04/2026", "31/01/2026")
    assert starts(inbox) == [date(2026, 4, 3), date(2026, 1, 31)]
    drop(inbox, "03/04/2026", "01/31/2026")
    assert starts(inbox) == [date(2026, 3, 4), date(2026, 1, 31)]


def test_dates_of_unknown_order_are_refused_unless_the_profile_says(inbox):
    drop(inbox, "03/04/2026", "05/05/2026")
    refusal = inbox.refusal(roles={"psa": "psa"})
    assert 'line 2, column "Effective Date": cannot be told which is the day and which the month' in refusal
    inbox.drop("psa/profile.toml", 'date_order = "dmy"\n')
    assert starts(inbox) == [date(2026, 4, 3), date(2026, 5, 5)]


def test_the_same_day_and_month_number_needs_no_order(inbox):
    drop(inbox, "05/05/2026")
    assert starts(inbox) == [date(2026, 5, 5)]


def test_contradicting_orders_are_refused(inbox):
    drop(inbox, "31/01/2026", "01/31/2026", "03/04/2026")
    assert "cannot be told which is the day" in inbox.refusal(roles={"psa": "psa"})


@pytest.mark.parametrize("text", ["soon", "31/31/2026", "2026-02-30", "46000", "=TODAY()"])
def test_what_is_no_date_is_refused(inbox, text):
    drop(inbox, "2026-01-01", text)
    assert f'line 3, column "Effective Date": not a date (found "{text}")' in inbox.refusal(roles={"psa": "psa"})


@pytest.mark.parametrize("text", ["", "n/a", "-", "0000-00-00", "01/01/0001", "0001-01-01T00:00:00"])
def test_a_word_for_no_date_is_no_date(inbox, text):
    drop(inbox, text)
    assert starts(inbox) == [None]
