"""The process that dbt runs in: it dies with the run that started it, and knows no credentials.

Belongs here: what must be true of that process before dbt starts. Does not belong here: how dbt is called.

dagster-dbt starts dbt as a child process. A run killed with SIGKILL cannot stop its child, and an orphaned dbt would go
on writing the warehouse under the next run's feet. The kernel can: PR_SET_PDEATHSIG (Linux) kills the child when its
parent dies, however that happened.
"""

import ctypes
import os
import signal
import sys
from importlib.metadata import version

from pipelines.secret_environment import is_setting

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies. Does nothing where there is no such call (macOS)."""
    if not sys.platform.startswith("linux"):
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the call
        os.kill(os.getpid(), signal.SIGKILL)


def forget_secrets() -> None:
    """Drop settings of sources from this process's environment: dbt models need no credential."""
    for name in [name for name in os.environ if is_setting(name)]:
        del os.environ[name]


def main(home: str) -> None:
    """Run dbt with the arguments of the command line, from the folder of the home that its profile speaks of."""
    if sys.argv[1:] == ["--version"]:  # dagster-dbt asks each time; importing dbt to answer takes seconds
        sys.stdout.write(f"installed: {version('dbt-core')}\n")
        return
    die_with_parent()
    forget_secrets()
    # Where dbt would look for the project, had nobody gone elsewhere.
    os.environ.setdefault("DBT_PROJECT_DIR", os.getcwd())
    os.chdir(home)
    from dbt.cli.main import cli

    cli()
