"""Every command of docs/mapping.md does what the page says, in its order, on a home with those accounts and clients."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from tests.pipelines.mapping.desk import Desk
from tests.pipelines.mapping.test_workbook import decided

PAGE = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
    if line.startswith("tieout map")
]


def test_every_command_of_the_page_runs_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    desk = Desk(tmp_path)
    named = set(re.findall(r"(ninjaone:\d+) (connectwise:\d+)", "\n".join(COMMANDS)))
    for number, (account, client) in enumerate(sorted(named)):
        desk.target("client", client, f"Client {client}")
        desk.waits("client", "ninjaone", account.partition(":")[2], f"Construction {account}", 50 - number)
        desk.suggests(account.partition(":")[2], client)
    desk.target("client", "connectwise:900", "Larch Inc")
    desk.waits("client", "pax8", "a1", "Larch", 9)
    desk.suggests("a1", "connectwise:900")
    desk.publish()
    for command in COMMANDS:
        arguments = shlex.split(command)[1:]
        home = arguments.index("--home") + 1
        assert arguments[home] == "home/demo", command
        arguments[home] = str(desk.home.path)
        result = CliRunner().invoke(app, arguments, input="y\n", env={"COLUMNS": "200"})
        assert result.exit_code == 0, f"{command}\n{result.output}"
        if "export" in arguments:
            row = {"Decision": "accept", "Target": "Larch Inc", "Reason": "seen on the order"}
            decided(tmp_path / "queue.xlsx", **{"70": row}).rename(tmp_path / "queue.xlsx")
