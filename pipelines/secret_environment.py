"""Credentials in the environment (`TIEOUT_<SYSTEM>__<FIELD>`), kept from the programs that a run starts.

The environment of a process is inherited by every program that it starts, and shown by the system to whoever may look
at that process. dbt and Dagster's daemon need no credential.

Belongs here: which variables hold settings of sources, and environments without them. Does not belong here: what they
mean (`pipelines.settings`).
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PREFIX = "TIEOUT_"

_hidden: dict[str, str] = {}
_hiding = threading.Lock()


def is_setting(name: str) -> bool:
    """Whether a variable sets a field of a source, which may be a secret."""
    return name.startswith(PREFIX) and "__" in name


def without_secrets(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment for a program that needs no credential; of this process, where none is given."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if not is_setting(name)}


def environment() -> dict[str, str]:
    """This process's environment with what is hidden at the moment."""
    return {**os.environ, **_hidden}


@contextmanager
def hidden() -> Iterator[None]:
    """Keep credentials out of programs that a library starts within the block with this process's own environment.

    `environment` still has them, for other threads.
    """
    with _hiding:
        _hidden.update({name: value for name, value in os.environ.items() if is_setting(name)})
        for name in _hidden:
            os.environ.pop(name, None)
        try:
            yield
        finally:
            os.environ.update(_hidden)
            _hidden.clear()
