"""Writes a home folder that points at the sandbox server: settings, secrets and the confirmed rules of a world.

Belongs here: the files a person would keep in a home. Does not belong here: the truth (`truth.py` writes it elsewhere,
where no pipeline reads).
"""

import csv
import os
from collections.abc import Mapping
from pathlib import Path

from sandbox.credentials import CONNECTWISE, MICROSOFT_GRAPH, NINJAONE, PAX8
from sandbox.world.features import INACTIVE_SEATS
from sandbox.world.model import World
from sandbox.world.rules import COLUMNS

_MARK = "# A home for the sandbox: every source is the invented MSP served on this machine."
_SETTINGS = (
    _MARK
    + """

default_currency = "USD"

[schedule]
cron = "0 5 * * *"
timezone = "UTC"

[sources.connectwise]
enabled = true
freshness_hours = 26
api_url = "{url}/connectwise"
login_url = "{url}/connectwise"
company_id = "{connectwise.company_id}"
public_key = "{connectwise.public_key}"

[sources.microsoft_graph]
enabled = true
freshness_hours = 26{reads_sign_in}
api_url = "{url}/microsoft_graph/v1.0"
login_url = "{url}/microsoft_login"
partner_tenant_id = "{partner_tenant_id}"
client_id = "{graph.client_id}"

[sources.pax8]
enabled = true
freshness_hours = 26
api_url = "{url}/pax8/v1"
login_url = "{url}/pax8/v1/token"
client_id = "{pax8.client_id}"

[sources.ninjaone]
enabled = true
freshness_hours = 26
api_url = "{url}/ninjaone"
login_url = "{url}/ninjaone/ws/oauth/token"
client_id = "{ninjaone.client_id}"
"""
)
_SECRETS = """\
# Invented: they open nothing but the sandbox server.

[sources.connectwise]
private_key = "{connectwise.private_key}"
client_id = "{connectwise.client_id}"

[sources.microsoft_graph]
client_secret = "{graph.client_secret}"

[sources.pax8]
client_secret = "{pax8.client_secret}"

[sources.ninjaone]
client_secret = "{ninjaone.client_secret}"
"""


def write_home(world: World, home: Path, base_url: str) -> None:
    """Write `tieout.toml`, `secrets.toml` (readable by its owner only), `rules/*.csv` and the inbox into `home`.

    Files of the same names are replaced, everything else in the folder stays.

    Args:
        world: whose rules and partner tenant to write.
        home: the folder, made if missing.
        base_url: where the sandbox server answers, such as `http://127.0.0.1:8765`.
    """
    facts = {
        "url": base_url.rstrip("/"),
        "connectwise": CONNECTWISE,
        "graph": MICROSOFT_GRAPH,
        "pax8": PAX8,
        "ninjaone": NINJAONE,
        "partner_tenant_id": world.microsoft_graph.partner_tenant_id,
        # Only where the world plants it: the setting asks the directory for more than licences.
        "reads_sign_in": "\nreads_sign_in = true" if INACTIVE_SEATS in world.features else "",
    }
    rules = home / "rules"
    rules.mkdir(parents=True, exist_ok=True)
    (home / "tieout.toml").write_text(_SETTINGS.format(**facts), encoding="utf-8")
    _write_private(home / "secrets.toml", _SECRETS.format(**facts))
    for name, columns in COLUMNS.items():
        with (rules / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(getattr(world.rules, name))
    write_inbox(world.inbox.files, home)


def is_of_the_sandbox(home: Path) -> bool:
    """Whether the settings of a home were written here: such a home may be written anew."""
    try:
        return (home / "tieout.toml").read_text(encoding="utf-8").startswith(_MARK)
    except (OSError, UnicodeDecodeError):
        return False


def write_inbox(files: Mapping[str, str], home: Path) -> None:
    """Write `files` (text by path) below the home's `inbox`, each in place of the one of that name."""
    for path, text in files.items():
        target = home / "inbox" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _write_private(path: Path, text: str) -> None:
    # Opened with the final mode: between a write and a later chmod the secrets would lie open.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
