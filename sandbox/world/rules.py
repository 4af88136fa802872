"""The rules that the MSP's people confirmed, as rows of the home's CSV files.

Belongs here: which columns each file has, and the rows of a plan. Does not belong here: writing files
(`sandbox/home.py`) or applying rules.
"""

from datetime import date, timedelta
from decimal import Decimal

from sandbox.world.agreed import Exclusion, Rate, Term, Tolerance
from sandbox.world.dates import add_months
from sandbox.world.feature_rules import bundle_row, special_user_row, split_row
from sandbox.world.model import Rules
from sandbox.world.plan import Account, Client, Plan
from sandbox.world.products import BY_KEY, BY_NODE_CLASS, GRAPH, NINJAONE, PAX8, READ_DAILY, SEATWATCH, Product

COLUMNS: dict[str, tuple[str, ...]] = {
    "client_map": (
        "source_system", "account_id", "client_id", "valid_from", "valid_to", "confirmed_by", "confirmed_at", "reason",
        "method",
    ),
    "product_map": (
        "source_system", "vendor_product_id", "product_id", "valid_from", "valid_to", "confirmed_by", "confirmed_at",
        "reason",
    ),
    "counting": (
        "product_id", "basis", "owned_source", "used_source", "charged_source", "inactive_days", "valid_from",
        "valid_to", "owner", "reason", "counted_when", "count_day", "counts_disabled", "counts_guests",
        "counts_special", "vendor_counted_when", "vendor_count_day", "counts_people", "client_id",
    ),
    "product_groups": ("product_id", "product_group", "valid_from", "valid_to", "owner", "reason"),
    "exclusions": (
        "client_id", "source_system", "vendor_product_id", "source_record_id", "reason", "owner", "review_date",
        "valid_from", "valid_to",
    ),
    "terms": (
        "client_id", "agreement_id", "product_id", "basis", "minimum_quantity", "minimum_scope", "pool",
        "contract_price", "currency", "margin_floor_percent", "backbill_months", "valid_from", "valid_to", "owner",
        "reason", "fixed_quantity",
    ),
    "splits": (
        "source_system", "account_id", "attribute", "value", "client_id", "valid_from", "valid_to", "owner", "reason",
    ),
    "special_users": (
        "source_system", "account_id", "user_name", "kind", "licence_needed", "valid_from", "valid_to", "owner",
        "reason",
    ),
    "bundles": (
        "client_id", "bundle_product_id", "component_product_id", "units_per_driver", "is_driver", "valid_from",
        "valid_to", "owner", "reason",
    ),
    "tolerances": ("client_id", "product_id", "tolerance", "valid_from", "valid_to", "owner", "reason"),
    "item_map": ("item_id", "product_id", "valid_from", "valid_to", "confirmed_by", "confirmed_at", "reason"),
    "gone_accounts": (
        "source_system", "account_id", "valid_from", "valid_to", "confirmed_by", "confirmed_at", "reason",
    ),
    "exchange_rates": (
        "from_currency", "to_currency", "rate", "source", "valid_from", "valid_to", "owner", "reason",
    ),
}  # fmt: skip
_ANALYST, _OWNER = "a.ruiz", "m.okafor"
_HISTORY_MONTHS = 36


def rules_of(plan: Plan) -> Rules:
    """All confirmed rules; the devices must have been numbered (`ninjaone.number_devices`)."""
    since = add_months(plan.first, -_HISTORY_MONTHS)
    return Rules(
        client_map=_client_map(plan, since),
        product_map=_product_map(plan, since),
        counting=_counting(plan, since),
        product_groups=[_group(product, since) for product in plan.products if product.group],
        exclusions=_exclusions(plan, since),
        terms=[_term(term, since) for term in plan.terms],
        tolerances=[_tolerance(tolerance, since) for tolerance in plan.tolerances],
        splits=[split_row(split, since) for split in plan.splits],
        special_users=[special_user_row(user, since) for user in plan.special_users],
        bundles=[bundle_row(part, since) for part in plan.bundles],
        exchange_rates=[_rate(rate) for rate in plan.rates],
        item_map=[_item(plan, item_id, product, since) for item_id, product in plan.items.items()],
        gone_accounts=_gone_accounts(plan, since),
    )


def _item(plan: Plan, item_id: int, product: Product, since: date) -> dict[str, str]:
    return {
        "item_id": f"connectwise:{item_id}",
        "product_id": product.id,
        "valid_from": since.isoformat(),
        "valid_to": "",
        "confirmed_by": _ANALYST,
        "confirmed_at": plan.first.isoformat(),
        "reason": "the same licence under an older number",
    }


def _gone_accounts(plan: Plan, since: date) -> list[dict[str, str]]:
    accounts = [account for client in plan.everyone() for held in client.accounts.values() for account in held]
    return [
        {
            "source_system": account.source,
            "account_id": account.id,
            "valid_from": since.isoformat(),
            "valid_to": "",
            "confirmed_by": _ANALYST,
            "confirmed_at": plan.first.isoformat(),
            "reason": "tenant deleted after a merger",
        }
        for account in accounts
        if account.is_gone
    ]


def _client_map(plan: Plan, since: date) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    confirmed = [
        account
        for client in [*plan.clients, plan.msp]
        for source in (GRAPH, PAX8, NINJAONE, SEATWATCH)
        for account in client.accounts.get(source, ())
        if account.mapped_by == "rule"
    ]
    for number, account in enumerate(confirmed):
        start = since
        if number % 20 == 7 and account.mapped_from is None:
            # An account that changed hands: the old owner's rule ran out where the new one's begins.
            start = add_months(plan.first, -4)
            former = plan.clients[(number * 5) % len(plan.clients)]
            rows.append(_mapping(account, former, since, start, "moved to another client later"))
        start = account.mapped_from or start
        reason = "the names are alike" if account.is_weakly_mapped else "checked against the signed order"
        rows.append(_mapping(account, account.client, start, None, reason))
    return rows


def _mapping(account: Account, client: Client, start: date, end: date | None, reason: str) -> dict[str, str]:
    return {
        "source_system": account.source,
        "account_id": account.id,
        "client_id": client.id,
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat() if end else "",
        "confirmed_by": _ANALYST,
        "confirmed_at": (start + timedelta(days=2)).isoformat(),
        "reason": reason,
        "method": "name" if account.is_weakly_mapped and end is None else "",
    }


def _product_map(plan: Plan, since: date) -> list[dict[str, str]]:
    pairs = [
        (GRAPH, sku.id, product.id, sku.part_number)
        for product in plan.products
        if product.sku
        for sku in (product.sku, *product.further_skus)
    ]
    # Where the catalogue holds the distributor's SKU, the id decides and no rule is needed.
    pairs += [(PAX8, p.offer.id, p.id, p.offer.name) for p in plan.products if p.offer and not p.vendor_sku]
    pairs += [(SEATWATCH, p.identifier, p.id, p.name) for p in plan.products if p.used_source == SEATWATCH]
    classes = [(node_class, product) for node_class, product in BY_NODE_CLASS.items() if product in plan.products]
    pairs += [(NINJAONE, node_class, product.id, node_class) for node_class, product in classes]
    rows = [_product(*pair, since, None) for pair in pairs]
    # A vendor's product that was sold as another item until lately: each name has its own dates.
    renamed = BY_KEY["edr"].offer
    assert renamed is not None
    changed = add_months(plan.first, -6)
    rows.append(_product(PAX8, renamed.id, BY_KEY["backup"].id, renamed.name, since, changed))
    for row in rows:
        if row["vendor_product_id"] == renamed.id and not row["valid_to"]:
            row["valid_from"] = changed.isoformat()
    return rows


def _product(
    source: str, vendor_product_id: str, product_id: str, name: str, since: date, until: date | None
) -> dict[str, str]:
    return {
        "source_system": source,
        "vendor_product_id": vendor_product_id,
        "product_id": product_id,
        "valid_from": since.isoformat(),
        "valid_to": until.isoformat() if until else "",
        "confirmed_by": _ANALYST,
        "confirmed_at": since.isoformat(),
        "reason": f"{name} is this catalogue item",
    }


def _counting(plan: Plan, since: date) -> list[dict[str, str]]:
    rows = [_counting_rule(plan, product, since) for product in plan.products if product.basis]
    rows += [
        _counting_rule(plan, own.product, since) | {"product_id": own.product.id, "client_id": own.client.id}
        for own in plan.counting
    ]
    return rows


def _counting_rule(plan: Plan, product: Product, since: date) -> dict[str, str]:
    return {
        "product_id": f"group:{product.group}" if product.group else product.id,
        "basis": product.basis,
        "owned_source": product.owned_source,
        "used_source": product.used_source,
        "charged_source": product.charged_source,
        "inactive_days": "" if product.inactive_days is None else str(product.inactive_days),
        "valid_from": since.isoformat(),
        "valid_to": "",
        "owner": _OWNER,
        "reason": "as the client contracts say",
        "counted_when": product.counted_when,
        "count_day": _count_day(plan, product) if product.counted_when == "fixed_day" else "",
        "counts_disabled": "" if product.counts_disabled else "no",
        "counts_guests": "" if product.counts_guests else "no",
        "counts_special": "" if product.counts_special else "no",
        "vendor_counted_when": product.vendor_counted_when,
        "vendor_count_day": str(plan.count_day) if product.vendor_counted_when == "fixed_day" else "",
        "counts_people": "yes" if product.counts_people else "",
        "client_id": "",
    }


def _group(product: Product, since: date) -> dict[str, str]:
    return {
        "product_id": product.id,
        # Rules are written by people: case does not matter.
        "product_group": product.group.title(),
        "valid_from": since.isoformat(),
        "valid_to": "",
        "owner": _OWNER,
        "reason": "sold by the head",
    }


def _count_day(plan: Plan, product: Product) -> str:
    return str(plan.count_day_of_reads if product in READ_DAILY else plan.count_day)


def _exclusions(plan: Plan, since: date) -> list[dict[str, str]]:
    rows = [_exclusion(plan, exclusion, since) for exclusion in plan.exclusions]
    for client in plan.clients:
        for position in client.positions.values():
            for devices in position.devices:
                rows += [
                    _exclusion(
                        plan,
                        Exclusion("client's own lab machine", client, NINJAONE, devices.node_class, str(device_id)),
                        since,
                    )
                    for device_id in devices.excluded_ids
                ]
    return rows


def _exclusion(plan: Plan, exclusion: Exclusion, since: date) -> dict[str, str]:
    return {
        "client_id": exclusion.client.id if exclusion.client else "*",
        "source_system": exclusion.source,
        "vendor_product_id": exclusion.vendor_product_id,
        "source_record_id": exclusion.record_id,
        "reason": exclusion.reason,
        "owner": _OWNER,
        "review_date": add_months(plan.first, 6).isoformat(),
        "valid_from": since.isoformat(),
        "valid_to": exclusion.valid_to.isoformat() if exclusion.valid_to else "",
    }


def _term(term: Term, since: date) -> dict[str, str]:
    return {
        "client_id": term.client.id if term.client else "*",
        "agreement_id": f"connectwise:{term.agreement.id}" if term.agreement else "*",
        "product_id": term.product.id if term.product else f"group:{term.group}" if term.group else "*",
        "basis": term.basis,
        "minimum_quantity": _number(term.minimum),
        "minimum_scope": term.scope,
        "pool": term.pool,
        "contract_price": _number(term.price),
        "currency": term.currency,
        "margin_floor_percent": _number(term.margin_floor),
        "backbill_months": "" if term.backbill_months is None else str(term.backbill_months),
        "fixed_quantity": _number(term.fixed),
        "valid_from": since.isoformat(),
        "valid_to": term.valid_to.isoformat() if term.valid_to else "",
        "owner": _OWNER,
        "reason": "order form, signed",
    }


def _tolerance(tolerance: Tolerance, since: date) -> dict[str, str]:
    return {
        "client_id": tolerance.client.id if tolerance.client else "*",
        "product_id": tolerance.product.id,
        "tolerance": _number(tolerance.units),
        "valid_from": since.isoformat(),
        "valid_to": tolerance.valid_to.isoformat() if tolerance.valid_to else "",
        "owner": _OWNER,
        "reason": "comes and goes within the month",
    }


def _rate(rate: Rate) -> dict[str, str]:
    return {
        "from_currency": rate.from_currency,
        "to_currency": rate.to_currency,
        "rate": _number(rate.rate),
        "source": "ECB reference rate",
        "valid_from": rate.valid_from.isoformat(),
        "valid_to": rate.valid_to.isoformat() if rate.valid_to else "",
        "owner": _OWNER,
        "reason": "what the month is booked with",
    }


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"
