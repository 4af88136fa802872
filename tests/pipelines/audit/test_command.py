from typer.testing import CliRunner

from pipelines.cli.app import app


def test_a_refused_file_ends_with_usage_and_the_remedy_and_writes_nothing(tmp_path):
    psa, vendor, out = tmp_path / "psa.csv", tmp_path / "vendor.csv", tmp_path / "audit.xlsx"
    psa.write_text("Client,Product,Quantity,Unit Price\nAcme,P,many,2.50\n")
    vendor.write_text("Tenant,Product,Seats\nAcme,P,4\n")
    result = CliRunner().invoke(app, ["audit", "--psa", str(psa), "--vendor", str(vendor), "--out", str(out)])
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert 'psa/psa.csv, line 2, column "Quantity": not a number (found "many").' in said
    assert "skip rule in profile.toml" in said
    assert not out.exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    result = CliRunner().invoke(app, ["audit", "--psa", str(tmp_path / "no.csv"), "--vendor", str(tmp_path / "no.csv")])
    assert result.exit_code == 2
    # The message stands in a box as wide as the terminal: a long path is broken over its lines.
    assert "no.csv" in "".join(result.output.replace("│", "").split())
