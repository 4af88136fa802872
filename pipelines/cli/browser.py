"""Opening a page in the browser of the person at this terminal, where there is one."""

import os
import sys
import threading
import webbrowser
from collections.abc import Mapping


def has_browser(environment: Mapping[str, str], *, is_terminal: bool, platform: str = sys.platform) -> bool:
    """Whether this session has a browser of its own: not in CI, not from afar, not without a screen.

    Args:
        environment: Of the process.
        is_terminal: Whether a person watches the output.
        platform: As `sys.platform` has it.
    """
    if not is_terminal or any(environment.get(name) for name in ("CI", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
        return False
    if platform.startswith("linux"):
        return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return True


def open_in_browser(url: str) -> None:
    """Open a page where there is a browser; say nothing where there is none or it will not."""
    if has_browser(os.environ, is_terminal=sys.stdout.isatty()):
        # Some browsers keep the program that opened them waiting.
        threading.Thread(target=_open, args=[url], name="browser", daemon=True).start()


def _open(url: str) -> None:
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return
