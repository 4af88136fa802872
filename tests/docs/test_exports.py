"""docs/exports.md: its profile is a profile, reads its own example, and the page names every key."""

import re
import tomllib
from pathlib import Path

import pytest

from connectors.exports.aliases import load_aliases, normalise
from connectors.exports.profile import Profile
from tests.connectors.exports.conftest import Inbox

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
    return text


def test_the_profile_of_the_page_is_valid() -> None:
    profile = Profile.model_validate(tomllib.loads(block("toml")))
    assert (profile.kind, profile.side, profile.header_row) == ("vendor", "used", 2)


def test_the_profile_reads_the_file_shown_below_it(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    inbox.drop("edr/profile.toml", block("toml"))
    inbox.drop("edr/devices.csv", block("csv"))
    rows = inbox.rows("vendor_quantities")
    assert [(row["account_name"], row["record_id"], row["product_name"], row["quantity"]) for row in rows] == [
        ("Acme", "pc1", "EDR agent", 1),
        ("Beta", "pc3", "EDR agent", 1),
    ]


def test_every_key_of_a_profile_is_on_the_page() -> None:
    section = PAGE.split("## profile.toml")[1].split("## What is refused")[0]
    table = "".join(line for line in section.splitlines() if line.startswith("|"))
    assert {name for name in Profile.model_fields if not re.search(rf"`\[*{name}\]*`", table)} == set()


@pytest.mark.parametrize("raw", ["client_name", "product_name", "quantity", "included_quantity", "account_name"])
def test_the_headers_named_as_examples_are_known(raw: str) -> None:
    (shown,) = re.findall(rf"^\| `{raw}` \| (.*) \|$", PAGE, flags=re.MULTILINE)
    columns = load_aliases().columns
    known = {name for kind in ("billing", "vendor") for name in columns[kind].get(raw, ())}
    assert [header for header in shown.split(", ") if normalise(header) not in known] == []


@pytest.mark.parametrize("side", ["owned", "used", "charged"])
def test_the_headers_of_a_side_are_known_for_that_side(side: str) -> None:
    (shown,) = re.findall(rf"^\| {side} \| (.*) \|$", PAGE, flags=re.MULTILINE)
    sides = load_aliases().sides_of_quantity
    assert {sides[normalise(header)] for header in shown.split(", ")} == {side}
