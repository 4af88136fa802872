"""What lies in the inbox and is no export: pipes and devices are not waited for, absurd files are refused early."""

import os
import socket
import tracemalloc
from pathlib import Path

import pytest
from openpyxl import Workbook

from connectors.exports.config import ExportsConfig
from connectors.exports.source import ExportReads
from connectors.files import read_file
from connectors.reads import Plan

GOOD = "Client,Product,Quantity\nAcme,Backup,3\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "acme_rmm").mkdir(parents=True)
    return tmp_path / "inbox"


def failures(inbox: Path) -> dict[str | None, str]:
    reads = ExportReads(ExportsConfig(inbox=inbox, roles={"acme_rmm": "vendor", "other": "vendor"}), Plan()).reads()
    return {read.account_id: read.message or "" for read in reads if read.status != "ok"}


@pytest.mark.parametrize("name", ["drop.csv", "drop.xlsx", "profile.toml"])
def test_a_pipe_is_refused_and_not_waited_for(inbox: Path, name: str) -> None:
    (inbox / "acme_rmm" / "good.csv").write_text(GOOD)
    os.mkfifo(inbox / "acme_rmm" / name)
    (inbox / "other").mkdir()
    (inbox / "other" / "good.csv").write_text(GOOD)
    found = failures(inbox)  # would never end if it waited
    assert list(found) == ["acme_rmm"]  # the other folder stands
    assert name in found["acme_rmm"]
    assert "it is no file but a pipe" in found["acme_rmm"]


def test_a_device_behind_a_link_is_refused_and_not_read(inbox: Path) -> None:
    (inbox / "acme_rmm" / "drop.csv").symlink_to("/dev/zero")
    assert "drop.csv: cannot be opened (it is no file but a device)" in failures(inbox)["acme_rmm"]


def test_a_socket_is_refused(inbox: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        here = Path.cwd()
        os.chdir(inbox / "acme_rmm")  # a socket's address may not be long
        opened.bind("drop.csv")
        os.chdir(here)
        assert "it is no file but a socket" in failures(inbox)["acme_rmm"]


def test_a_link_that_leads_nowhere_is_refused(inbox: Path) -> None:
    (inbox / "acme_rmm" / "drop.csv").symlink_to(inbox / "gone.csv")
    assert "cannot be opened (No such file" in failures(inbox)["acme_rmm"]


def test_a_link_to_an_export_is_read(inbox: Path) -> None:
    (inbox.parent / "real.csv").write_text(GOOD)
    (inbox / "acme_rmm" / "drop.csv").symlink_to(inbox.parent / "real.csv")
    assert failures(inbox) == {}


def test_a_file_larger_than_any_export_is_refused_unread(inbox: Path) -> None:
    path = inbox / "acme_rmm" / "drop.csv"
    with path.open("wb") as file:
        file.truncate(600_000_000)  # takes no room on the disk
    tracemalloc.start()
    message = failures(inbox)["acme_rmm"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "it has 600 MB, more than the 500 that are read" in message
    assert peak < 50_000_000


@pytest.mark.parametrize("letter", [",", "x", '"'])
def test_a_line_of_millions_of_letters_is_refused_by_its_number(inbox: Path, letter: str) -> None:
    (inbox / "acme_rmm" / "drop.csv").write_text(GOOD + letter * 3_000_000 + "\n")
    found = failures(inbox)["acme_rmm"]
    assert "drop.csv, line 3: 3,000,000 letters in one line, more than 1,000,000" in found


def test_a_row_of_more_than_a_thousand_columns_is_refused_by_its_number(inbox: Path) -> None:
    (inbox / "acme_rmm" / "drop.csv").write_text(GOOD + "," * 1_500 + "\n" + GOOD)
    assert "drop.csv, line 3: 1,501 columns, more than 1,000" in failures(inbox)["acme_rmm"]


def test_one_wide_row_beside_many_narrow_ones_is_refused_before_the_table_is_made(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.exports.csv_grid._MOST_CELLS", 100_000)
    (inbox / "acme_rmm" / "drop.csv").write_text(GOOD + "," * 500 + "\n" + "Acme,Backup,1\n" * 1_000)
    assert "more than 100,000 cells: the widest row has 501" in failures(inbox)["acme_rmm"]


def test_one_wide_row_of_a_workbook_is_refused_before_the_table_is_made(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.exports.xlsx_grid._MOST_CELLS", 100_000)
    book = Workbook()
    for row in (["Client", "Product", "Quantity"], *[["Acme", "Backup", 1]] * 100):
        book.active.append(row)
    book.active.cell(row=50, column=2_000, value="far out")
    book.save(inbox / "acme_rmm" / "drop.xlsx")
    assert "more than ten million cells" in failures(inbox)["acme_rmm"]


def test_long_files_with_the_line_ends_of_old_macs_are_read(inbox: Path) -> None:
    rows = "".join(f"Client {number},Backup,3\r" for number in range(60_000))
    (inbox / "acme_rmm" / "drop.csv").write_bytes(("Client,Product,Quantity\r" + rows).encode())
    assert failures(inbox) == {}


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00\x01")
    assert read_file(tmp_path / "file") == b"\x00\x01"
