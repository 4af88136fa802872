"""Reading files that people put somewhere: a file, whole, of a size that a person may have meant.

Belongs here: the refusal of what is no file and of what is too large, before a byte is read. Does not belong here: what
is in it.
"""

import errno
import os
import stat
from pathlib import Path

MOST_MEGABYTES = 500

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_file(path: Path, most_megabytes: int = MOST_MEGABYTES) -> bytes:
    """The bytes of a regular file; of a link, those of the file it leads to.

    Raises:
        OSError: It cannot be opened, is no file (reading a pipe would wait for ever, and a device never ends), or is
            too large; `strerror` says which.
    """
    _refuse(path, os.stat(path), most_megabytes)
    # Without waiting: what stood there a moment ago may be a pipe by now.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        _refuse(path, os.fstat(descriptor), most_megabytes)
        return file.read()


def _refuse(path: Path, found: os.stat_result, most_megabytes: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(found.st_mode)), "something else")
        raise OSError(errno.EINVAL, f"it is no file but {kind}", str(path))
    if found.st_size > most_megabytes * 1_000_000:
        size = found.st_size / 1_000_000
        raise OSError(errno.EFBIG, f"it has {size:,.0f} MB, more than the {most_megabytes} that are read", str(path))
