"""Short ways to lists and predictions in tests."""

from collections.abc import Mapping, Sequence

from pipelines.matching.decisions import Decisions
from pipelines.matching.lists import NameList
from pipelines.matching.matching import match

Prediction = dict[str, str | float]


def names(prefix: str, *names: str, **columns: Sequence[str]) -> NameList:
    return NameList([f"{prefix}{number}" for number in range(len(names))], list(names), columns)


def predict(
    left: NameList, right: NameList, kind: str = "client", decisions: Decisions | None = None
) -> list[Prediction]:
    return match(left, right, kind, decisions).predictions.to_pylist()


def found(left: NameList, right: NameList, kind: str = "client") -> Mapping[str, set[str]]:
    """Right ids by left id."""
    out: dict[str, set[str]] = {}
    for row in predict(left, right, kind):
        out.setdefault(str(row["left_id"]), set()).add(str(row["right_id"]))
    return out


def tier_of(left: str, right: str, kind: str = "client") -> str | None:
    """The tier of a single pair among a few bystanders; None where it is not told."""
    others = {
        "client": ("Ellery Plumbing", "Fairfax Motors", "Quimby Bakery"),
        "product": ("Acme Backup Server", "Zeta Firewall", "Omega Mail Filter"),
    }[kind]
    rows = predict(names("l", left), names("r", right, *others), kind)
    return next((str(row["tier"]) for row in rows if row["right_id"] == "r0"), None)
