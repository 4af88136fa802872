"""Rows of the rule files that only features write: splits, special users, bundles.

Belongs here: one row each. Does not belong here: the columns and the other files (`rules.py`).
"""

from datetime import date

from sandbox.world.agreed import BundlePart, SpecialUser, Split

_OWNER = "m.okafor"


def split_row(split: Split, since: date) -> dict[str, str]:
    """A row of splits.csv."""
    return {
        "source_system": split.account.source,
        "account_id": split.account.id,
        "attribute": split.attribute,
        "value": split.value,
        "client_id": split.client.id,
        **_signed(since, split.valid_to, "several companies share the tenant"),
    }


def special_user_row(user: SpecialUser, since: date) -> dict[str, str]:
    """A row of special_users.csv."""
    return {
        "source_system": user.account.source,
        "account_id": user.account.id,
        "user_name": user.user_name,
        "kind": user.kind,
        "licence_needed": "yes" if user.needs_licence else "no",
        **_signed(user.valid_from or since, user.valid_to, "named by the client's office"),
    }


def bundle_row(part: BundlePart, since: date) -> dict[str, str]:
    """A row of bundles.csv."""
    return {
        "client_id": part.client.id if part.client else "*",
        "bundle_product_id": part.bundle.id,
        "component_product_id": part.component.id,
        "units_per_driver": f"{part.units:f}",
        "is_driver": "yes" if part.is_driver else "no",
        **_signed(since, None, "as the plan's sheet says"),
    }


def _signed(start: date, end: date | None, reason: str) -> dict[str, str]:
    return {
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat() if end else "",
        "owner": _OWNER,
        "reason": reason,
    }
