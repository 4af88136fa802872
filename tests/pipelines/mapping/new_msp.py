"""A new MSP of 200 clients and 80 products of which nothing is mapped yet, as two exports in the inbox of a home.

Belongs here: its files, who is who in truth, and running the pipeline's steps on it (without Dagster, which adds
nothing here but time). Does not belong here: expectations.
"""

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import uuid4

from pipelines.audit.models import Build, models
from pipelines.home import Home
from pipelines.publish.publish import publish
from pipelines.rules import write_templates
from pipelines.steps.begin import begin_run
from pipelines.steps.extract import extract_sources
from pipelines.steps.load import load_source
from pipelines.steps.settle import settle_clock
from pipelines.steps.transform import prepare
from pipelines.warehouse.connection import connect
from sandbox.world.names import company_name

CLIENTS, PRODUCTS = 200, 80
AS_OF = datetime(2026, 6, 20, 8, tzinfo=UTC)
SINCE = "2026-06-20T06:00:00Z"
HOSTILE = (
    "=cmd|' /C calc'!A0", "+44 Ltd", "-Dash & Sons", "@Work Inc", '"Quoted", LLC', "[red]Markup[/] GmbH",
    "Robert'); DROP TABLE--", "#Hash Media",
)  # fmt: skip
# Two clients of one name but for the legal form: which of them an account is, only a person can say.
TWINS = (("Harbor Logistics LLC", "Harbor Logistics"), ("Harbor Logistics Ltd", "Harbor Logistics (East)"))
HOSTILE_IDS = ("=1+1", "#7", "a|b", 'x,"y"', "-3", "@id", "100%", "Müller; Söhne")
_MAKERS = ("Tidewatch", "Larkspur", "Stowaway", "Brightwell", "Corvid")
_THINGS = ("Server Backup", "Managed EDR", "Email Archive", "Password Manager")
_EDITIONS = ("Basic", "Standard", "Premium", "Plan 2")


@dataclass
class NewMsp:
    """The home, and the truth: account id -> client id, vendor product id -> product id."""

    home: Home
    clients: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)

    def run(self) -> Path:
        """One run of the pipeline; gives the published copy."""
        home, run_id = self.home, str(uuid4())
        with home.lock(f"run {run_id}"):
            begin_run(home, run_id, as_of=AS_OF)
            extract_sources(home)
            loaded = load_source(home, "exports")
            assert loaded.status == "ok", loaded.problems
            settle_clock(home)
            prepare(home)
            found = models(home)
            with connect(home.warehouse) as connection:
                Build(connection, found).make()
            publish(home)
        return home.published


def new_msp(folder: Path) -> NewMsp:
    """Write the home: billing of the PSA, licences of a distributor, counting rules, and no mapping at all."""
    msp = NewMsp(Home(folder / "home").create())
    write_templates(msp.home.rules)
    products = [f"{maker} {thing} {edition}" for maker in _MAKERS for thing in _THINGS for edition in _EDITIONS]
    assert len(products) == PRODUCTS
    billing, licences = [], []
    rng = Random(11)
    for number in range(CLIENTS):
        name = company_name(number, 0, "USD", rng)
        ours, theirs, account = name.psa, name.ninjaone, f"D{number:04}"
        if number < len(HOSTILE):
            ours, theirs, account = HOSTILE[number], HOSTILE[number].replace(" ", "  "), HOSTILE_IDS[number]
        elif number < len(HOSTILE) + len(TWINS):
            ours, theirs = TWINS[number - len(HOSTILE)]
        msp.clients[account] = f"psa:C{number:03}"
        for place in range(3):
            product = (number * 3 + place * 7) % PRODUCTS
            code = f"V-{product:03}"
            msp.products[code] = f"psa:P-{product:03}"
            seats = 2 + (number * 5 + place) % 30
            billing.append((f"C{number:03}", ours, f"P-{product:03}", products[product], seats - place, "10.00"))
            licences.append((account, theirs, code, f"{products[product].upper()} (monthly)", seats, "6.50"))
    for source, kind, header, rows in (
        ("psa", "billing", "Client ID,Client,Product Code,Product,Quantity,Unit Price", billing),
        (
            "distributor",
            "vendor",
            "Account ID,Account Name,Product Code,Product,Seats Purchased,Partner Cost",
            licences,
        ),
    ):
        inbox = msp.home.inbox / source
        inbox.mkdir()
        (inbox / "profile.toml").write_text(f'kind = "{kind}"\nas_of = {SINCE}\ncurrency = "USD"\n')
        with (inbox / "export.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header.split(","))
            writer.writerows(rows)
    with (msp.home.rules / "counting.csv").open("a", encoding="utf-8") as file:
        for product_id in sorted(set(msp.products.values())):
            file.write(f"{product_id},owned,distributor,,,,2026-01-01,,M. Silva,per seat,,,,,,,,,\n")
    return msp
