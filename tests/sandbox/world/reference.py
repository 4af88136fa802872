"""A naive reconciliation over payloads, row by row: what a careful person with the rule book would find.

It shares nothing with the plan, the truth or the pipeline, so that a payload that says something else than was meant
shows up. Slow and simple on purpose.
"""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world import World

GRAPH, PAX8, NINJAONE = "microsoft_graph", "pax8", "ninjaone"


def _number(value) -> Decimal:
    return Decimal(str(value))


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


class Reference:
    def __init__(self, world: World) -> None:
        self.world = world
        self.today = world.clock.date()
        self.rules = world.rules
        self.counting = {r["product_id"]: r for r in self._in_force(self.rules.counting)}
        self.client_map = self._client_map()
        self.product_map = self._product_map()
        self.refused_clients = {self.client_map.get((GRAPH, t)) for t in world.microsoft_graph.refused_tenants}
        self.sums = defaultdict(lambda: defaultdict(Decimal))
        self.records = defaultdict(set)  # main key -> systems with a counted or excluded row
        self.unmapped: dict[str, str] = {}  # key -> class
        self.excluded: set[str] = set()
        self.stray_systems: set[str] = set()

    def _in_force(self, rows):
        day = self.today.isoformat()
        return [r for r in rows if r["valid_from"] <= day and (not r["valid_to"] or r["valid_to"] > day)]

    def _client_map(self):
        live = {str(c["id"]) for c in self.world.connectwise.companies if not c["deletedFlag"]}
        ids = defaultdict(list)
        for company in self.world.pax8.companies:
            if company["externalId"] in live:
                ids[company["externalId"]].append(company["id"])
        known = {(PAX8, ids[i][0]): f"connectwise:{i}" for i in ids if len(ids[i]) == 1}
        for company in self.world.connectwise.companies:
            tenant = next((f["value"] for f in company["customFields"] if f["caption"] == "Tenant Id"), None)
            if tenant and not company["deletedFlag"]:
                known[GRAPH, tenant] = f"connectwise:{company['id']}"
        for rule in self._in_force(self.rules.client_map):
            known[rule["source_system"], rule["account_id"]] = rule["client_id"]
        return known

    def _product_map(self):
        live = {i["vendorSku"]: i for i in self.world.connectwise.catalog if i["vendorSku"] and not i["inactiveFlag"]}
        known = {
            (PAX8, p["id"]): f"connectwise:{live[p['vendorSku']]['id']}"
            for p in self.world.pax8.products
            if p["vendorSku"] in live
        }
        for rule in self._in_force(self.rules.product_map):
            known[rule["source_system"], rule["vendor_product_id"]] = rule["product_id"]
        return known

    def _vendor_rows(self):
        """System, account, vendor product, record, side, quantity and state of each row that may count at all."""
        graph = self.world.microsoft_graph
        for tenant in graph.users:
            if tenant in graph.refused_tenants:
                continue
            for sku in graph.subscribed_skus[tenant]:
                units = sku["prepaidUnits"]["enabled"] + sku["prepaidUnits"]["warning"]
                yield GRAPH, tenant, sku["skuId"], "", "owned", units, None
            held = defaultdict(int)
            for user in graph.users[tenant]:
                for licence in user["assignedLicenses"]:
                    held[licence["skuId"]] += 1
            for sku_id, users in held.items():
                yield GRAPH, tenant, sku_id, "", "used", users, None
        for sub in self.world.pax8.subscriptions:
            is_over = sub["endDate"] is not None and _day(sub["endDate"]) <= self.today
            if sub["status"] in ("Active", "PendingCancel", "Activated", "Trial") and not is_over:
                assert _day(sub["startDate"]) <= self.today
                yield PAX8, sub["companyId"], sub["productId"], sub["id"], "owned", sub["quantity"], None
        for items in self.world.pax8.invoice_items.values():
            for item in items:
                holds_today = _day(item["startPeriod"]) <= self.today <= _day(item["endPeriod"])
                if item["type"] == "subscription" and holds_today and item["billedByPax8"]:
                    yield PAX8, item["companyId"], item["productId"], item["id"], "charged", item["quantity"], None
        for device in self.world.ninjaone.devices:
            if device["approvalStatus"] in ("PENDING", "STAGED"):
                continue
            state = "retired" if device["approvalStatus"] == "DECOMMISSIONED" else device["lastContact"]
            yield NINJAONE, str(device["organizationId"]), device["nodeClass"], str(device["id"]), "used", 1, state

    def _is_excluded(self, client, system, vendor_product, record) -> bool:
        return any(
            rule["client_id"] in ("*", client)
            and rule["source_system"] in ("*", system)
            and rule["vendor_product_id"] in ("*", vendor_product)
            and rule["source_record_id"] in ("*", record)
            for rule in self.exclusions
        )

    def _place(self, row) -> None:
        system, account, vendor_product, record, side, quantity, state = row
        client = self.client_map.get((system, account))
        product = self.product_map.get((system, vendor_product))
        item = product or f"{system}:{vendor_product}"
        if client is None:
            self.unmapped[f"{system}:{account}|{item}|*"] = "unmapped_client"
            return
        key = f"{client}|{item}|*"
        if state == "retired":
            self.records[key].add(system)
            return
        if self._is_excluded(client, system, vendor_product, record):
            self.excluded.add(f"{key}|excluded")
            self.records[key].add(system)
            return
        rule = self.counting.get(product)
        if rule is None:
            self.unmapped[f"{client}|{system}:{vendor_product}|*"] = "unmapped_product"
            return
        if rule[f"{side}_source"] != system:
            return
        self.records[key].add(system)
        limit = rule["inactive_days"]
        if state is not None and limit and self.world.clock.timestamp() - state > int(limit) * 86_400:
            return
        self.sums[key][side] += _number(quantity)

    def _is_live(self, agreement, line) -> bool:
        day = self.today
        end = agreement.get("endDate")
        return (
            _day(line["effectiveDate"]) <= day
            and ("cancelledDate" not in line or _day(line["cancelledDate"]) > day)
            and _day(agreement["startDate"]) <= day
            and (agreement["noEndingDateFlag"] or end is None or _day(end) >= day)
            and (not agreement["cancelledFlag"] or _day(agreement["dateCancelled"]) > day)
        )

    def rows(self) -> dict[str, tuple]:
        """line_key -> (class, billed, expected, unit_price, revenue_impact); unit price of main rows only."""
        self.exclusions = self._in_force(self.rules.exclusions)
        accounts = [(GRAPH, t) for t in self.world.microsoft_graph.users]
        accounts += [(PAX8, c["id"]) for c in self.world.pax8.companies]
        accounts += [(NINJAONE, str(o["id"])) for o in self.world.ninjaone.organizations]
        self.stray_systems = {system for system, account in accounts if (system, account) not in self.client_map}
        self.present = {(client, system) for (system, _), client in self.client_map.items()}
        for row in self._vendor_rows():
            self._place(row)
        lines = defaultdict(list)
        for agreement in self.world.connectwise.agreements:
            for line in self.world.connectwise.additions[agreement["id"]]:
                if self._is_live(agreement, line):
                    client = f"connectwise:{agreement['company']['id']}"
                    lines[f"{client}|connectwise:{line['product']['id']}|*"].append(line)
        found = {key: (class_, Decimal(0), None, None, None) for key, class_ in self.unmapped.items()}
        found |= {key: ("excluded", Decimal(0), Decimal(0), None, Decimal(0)) for key in self.excluded}
        for key in lines.keys() | self.sums.keys():
            found[key] = self._main(key, lines.get(key, []))
        return found

    def _main(self, key: str, lines: list) -> tuple:
        client, product, _ = key.split("|")
        billable = [line for line in lines if line["billCustomer"] == "Billable"]
        included = sum((_number(line["lessIncluded"]) for line in billable), Decimal(0))
        billed = sum((_number(line["quantity"]) for line in billable), Decimal(0)) - included
        catalog = {f"connectwise:{i['id']}": i for i in self.world.connectwise.catalog}
        price = _number(catalog[product]["price"]) or None
        if billable:
            price = _number(max(billable, key=lambda line: (line["effectiveDate"], line["id"]))["unitPrice"])
        rule = self.counting.get(product)
        if rule is None:
            return "unmapped_product", billed, None, price, None
        if rule["basis"] == "fixed":
            return "matched", billed, billed, price, Decimal(0) if price is not None else None
        system = rule[f"{rule['basis']}_source"]
        if system == GRAPH and client in self.refused_clients:
            return "not_assessed", billed, None, price, None
        if billed > 0 and (client, system) not in self.present and system in self.stray_systems:
            return "unmapped_client", billed, None, price, None
        expected = max(Decimal(0), self.sums[key][rule["basis"]] - included)
        if expected > 0 and not lines:
            class_ = "unbilled"
        elif billed > 0 and expected == 0 and system not in self.records[key]:
            class_ = "orphan_billing"
        else:
            class_ = "underbilled" if expected > billed else "overbilled" if expected < billed else "matched"
        impact = None if price is None else ((expected - billed) * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return class_, billed, expected, price, impact
