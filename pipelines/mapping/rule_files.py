"""New content of rule files: judged as a whole before any of it is put in place.

Belongs here: the way from bytes to the home's rules folder. Does not belong here: what a line holds (`decide.py`), how
a file is written (`pipelines.rules.layout`).
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipelines.home import Home
from pipelines.publish.copy import put_in_place
from pipelines.rules import Rules, load_rules

NEW = ".new-"


def judged(home: Home, changed: Mapping[str, bytes]) -> Rules:
    """What the home's rules would be with these files.

    Raises:
        RulesRefused: They would be wrong; names file and line.
    """
    with tempfile.TemporaryDirectory(prefix="tieout-rules-") as folder:
        tried = Path(folder) / "rules"
        tried.mkdir()
        for path in home.rules.iterdir() if home.rules.is_dir() else ():
            if path.is_file() and path.name not in changed and not path.name.startswith("."):
                shutil.copyfile(path, tried / path.name)
        for name, data in changed.items():
            (tried / name).write_bytes(data)
        inboxes = [path.name for path in home.inbox.iterdir() if path.is_dir()] if home.inbox.is_dir() else []
        return load_rules(tried, inboxes=inboxes)


def put(home: Home, changed: Mapping[str, bytes]) -> None:
    """Replace these files, each in one step; a reader sees the old or the new file, whole."""
    home.rules.mkdir(exist_ok=True, mode=0o700)
    for name, data in changed.items():
        target = home.rules / name
        # Someone's editor may have the file on a link into a repository: the file itself is replaced, not the link.
        real = target.resolve()
        temporary = real.with_name(f"{NEW}{real.name}")
        with temporary.open("wb") as file:
            if real.exists():
                shutil.copymode(real, temporary)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(temporary, real)
