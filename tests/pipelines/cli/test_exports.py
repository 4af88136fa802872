"""`tieout exports profile`: a profile from a look, kept safe, and tried before a run uses it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app

BILLING = "Client,Product,Quantity,Unit Price,Status\nAcme,P,3,2.50,Active\nBeta,P,4,2.50,Cancelled\nBeta,Q,5,1,Odd\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "lines.csv"
    path.write_text(BILLING)
    return path


def said(result: Result) -> str:
    """Its output without the breaks of a line: where a line breaks depends on how long the test's folder is."""
    return " ".join(result.output.split())


def profile(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["exports", "profile", *map(str, arguments)], env={"COLUMNS": "400"})


def test_it_is_written_beside_the_export_and_shown(export: Path) -> None:
    result = profile(export)
    assert result.exit_code == 0, result.output
    text = export.with_name("profile.toml").read_text()
    assert text in result.output
    assert 'kind = "billing"' in text
    assert 'client_name = "Client"  # 2 values, for example "acme", "beta"' in text
    assert '# "odd" = "counts"  # or "gone"' in text
    assert export.read_text() == BILLING


def test_one_that_is_there_is_left_as_it_is_without_force(export: Path) -> None:
    there = export.with_name("profile.toml")
    there.write_text("# mine\n")
    result = profile(export)
    assert result.exit_code == 2
    assert "is there already and is left as it is" in said(result)
    assert there.read_text() == "# mine\n"
    assert profile(export, "--force").exit_code == 0
    assert there.read_text() != "# mine\n"
    other = export.with_name("other.toml")
    assert profile(export, "--out", other).exit_code == 0
    assert profile(export, "--out", other).exit_code == 2


def test_a_try_shows_what_would_be_read_and_writes_nothing(export: Path) -> None:
    result = profile(export, "--try")
    assert result.exit_code == 0, result.output
    output = said(result)
    assert "read without a profile; nothing was written" in output
    assert (
        "billed: 3 rows of 2 clients and 2 products, 1 not counted, 1 not assessed; quantity of the others 3" in output
    )
    assert 'write under [states] in profile.toml "Odd" = "counts", or = "gone"' in output
    assert sorted(path.name for path in export.parent.iterdir()) == ["lines.csv"]


def test_a_try_uses_the_profile_beside_the_export_or_the_one_that_is_named(export: Path) -> None:
    export.with_name("profile.toml").write_text('[states]\nOdd = "gone"\n')
    assert "2 not counted, 0 not assessed; quantity of the others 3" in said(profile(export, "--try"))
    other = export.with_name("other.toml")
    other.write_text('[states]\nOdd = "counts"\n')
    assert "quantity of the others 8" in said(profile(export, "--try", "--profile", other))


def test_a_refused_export_or_profile_ends_with_2_and_the_remedy(export: Path) -> None:
    export.write_text(BILLING.replace("3,", "x,"))
    result = profile(export, "--try")
    assert result.exit_code == 2
    assert '([[skip]], below it column = "Quantity", below that values = ["x"])' in said(result)
    export.with_name("profile.toml").write_text("sidee = 1\n")
    assert "key sidee" in said(profile(export, "--try"))


def test_the_kind_can_be_said_where_the_headers_fit_both(export: Path) -> None:
    export.write_text("Company,Product,Quantity\nAcme,P,3\n")
    assert profile(export, "--try").exit_code == 2
    assert "owned: 1 rows of 1 accounts" in said(profile(export, "--try", "--kind", "vendor"))
    assert profile(export, "--kind", "vendor").exit_code == 0
    assert "owned: 1 rows of 1 accounts" in said(profile(export, "--try"))
    assert profile(export, "--kind", "psa").exit_code == 2
