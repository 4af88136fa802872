"""A drop that a person accepts, from the option to the step that judges it."""

import pytest
import typer

from pipelines.cli.options import parse_accept_drops
from pipelines.home import Home
from pipelines.steps.begin import RunParametersError, begin_run
from pipelines.steps.current import current_run


@pytest.fixture
def exports_home(home: Home) -> Home:
    home.settings_file.write_text("[sources.exports]\n")
    return home


def test_the_word_reaches_the_steps_that_follow(exports_home: Home) -> None:
    begin_run(exports_home, "run1", accept_drops=["exports", "exports"], accepted_by="dana")
    current = current_run(exports_home)
    assert (current.accept_drops, current.accepted_by) == (("exports",), "dana")


def test_without_a_word_nothing_is_accepted(exports_home: Home) -> None:
    begin_run(exports_home, "run1")
    assert current_run(exports_home).accept_drops == ()


def test_accepting_for_a_source_that_is_not_read_is_refused(exports_home: Home) -> None:
    with pytest.raises(RunParametersError, match=r"accepted for pax8, which this home does not read.*exports"):
        begin_run(exports_home, "run1", accept_drops=["pax8"])


def test_the_option_takes_source_systems_only() -> None:
    assert parse_accept_drops(["pax8", "ninjaone"]) == ("pax8", "ninjaone")
    assert parse_accept_drops(None) == ()
    with pytest.raises(typer.BadParameter, match="'pax9' is no source system; there are"):
        parse_accept_drops(["pax9"])
