"""When `tieout ui` opens a browser: where the person at this terminal has one."""

import pytest

from pipelines.cli.browser import has_browser

SCREEN = {"DISPLAY": ":0"}


@pytest.mark.parametrize(
    ("environment", "is_terminal", "platform", "expected"),
    [
        (SCREEN, True, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True, "linux", True),
        ({}, True, "darwin", True),
        ({}, True, "linux", False),
        (SCREEN, False, "linux", False),
        ({**SCREEN, "CI": "true"}, True, "linux", False),
        ({**SCREEN, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, True, "linux", False),
        ({"SSH_TTY": "/dev/pts/0"}, True, "darwin", False),
    ],
)
def test_a_browser_is_opened_on_the_persons_own_screen_only(
    environment: dict[str, str], is_terminal: bool, platform: str, expected: bool
) -> None:
    assert has_browser(environment, is_terminal=is_terminal, platform=platform) is expected
