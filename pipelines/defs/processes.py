"""Whether the process of a run is still the one that began it.

Belongs here: naming a process so that no other can be taken for it. Does not belong here: what follows for its run
(`pipelines.defs.abandoned`).

A process id alone says little: ids are used again, and a killed child keeps its id until its parent has looked.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from socket import gethostname

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> str:
    """This process in one line: host, id, and when it was born."""
    return f"{gethostname()} {os.getpid()} {_birth(os.getpid())}"


def is_alive(name: str) -> bool | None:
    """Whether the process that `this_process` named is there; None where it is of another machine or container."""
    host, number, birth = name.split(" ", 2)
    return None if host != gethostname() else _birth(int(number)) == birth


def age_seconds(number: int) -> float | None:
    """For how long the process of this id has been there; None where there is none (any more)."""
    if _birth(number) is None:
        return None
    if sys.platform.startswith("linux"):
        ticks = int(_stat(number)[19])
        return float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")
    born = time.mktime(time.strptime(_ps(number, "lstart"), "%c"))
    return time.time() - born


def _birth(number: int) -> str | None:
    """When a process was born, in the system's own words; None where it is gone or only waits to be buried."""
    if not sys.platform.startswith("linux"):
        return None if _ps(number, "stat")[:1] in ("", "Z") else _ps(number, "lstart")
    try:
        fields = _stat(number)
        boot = _BOOT.read_text().strip()
    except (OSError, IndexError):
        return None
    return None if fields[0] in "ZXx" else f"{boot} {fields[19]}"


def _stat(number: int) -> list[str]:
    """The fields after the name, which may hold blanks: state first, start time as the twentieth."""
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()


def _ps(number: int, field: str) -> str:
    done = subprocess.run(  # noqa: S603  # a fixed program and a number
        ["/bin/ps", "-o", f"{field}=", "-p", str(number)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
