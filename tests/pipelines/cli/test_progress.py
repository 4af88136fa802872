"""Progress: bars on a terminal, plain lines where there is none."""

from io import StringIO

import pytest
from rich.console import Console

from pipelines.cli import progress
from pipelines.cli.progress import busy, follow
from pipelines.defs.resources import Progress

RUN = [
    Progress("begin", "started"),
    Progress("begin", "finished", seconds=0.21),
    Progress("extract", "started"),
    Progress("extract", "advanced", source="pax8", table="companies", rows=40),
    Progress("extract", "advanced", source="pax8", table="subscriptions", rows=100),
    Progress("extract", "advanced", source="pax8", table="subscriptions", rows=250),
    Progress("extract", "waiting", source="pax8", message="/invoices: HTTP 500 [/], attempt 2 of 5", seconds=12),
    Progress("extract", "finished", seconds=3),
    Progress("load", "started", source="exports"),
    Progress("load", "finished", source="exports", rows=0, seconds=0.1),
    Progress("load", "started", source="pax8"),
    Progress("load", "finished", source="pax8", rows=290, seconds=2),
    Progress("load", "started", source="ninjaone"),
    Progress("load", "failed", source="ninjaone", message="devices failed: [/] HTTP 500\nmore"),
    Progress("transform", "advanced", table="reconciliation"),
    Progress("transform", "finished", seconds=30),
]


def lines() -> list[str]:
    console = Console(file=StringIO(), width=80)
    with follow(console) as told:
        for event in RUN:
            told(event)
    assert isinstance(console.file, StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_without_a_terminal_each_finished_step_is_one_line() -> None:
    assert lines() == [
        "settling period, clock and rules 0.2 s",
        "reading the sources pax8: /invoices: HTTP 500 [/], attempt 2 of 5",
        "reading the sources 3.0 s",
        "loading and checking pax8: 290 rows 2.0 s",
        "loading and checking ninjaone: devices failed: [/] HTTP 500",
        "comparing (dbt) 30.0 s",
    ]


def test_a_source_that_is_not_configured_is_not_spoken_of() -> None:
    assert not any("exports" in line for line in lines())


def test_on_a_terminal_rows_of_a_source_are_counted_over_its_tables() -> None:
    console = Console(file=StringIO(), width=80, force_terminal=True, force_interactive=True)
    with follow(console) as told:
        for event in RUN:
            told(event)
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "290 rows" in text
    assert "[/] HTTP 500" in text
    assert "exports" not in text


def test_a_wait_is_told_in_one_line_without_a_terminal() -> None:
    console = Console(file=StringIO(), width=80)
    with busy(console, "making a world"):
        pass
    assert isinstance(console.file, StringIO)
    assert console.file.getvalue() == "making a world\n"


def test_a_long_step_tells_how_far_it_is_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TELL_EVERY_SECONDS", 0.0)
    console = Console(file=StringIO(), width=80)
    with follow(console) as told:
        for table in ("lines", "reconciliation"):
            told(Progress("transform", "advanced", table=table))
    assert isinstance(console.file, StringIO)
    assert " ".join(console.file.getvalue().split()) == (
        "comparing (dbt) 1 tables so far comparing (dbt) 2 tables so far"
    )
