"""Dagster's event log of a home: its own SQLite files, with connections that stay open.

Belongs here: how the files are opened. Does not belong here: what Dagster writes into them, or where they lie
(`pipelines.defs.instance`).

Dagster opens the file anew for each of the two thousand events of a run, and SQLite moves its journal into the file
whenever the last connection closes: a third of the processor time of a small run.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

# Each run has a file of its own; the UI may look at many.
_MOST_OPEN = 8


class KeptEventLog(SqliteEventLogStorage):
    """The event log of Dagster in SQLite; `dagster.yaml` names this class."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Take the folder of the files, as Dagster's own class does."""
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Make it from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table. Asked with each event; what is there stays, since migrations only add."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close all files."""
        super().dispose()
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            while len(self._engines) >= _MOST_OPEN:
                self._engines.popitem(last=False)[1].dispose()
            timeout = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
            self._engines[shard] = create_engine(self.conn_string_for_shard(shard), connect_args=timeout)
            event.listen(self._engines[shard], "connect", _trust_the_journal)
        self._engines.move_to_end(shard)
        return self._engines[shard]


def _trust_the_journal(connection: Any, _: object) -> None:
    """A killed process loses nothing; a power cut may cost the last lines of the log, and never the file."""
    connection.execute("PRAGMA synchronous = NORMAL")
