"""An inbox in a temporary folder, and the reading of it."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.exports.config import ExportsConfig
from connectors.exports.schema import BILLING_LINES, VENDOR_QUANTITIES
from connectors.exports.source import ExportReads
from connectors.reads import Plan

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


class Inbox:
    """Drops files and reads them as a run would."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def drop(self, name: str, content: str | bytes) -> Path:
        target = self.path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def read(self, plan: Plan | None = None, **config: Any) -> ExportReads:
        return ExportReads(ExportsConfig(inbox=self.path, **config), plan or Plan(), now=NOW)

    def rows(self, table: str = "billing_lines", **config: Any) -> list[dict[str, Any]]:
        reads = self.read(**config)
        assert {read.status for read in reads.reads()} == {"ok"}, [read.message for read in reads.reads()]
        rows = reads.rows(BILLING_LINES if table == "billing_lines" else VENDOR_QUANTITIES)
        assert rows is not None
        return rows.to_pylist()

    def message(self, **config: Any) -> str:
        """What is said of all reads, each thing once."""
        return "; ".join(dict.fromkeys(read.message for read in self.read(**config).reads() if read.message))

    def refusal_of(self, folder: str) -> str:
        """Why this folder is refused, which other reads may have kept files of."""
        return next(r.message or "" for r in self.read().reads() if r.account_id == folder and r.status == "failed")

    def refusal(self, **config: Any) -> str:
        reads = self.read(**config)
        assert {read.status for read in reads.reads()} == {"failed"}, reads.rows(BILLING_LINES)
        assert not (self.path / ".kept").exists(), "a refused file leaves nothing behind"
        assert reads.changed_rows(BILLING_LINES) is None
        return "\n".join(dict.fromkeys(read.message or "" for read in reads.reads()))


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "inbox")


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    def make(rows: list[list[Any]], change: Callable[[Any], None] | None = None) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Data"
        for row in rows:
            sheet.append(row)
        if change is not None:
            change(book)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return make
