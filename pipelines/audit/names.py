"""Which names of two exports certainly mean the same, and the rules that say so: for one audit, and for no other run.

Belongs here: what is asked of the matching engine, which of its answers may decide about money, and the files that the
audit's home then has. Does not belong here: likeness (`pipelines.matching`), names that are equal (dbt finds those).
"""

import csv
import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from connectors.exports.aliases import normalise
from pipelines.home import Home
from pipelines.rules.files import FILES
from pipelines.rules.rejection_checks import CONFIRMED_IN

log = logging.getLogger(__name__)

FROM = "2000-01-01"
CERTAIN = "certain by name"
# Signs that tell names apart and that reading them as words loses: "Backup+" is not "Backup".
_SIGNS = re.compile(r"[+#*]")
_TWO_FORMS = re.compile(r"differ by '[^']* / [^']*'")


@dataclass(frozen=True, slots=True)
class Certain:
    """Pairs that are certain though the names differ, each with its reason; ids as dbt makes them.

    `clients`: account id -> (client id, reason). `products`: vendor product id -> (product id, reason).
    `same_products`: name or code of a PSA product -> that of another one, both of which are one vendor product.
    """

    clients: Mapping[str, tuple[str, str]]
    products: Mapping[str, tuple[str, str]]
    same_products: Mapping[str, str]


def certain_names(billing: pa.Table, quantities: pa.Table) -> Certain:
    """What the matching engine is certain of, less what could be two things after all.

    Two accounts of one client stay apart unless their names are equal to its: only a person can add them up. Two PSA
    products that are certainly one vendor product are one.

    Args:
        billing: The rows of `billing_lines`.
        quantities: The rows of `vendor_quantities`.
    """
    clients = _names(billing, "client_id", "client_name")
    accounts = _names(quantities, "account_id", "account_name")
    products = _names(billing, "product_code", "product_name")
    vendor_products = _names(quantities, "product_code", "product_name")
    found = _matched("client", accounts, clients)
    taken = Counter(target for target, _ in found.values())
    equal = {_fold(name) for name in accounts.values()}
    settled = {
        left: (target, reason)
        for left, (target, reason) in found.items()
        if taken[target] == 1 and _fold(clients[target]) not in equal
    }
    to_vendor = _matched("product", products, vendor_products)
    exact = {_fold(name): id_ for id_, name in products.items()} | {_fold(id_): id_ for id_ in products}
    mapped: dict[str, tuple[str, str]] = {}
    same: dict[str, str] = {}
    for vendor_id, name in vendor_products.items():
        own = exact.get(_fold(name)) or exact.get(_fold(vendor_id))
        others = [(id_, reason) for id_, (target, reason) in to_vendor.items() if target == vendor_id and id_ != own]
        if not others:
            continue
        first = own or others[0][0]
        if own is None:
            mapped[vendor_id] = (first, others[0][1])
        same |= {_written(id_, products): _written(first, products) for id_, _ in others if id_ != first}
    return Certain(settled, mapped, same)


@dataclass(frozen=True, slots=True)
class Pair:
    """A vendor's account or product and what it is in the PSA. `by`: how sure that is; ids as rules write them."""

    left_id: str
    right_id: str
    by: str
    reason: str


def write_rules(home: Home, certain: Certain, psa: str, vendor: str) -> None:
    """The mappings as rules of the audit's home, found by name; those of an earlier audit are replaced."""
    for kind, pairs in (("client", certain.clients), ("product", certain.products)):
        rows = [Pair(id_, f"{psa}:{target}", CERTAIN, reason) for id_, (target, reason) in sorted(pairs.items())]
        add_rules(home, kind, vendor, rows, anew=True)


def add_rules(home: Home, kind: str, vendor: str, pairs: Sequence[Pair], *, anew: bool = False) -> None:
    """Adds mappings of one kind to the rules of the audit's home, or writes its file anew."""
    home.rules.mkdir(exist_ok=True)
    name, left, right = CONFIRMED_IN[kind]
    columns = [column.name for column in next(file for file in FILES if file.name == name).columns]
    with (home.rules / f"{name}.csv").open("w" if anew else "a", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, columns)
        if anew:
            rows.writeheader()
        for pair in pairs:
            rows.writerow(
                {
                    "source_system": vendor,
                    left: pair.left_id,
                    right: pair.right_id,
                    "valid_from": FROM,
                    "confirmed_by": pair.by,
                    "confirmed_at": FROM,
                    "reason": pair.reason,
                    "method": "name",
                }
            )


def _written(id_: str, names: Mapping[str, str]) -> str:
    """The name as the file writes it where it is the id, else the id."""
    return names[id_] if " ".join(names[id_].lower().split()) == id_ else id_


def _names(rows: pa.Table, id_column: str, name_column: str) -> dict[str, str]:
    """Id -> name of what a table names, ids as dbt makes them of the file's own."""
    folded = rf"trim(regexp_replace(lower({name_column}), '\s+', ' ', 'g'))"
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        found = connection.execute(
            f"select coalesce(nullif(trim({id_column}), ''), {folded}) as id, "  # noqa: S608 - our own columns
            f"min(coalesce({name_column}, {id_column})) "
            "from rows group by 1 having id is not null and id <> '' order by 1"
        ).fetchall()
    return dict(found)


def _matched(kind: str, left: Mapping[str, str], right: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Left id -> (right id, reason) of certain pairs whose names differ by more than case and blanks."""
    from pipelines.matching.lists import NameList
    from pipelines.matching.matching import match

    if not left or not right:
        return {}
    found = match(NameList(list(left), list(left.values()), {}), NameList(list(right), list(right.values()), {}), kind)
    return {
        pair["left_id"]: (pair["right_id"], pair["reasons"])
        for pair in found.predictions.to_pylist()
        if pair["tier"] == "certain"
        and _fold(left[pair["left_id"]]) != _fold(right[pair["right_id"]])
        and signs(left[pair["left_id"]]) == signs(right[pair["right_id"]])
        and not _TWO_FORMS.search(pair["reasons"])
    }


def _fold(text: str) -> str:
    """A name without case, blanks and punctuation, its signs kept."""
    return normalise(text) + "".join(signs(text))


def signs(text: str) -> list[str]:
    """The signs of a name that tell it apart."""
    return sorted(_SIGNS.findall(text))
