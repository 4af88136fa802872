"""What the matching engine suggests in an audit and nothing speaks against: taken, and marked as likely.

Belongs here: which suggestions an audit takes besides what is certain. Does not belong here: suggesting
(`pipelines.mapping.suggest`, asked by the model `name_matches` as in every run), certain names (`names.py`).

Products come first: what an account holds of them, set beside what a client is billed for, then speaks for clients.
"""

from collections import Counter
from dataclasses import replace

import duckdb

from pipelines.audit.models import Build
from pipelines.audit.names import Pair, add_rules, signs
from pipelines.home import Home
from pipelines.mapping.words import one_line
from pipelines.rules import load_rules
from pipelines.steps.current import current_run
from pipelines.warehouse.control import write_run
from pipelines.warehouse.rules import replace_rules

LIKELY = "likely by name"

# Where something is mapped to the target already, only a person can add another to it.
_SUGGESTED = """
with taken as (
    select 'client' as kind, client_id as right_id from mapping.client_mappings
    union
    select 'product', product_id from mapping.product_mappings
)
select left_id, left_name, right_id, right_name, reasons, score
from mapping.mapping_suggestions
anti join taken using (kind, right_id)
where kind = $kind and is_unambiguous and tier != 'possible'
qualify row_number() over (partition by left_id order by score desc, right_id) = 1
order by left_id
"""


def take_likely(home: Home, build: Build, vendor: str) -> None:
    """Adds the likely matches to the rules of the audit's home and to its warehouse.

    Args:
        home: The audit's home; its run has begun, and both files are loaded.
        build: The models in its warehouse.
        vendor: The name of the vendor's file in rules.
    """
    for kind in ("product", "client"):
        build.make("mapping_suggestions")
        pairs = _taken(build.connection, kind)
        if not pairs:
            continue
        add_rules(home, kind, vendor, pairs)
        rules = load_rules(home.rules)
        replace_rules(build.connection, rules)
        current = current_run(home)
        current = replace(current, run=replace(current.run, rules_hash=rules.hash))
        write_run(build.connection, current.run)
        current.save(home)
        build.forget("stg_rules__client_map", "stg_rules__product_map")


def _taken(connection: duckdb.DuckDBPyConnection, kind: str) -> list[Pair]:
    found = connection.execute(_SUGGESTED, {"kind": kind}).fetchall()
    # "Backup+" is not "Backup": such signs are lost where names are read as words.
    found = [row for row in found if signs(row[1]) == signs(row[3])]
    wanted = Counter(row[2] for row in found)
    return [
        Pair(left_id, right_id, LIKELY, one_line(f"{reasons} ({score:.0%})"))
        for left_id, _, right_id, _, reasons, score in found
        if wanted[right_id] == 1
    ]
