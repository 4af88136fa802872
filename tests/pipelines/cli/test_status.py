"""`tieout status` before and after a run, and after a bad one."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.home import Home
from tests.conftest import Demo

pytestmark = pytest.mark.integration


def test_before_the_first_run_it_ends_with_1_and_says_how_to_run(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    result = CliRunner().invoke(app, ["status", "--home", str(home.path)])
    assert result.exit_code == 1
    assert "nothing has been published" in result.stderr
    assert f"tieout run --home {home.path}" in result.stderr
    assert result.stdout == ""


def test_after_the_demo_it_shows_run_period_health_and_why_a_tenant_was_not_read(demo_home: Demo) -> None:
    result = CliRunner().invoke(app, ["status", "--home", str(demo_home.home.path)], env={"COLUMNS": "80"})
    text = " ".join(result.stdout.split())
    assert demo_home.outcome.run_id in text
    assert demo_home.outcome.period is not None
    assert f"period {demo_home.outcome.period:%B %Y}" in text
    for source in demo_home.outcome.sources:
        assert source.source_system in text
        assert f"{source.row_count:,}" in text
    [refused] = [source for source in demo_home.outcome.sources if source.status == "partial"]
    assert refused.message is not None
    assert "".join(refused.message.split()) in "".join(result.stdout.split())
    # One tenant of the sandbox has withdrawn its consent.
    assert result.exit_code == 3


def test_with_every_source_healthy_it_ends_with_0(demo_home: Demo, tmp_path: Path) -> None:
    home = demo_home.copy(tmp_path)
    with duckdb.connect(str(home.published)) as connection:
        connection.execute("update analytics.source_health set status = 'healthy', message = null")
    result = CliRunner().invoke(app, ["status", "--home", str(home.path)])
    assert result.exit_code == 0
