from pathlib import Path

import pytest

from pipelines.audit.home import AuditRefusedError, prepare_home
from pipelines.home import Home

PSA = "Client,Product,Quantity,Unit Price\nAcme,P,3,2.50\n"
VENDOR = "Company,Product,Quantity\nAcme,P,4\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    psa, vendor = tmp_path / "lines.csv", tmp_path / "seats.csv"
    psa.write_text(PSA)
    vendor.write_text(VENDOR)
    return psa, vendor


def test_each_file_gets_the_kind_of_its_place_on_the_command_line(tmp_path, files):
    home = Home(tmp_path / "home")
    prepare_home(home, *files, "EUR")
    assert (home.inbox / "psa" / "profile.toml").read_text() == 'kind = "billing"\n'
    assert (home.inbox / "vendor" / "seats.csv").read_text() == VENDOR
    assert 'default_currency = "EUR"' in home.settings_file.read_text()


def test_a_profile_of_the_persons_own_is_taken_over(tmp_path, files):
    profile = tmp_path / "mine.toml"
    profile.write_text('[columns]\naccount_name = "Wer"\n')
    files[1].write_text("Wer,Product,Quantity\nAcme,P,4\n")
    home = Home(tmp_path / "home")
    prepare_home(home, *files, "EUR", vendor_profile=profile)
    assert (home.inbox / "vendor" / "profile.toml").read_text().startswith('kind = "vendor"\n[columns]')


def test_a_file_that_cannot_be_read_is_refused_with_place_and_remedy(tmp_path, files):
    files[1].write_text(VENDOR.replace("4", "four"))
    with pytest.raises(AuditRefusedError, match=r'vendor/seats.csv, line 2, column "Quantity": not a number'):
        prepare_home(Home(tmp_path / "home"), *files, "USD")


def test_a_file_without_rows_gives_no_audit(tmp_path, files):
    files[0].write_text(PSA.splitlines()[0] + "\n")
    with pytest.raises(AuditRefusedError, match="no billing lines in the files"):
        prepare_home(Home(tmp_path / "home"), *files, "USD")


def test_the_files_of_an_earlier_audit_are_replaced(tmp_path, files):
    home = Home(tmp_path / "home")
    prepare_home(home, *files, "USD")
    other = tmp_path / "june.csv"
    other.write_text(PSA.replace("3", "5"))
    prepare_home(home, other, files[1], "USD")
    assert [path.name for path in sorted((home.inbox / "psa").iterdir())] == ["june.csv", "profile.toml"]


def test_the_home_of_usual_runs_is_never_used(tmp_path, files):
    home = Home(tmp_path / "home").create()
    with pytest.raises(AuditRefusedError, match="an audit needs a folder of its own"):
        prepare_home(home, *files, "USD")
