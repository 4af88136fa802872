"""The home folder: where everything that a run reads or writes lies, and nothing else.

Belongs here: paths, their creation with sane permissions, and the lock that lets one run at a time use a home. Does not
belong here: what the files contain (settings in `pipelines.settings`, rules in `pipelines.rules`, the warehouse in
`pipelines.warehouse`).
"""

import fcntl
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600

TEMPLATE = """\
# Settings of this home. No secrets here: they go to secrets.toml (mode 0600) or to the environment
# (TIEOUT_<SYSTEM>__<FIELD>, for instance TIEOUT_PAX8__CLIENT_SECRET). What each key means: docs/operations.md.
default_currency = "USD"
# timezone = "America/Denver"  # where months begin and end; without it, the schedule's

[schedule]
cron = "0 6 * * *"
timezone = "UTC"
enabled = false

# One section per source that this home reads, for instance:
# [sources.connectwise]
# api_url = "https://api-na.myconnectwise.net"
# company_id = "..."
"""


class HomeBusyError(RuntimeError):
    """Another process runs the pipeline on this home."""


class HomePathError(ValueError):
    """A home cannot lie at this path; says why."""


@dataclass(frozen=True, slots=True)
class Home:
    """One home folder; every path below it is absolute, so that tools started elsewhere find the same files.

    The object holds no state besides its path: two homes can be used side by side in one process.
    """

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path).expanduser().resolve())

    @property
    def settings_file(self) -> Path:
        """`tieout.toml`: which sources are on, addresses, limits, schedule; no secrets."""
        return self.path / "tieout.toml"

    @property
    def secrets_file(self) -> Path:
        """`secrets.toml`: credentials, readable by the owner alone."""
        return self.path / "secrets.toml"

    @property
    def rules(self) -> Path:
        """Dated rule files that people edit."""
        return self.path / "rules"

    @property
    def inbox(self) -> Path:
        """One folder per exporting system; CSV and XLSX files are dropped here."""
        return self.path / "inbox"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that only the pipeline opens, one process at a time."""
        return self.path / "warehouse.duckdb"

    @property
    def published_folder(self) -> Path:
        """The folder of the analysts' copy."""
        return self.path / "published"

    @property
    def published(self) -> Path:
        """The analysts' DuckDB copy: replaced atomically, open it read-only at any time."""
        return self.published_folder / "tieout.duckdb"

    @property
    def published_summary(self) -> Path:
        """`run.json` beside the copy: which run it came from."""
        return self.published_folder / "run.json"

    @property
    def work(self) -> Path:
        """Load packages and hand-over files of the run in progress."""
        return self.path / "work"

    @property
    def current_run(self) -> Path:
        """What the run in progress decided at its start (period, clock, plan), for its later steps."""
        return self.work / "current.json"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage (dagster.yaml and its SQLite files)."""
        return self.path / "dagster"

    @property
    def dbt(self) -> Path:
        """The dbt profile of this home and dbt's target folder."""
        return self.path / "dbt"

    @property
    def decisions(self) -> Path:
        """The append-only ledger of people's decisions."""
        return self.path / "decisions.sqlite"

    @property
    def mapping_log(self) -> Path:
        """What people decided about mappings, one JSON object a line, append-only; the rules hold what is in force."""
        return self.path / "mapping_decisions.jsonl"

    @property
    def logs(self) -> Path:
        """One log file per run."""
        return self.path / "logs"

    @property
    def lock_file(self) -> Path:
        """Locked (flock) while a run uses this home; its content is only a hint for people."""
        return self.path / ".run.lock"

    def run_folder(self, run_id: str) -> Path:
        """Work folder of one run."""
        return self.work / run_id

    def log_file(self, run_id: str) -> Path:
        """Log of one run."""
        return self.logs / f"{run_id}.log"

    def create(self) -> "Home":
        """Create the folders and an empty settings file where missing; tighten what holds secrets or client data.

        Returns:
            This home, so that `Home(path).create()` reads well.

        Raises:
            NotADirectoryError: A file stands where the home should be.
            HomePathError: The path has a letter that the libraries below cannot take.
        """
        self.check_path()
        if self.path.exists() and not self.path.is_dir():
            raise NotADirectoryError(f"{self.path} is a file; a home is a folder: give another path")
        self.path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        # Client data and credentials: the whole home is the owner's. The published folder may be opened up by its owner
        # later, so its mode is set only when it is created.
        self.path.chmod(PRIVATE_FOLDER)
        for folder in (self.rules, self.inbox, self.published_folder, self.work, self.dagster, self.dbt, self.logs):
            folder.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        if not self.settings_file.exists():
            self.settings_file.write_text(TEMPLATE, encoding="utf-8")
        if self.secrets_file.exists() and self.permission_problems():
            self.secrets_file.chmod(PRIVATE_FILE)
        return self

    def check_path(self) -> None:
        """Refuse a path that some library would read as something else than a path.

        Dagster's storage is opened by an address, in which `?` begins options and `%41` is another letter. Control
        letters, line ends and bytes that are no text can be shown nowhere.

        Raises:
            HomePathError: Names what to leave out.
        """
        path = str(self.path)
        unprintable = [letter for letter in path if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")]
        refused = [*unprintable, *re.findall(r"\?|%[0-9A-Fa-f]{2}", path)]
        if not refused:
            return
        shown = "".join(letter if letter not in unprintable else "\ufffd" for letter in path)
        raise HomePathError(
            f"a home cannot lie in {shown}: the path has {refused[0]!a} in it. Rename the folder, or choose another."
        )

    def permission_problems(self) -> list[str]:
        """Sentences about files that others could read although they should not; empty when all is well."""
        found = []
        for path, wanted in ((self.path, PRIVATE_FOLDER), (self.secrets_file, PRIVATE_FILE)):
            if not path.exists():
                continue
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                found.append(f"{path} has mode {mode:04o}, others can read it: chmod {wanted:o} {path}")
        return found

    def is_locked(self) -> bool:
        """Whether a run uses this home at this moment. Do not ask often: a run that begins just then is refused."""
        if not self.lock_file.exists():
            return False
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(descriptor)
        return False

    @contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        """Hold the home's run lock.

        The kernel drops an flock when its process dies, whatever killed it, so no stale lock can remain (which a file
        with a process id could).

        Args:
            purpose: Words for the message that another process gets, for instance "run 8f2c".

        Raises:
            HomeBusyError: Another process (or another lock in this one) holds it; names who.
        """
        self.path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "unknown"
                raise HomeBusyError(
                    f"another run is using {self.path} ({holder}). Wait until it ends, or stop it, then start again."
                ) from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{purpose}, process {os.getpid()}".encode(), 0)
            yield
            os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)
