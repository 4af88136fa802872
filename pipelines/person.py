"""Who is at the keyboard: the name that stands beside a decision where no other is given."""

import getpass
import os


def login_user() -> str:
    """The name of this process's user; a number where the system knows no name for it (a bare container)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"
