"""Rule files written for a test: one right rule per file, and the means to change it."""

from pathlib import Path

from pipelines.rules.files import FILES

HEADERS = {declared.file: ",".join(declared.column_names) for declared in FILES}
GOOD = {
    "client_map.csv": "pax8,c1,connectwise:250,2026-01-01,,D. Okafor,2026-01-14,same tax id,",
    "product_map.csv": "ninjaone,MAC,connectwise:640,2026-01-01,2026-07-01,D. Okafor,2026-01-14,per workstation,",
    "rejections.csv": "client,pax8,c2,connectwise:250,D. Okafor,2026-01-14,another company of that name",
    "counting.csv": "connectwise:771,owned,pax8,microsoft_graph,pax8,,2026-01-01,,M. Silva,per seat bought,,,,,,,,,",
    "splits.csv": "microsoft_graph,t1,office,Leeds,connectwise:250,2026-01-01,,M. Silva,three companies share it",
    "special_users.csv": "microsoft_graph,t1,Invoices@x.example,shared_mailbox,yes,2026-01-01,,M. Silva,over 50 GB",
    "bundles.csv": "*,connectwise:900,connectwise:771,1,yes,2026-01-01,,M. Silva,one seat for each user",
    "exclusions.csv": "*,pax8,p1,*,free of charge,M. Silva,2026-12-31,2026-01-01,",
    "terms.csv": "connectwise:250,*,connectwise:771,used,20,line,,22.00,USD,15,2,2026-01-01,,M. Silva,order form,",
    "tolerances.csv": "*,connectwise:640,2,2026-01-01,,M. Silva,devices come and go",
    "agreement_units.csv": "connectwise:250,*,microsoft_graph,office,Leeds,connectwise:41,2026-01-01,,M. Silva,own",
    "item_map.csv": "connectwise:772,connectwise:774,2026-01-01,,D. Okafor,2026-01-14,billed by the year",
    "product_groups.csv": "connectwise:640,servers,2026-01-01,,M. Silva,managed servers",
    "known_refusals.csv": "microsoft_graph,t3,2026-01-01,2026-04-01,D. Okafor,2026-01-14,consent withdrawn",
    "gone_accounts.csv": "microsoft_graph,t2,2026-01-01,,D. Okafor,2026-01-14,company dissolved",
    "exchange_rates.csv": "USD,GBP,0.79,ECB reference rate,2026-06-01,2026-07-01,M. Silva,what June is booked with",
}


def write(folder: Path, **files: str | bytes) -> Path:
    """A rules folder with these files (names without `.csv`): text is written after the header, bytes as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        file = f"{name}.csv"
        data = content if isinstance(content, bytes) else f"{HEADERS[file]}\n{content}\n".encode()
        (folder / file).write_bytes(data)
    return folder


def changed(file: str, column: str, value: str) -> str:
    """The good rule of a file with one cell changed."""
    cells = dict(zip(HEADERS[file].split(","), GOOD[file].split(","), strict=True))
    cells[column] = value
    return ",".join(cells.values())
