"""A naive reconciliation over payloads, row by row: what a careful person with the rule book would find.

It shares nothing with the plan, the truth or the pipeline, so that a payload that says something else than was meant
shows up. Slow and simple on purpose.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world import World

PLACEHOLDERS = {"To be filled by O.E.M.", "Default string", "0", "None", "System Serial Number"}
NO_HARDWARE = "00000000-0000-0000-0000-000000000000"
GRAPH, PAX8, NINJAONE = "microsoft_graph", "pax8", "ninjaone"


def _number(value) -> Decimal:
    return Decimal(str(value))


def _site(website: str) -> str:
    return website.split("://")[-1].removeprefix("www.")


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


class Reference:
    def __init__(self, world: World) -> None:
        self.world = world
        self.today = world.clock.date()
        self.rules = world.rules
        self.counting = {r["product_id"]: r for r in self._in_force(self.rules.counting)}
        self.client_map = self._client_map()
        self.items = {r["item_id"]: r["product_id"] for r in self._in_force(self.rules.item_map)}
        self.product_map = self._product_map()
        self.refused_clients = {self.client_map.get((GRAPH, t)) for t in world.microsoft_graph.refused_tenants}
        self.sums = defaultdict(lambda: defaultdict(Decimal))
        self.records = defaultdict(set)  # main key -> systems with a counted or excluded row
        self.unmapped: dict[str, str] = {}  # key -> class
        self.excluded: set[str] = set()
        self.weak: set[str] = set()  # excluded and unmapped keys that rest on an account mapped by its name alone
        self.stray_systems: set[str] = set()
        self.costs = defaultdict(
            list
        )  # main key -> (side, (cost, currency), commitment's end, quantity) of counted Pax8 rows
        self.uninvoiced: set[tuple[str, str]] = set()  # account and product of subscriptions that await an invoice
        self.waiting: set[str] = set()  # main keys that they stand on
        self.old_seats: set[tuple[str, str]] = set()  # account and product of subscriptions older than this month
        self.owned_before: set[str] = set()  # main keys that they stand on
        self.duplicated: set[str] = set()  # main keys with records of a machine that is counted already
        self.agreement_of: dict[int, dict] = {}

    def _in_force(self, rows):
        day = self.today.isoformat()
        return [r for r in rows if r["valid_from"] <= day and (not r["valid_to"] or r["valid_to"] > day)]

    def _client_map(self):
        live = {str(c["id"]) for c in self.world.connectwise.companies if not c["deletedFlag"]}
        sites = {str(c["id"]): _site(c["website"]) for c in self.world.connectwise.companies}
        ids = defaultdict(list)
        for company in self.world.pax8.companies:
            if company["externalId"] in live:
                ids[company["externalId"]].append(company)
        # A typed id needs a second proof, and in these worlds every company has a site of its own.
        known = {
            (PAX8, found[0]["id"]): f"connectwise:{i}"
            for i, found in ids.items()
            if len(found) == 1 and _site(found[0]["website"]) == sites[i]
        }
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
        charges = self._charges_of_today()
        for sub in self.world.pax8.subscriptions:
            is_over = sub["endDate"] is not None and _day(sub["endDate"]) <= self.today
            is_ahead = _day(sub["startDate"]) > self.today
            if is_over or is_ahead or sub["billingTerm"] in ("One-Time", "Activation"):
                yield PAX8, sub["companyId"], sub["productId"], sub["id"], "owned", 0, "idle"
            else:
                term = sub["commitmentTerm"]
                if _day(sub["startDate"]) < self.today.replace(day=1):
                    self.old_seats.add((sub["companyId"], sub["productId"]))
                if sub["status"] != "Trial" and sub["id"] not in charges:
                    self.uninvoiced.add((sub["companyId"], sub["productId"]))
                asked = _number(sub["partnerCost"]), sub["currencyCode"]
                # A term of a month rolls on: nobody is bound by it.
                until = _day(term["endDate"]) if term and term["term"].endswith("-Year") else None
                cost = "owned", asked, until, sub["quantity"]
                yield PAX8, sub["companyId"], sub["productId"], sub["id"], "owned", sub["quantity"], cost
        for items in charges.values():
            item, units = items[0], self._units(items)
            if units:
                cost = "charged", (_number(item["cost"]), item["currencyCode"]), None, units
                yield PAX8, item["companyId"], item["productId"], item["id"], "charged", units, cost
        newest = self._newest_record_of_each_machine()
        for device in self.world.ninjaone.devices:
            if device["approvalStatus"] in ("PENDING", "STAGED"):
                continue
            state = "retired" if device["approvalStatus"] == "DECOMMISSIONED" else device["lastContact"]
            if state != "retired" and newest.get(device["id"], device["id"]) != device["id"]:
                state = "duplicate"
            yield NINJAONE, str(device["organizationId"]), device["nodeClass"], str(device["id"]), "used", 1, state

    def _charges_of_today(self) -> dict[str, list]:
        """What documents that stand charge for seats today, by subscription; what the client pays itself among them."""
        found = defaultdict(list)
        standing = [i["id"] for i in self.world.pax8.invoices if i["status"] not in ("Credited", "Void")]
        for item in (item for number in standing for item in self.world.pax8.invoice_items[number]):
            holds_today = _day(item["startPeriod"]) <= self.today <= _day(item["endPeriod"])
            if item["type"] == "subscription" and item["term"] == "Monthly" and holds_today:
                found[item["subscriptionId"]].append(item)
        return found

    def _units(self, items: list) -> Decimal:
        """In these worlds charges and what is taken back of them leave the closing quantity, fees left aside."""
        fees = [item for item in items if item["chargeType"] == "flat" and len(items) > 1]
        return sum(
            (
                _number(item["quantity"]) * (-1 if item["total"] < 0 else 1)
                for item in items
                if item["billedByPax8"] and item not in fees
            ),
            Decimal(0),
        )

    def _newest_record_of_each_machine(self) -> dict[int, int]:
        serials = {row["deviceId"]: row["serialNumber"] for row in self.world.ninjaone.computer_systems}
        live = [device for device in self.world.ninjaone.devices if device["approvalStatus"] == "APPROVED"]
        machine = {device["id"]: device["id"] for device in live}  # device -> a record of the same machine

        def unite(key_of, wanted) -> None:
            first = {}
            for device in filter(wanted, live):
                one, other = first.setdefault(key_of(device), device), device
                one, other = machine[one["id"]], machine[other["id"]]
                if one != other:
                    machine.update({device_id: one for device_id, found in machine.items() if found == other})

        def serial(device):
            found = serials.get(device["id"])
            return None if found in PLACEHOLDERS else found

        since = {device["id"]: (device["created"], device["lastContact"]) for device in live}

        def lives_side_by_side(records) -> bool:
            spans = sorted(since[device["id"]] for device in records)
            return any(older[1] > younger[0] for n, younger in enumerate(spans) for older in spans[:n])

        by_serial = defaultdict(list)
        for device in live:
            by_serial[serial(device)].append(device)
        nobodys = {number for number, records in by_serial.items() if lives_side_by_side(records)}
        unite(serial, lambda device: serial(device) and serial(device) not in nobodys)
        # An id that two serial numbers say proves nothing of the machines that say one, and no world has a third.
        said = defaultdict(set)
        for device in live:
            said[device["uid"]].add(serial(device))
        unite(
            lambda device: (device["organizationId"], device["uid"]),
            lambda device: device["uid"] != NO_HARDWARE and None in said[device["uid"]],
        )
        newest = {}
        for device in sorted(live, key=lambda device: (device["lastContact"], device["id"])):
            newest[machine[device["id"]]] = device["id"]
        return {device["id"]: newest[machine[device["id"]]] for device in live}

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
        is_weak = any(
            (r["source_system"], r["account_id"], r["method"]) == (system, account, "name")
            for r in self._in_force(self.rules.client_map)
        )
        product = self.product_map.get((system, vendor_product))
        item = product or f"{system}:{vendor_product}"
        rule = self.counting.get(product)
        limit = rule["inactive_days"] if rule and rule[f"{side}_source"] == system == NINJAONE else None
        is_known_time = state not in ("retired", "duplicate")
        is_silent = bool(limit) and is_known_time and self.world.clock.timestamp() - state > int(limit) * 86_400
        if is_silent and (client is None or self._is_excluded(client, system, vendor_product, record)):
            if client is not None:
                self.records[f"{client}|{item}|*"].add(system)
            return
        if client is None:
            self.unmapped[f"{system}:{account}|{item}|*"] = "unmapped_client"
            return
        key = f"{client}|{item}|*"
        if state in ("retired", "idle"):
            self.records[key].add(system)
            return
        if state == "duplicate":
            self.records[key].add(system)
            self.duplicated.add(key)
            return
        if self._is_excluded(client, system, vendor_product, record):
            self.excluded.add(f"{key}|excluded")
            if is_weak:
                self.weak.add(f"{key}|excluded")
            self.records[key].add(system)
            return
        if rule is None:
            self.unmapped[f"{client}|{system}:{vendor_product}|*"] = "unmapped_product"
            if is_weak:
                self.weak.add(f"{client}|{system}:{vendor_product}|*")
            return
        if rule[f"{side}_source"] != system:
            return
        self.records[key].add(system)
        if system == PAX8:
            self.costs[key].append(state)
            if side == "owned" and (account, vendor_product) in self.uninvoiced:
                self.waiting.add(key)
            if side == "owned" and (account, vendor_product) in self.old_seats:
                self.owned_before.add(key)
        if is_silent:
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
            and agreement["agreementStatus"] != "Inactive"
            and (not agreement["oneTimeFlag"] or self._first_month(agreement, line) == day.replace(day=1))
            and (not agreement["cancelledFlag"] or _day(agreement["dateCancelled"]) > day)
        )

    @staticmethod
    def _first_month(agreement, line) -> date:
        return max(_day(line["effectiveDate"]), _day(agreement["startDate"])).replace(day=1)

    @staticmethod
    def _of_a_month(agreement, line):
        """The line with what it costs in a month, whatever its agreement's prices are for."""
        months = {"Monthly": 1, "Quarterly": 3, "Annually": 12, "One Time": 1}[agreement["billingCycle"]["name"]]
        return line | {name: _number(line[name]) / months for name in ("unitPrice", "unitCost")}

    def rows(self) -> dict[str, tuple]:
        """line_key -> (class, billed, expected, unit_price, revenue_impact, flags); unit price of main rows only."""
        self.exclusions = self._in_force(self.rules.exclusions)
        accounts = [(GRAPH, t) for t in self.world.microsoft_graph.users]
        accounts += [(PAX8, c["id"]) for c in self.world.pax8.companies]
        accounts += [(NINJAONE, str(o["id"])) for o in self.world.ninjaone.organizations]
        self.stray_systems = {system for system, account in accounts if (system, account) not in self.client_map}
        self.present = {(client, system) for (system, _), client in self.client_map.items()}
        for row in self._vendor_rows():
            self._place(row)
        lines = defaultdict(list)
        self.starting = defaultdict(list)
        for agreement in self.world.connectwise.agreements:
            self.agreement_of[agreement["id"]] = agreement
            for line in self.world.connectwise.additions[agreement["id"]]:
                item = f"connectwise:{line['product']['id']}"
                key = f"connectwise:{agreement['company']['id']}|{self.items.get(item, item)}|*"
                line = self._of_a_month(agreement, line)
                if self._is_live(agreement, line):
                    lines[key].append(line)
                elif _day(line["effectiveDate"]) > self.today and self._is_live(
                    agreement, line | {"effectiveDate": self.today.isoformat()}
                ):
                    self.starting[key].append(line)
        weak = dict.fromkeys(self.weak, ("weak_match",))
        found = {
            key: (class_, Decimal(0), None, None, None, weak.get(key, ())) for key, class_ in self.unmapped.items()
        }
        found |= {
            key: ("excluded", Decimal(0), Decimal(0), None, Decimal(0), weak.get(key, ())) for key in self.excluded
        }
        for key in lines.keys() | self.sums.keys():
            for part, own in self._parts(key, lines.get(key, [])).items():
                found[part] = self._main(part, own)
        return found

    def _parts(self, key: str, lines: list) -> dict[str, list]:
        """The lines of a product by agreement, as far as terms name one, each with its share of the units."""
        client, product, _ = key.split("|")
        named = {
            rule["agreement_id"]: rule
            for rule in self._in_force(self.rules.terms)
            if rule["client_id"] == client and rule["agreement_id"] != "*" and rule["product_id"] in ("*", product)
        }
        if not named:
            return {key: lines}
        owners = {f"connectwise:{line['agreementId']}" for line in lines + self.starting[key]}
        owners |= {agreement for agreement, rule in named.items() if rule["product_id"] == product}
        if not owners:
            own = [a for a in self.world.connectwise.agreements if f"connectwise:{a['company']['id']}" == client]
            live = [a for a in own if self._is_live(a, {"effectiveDate": a["startDate"]})]
            owners = {f"connectwise:{min(live, key=lambda a: (_day(a['startDate']), a['id']))['id']}"}
        start = {f"connectwise:{a['id']}": (_day(a["startDate"]), a["id"]) for a in self.world.connectwise.agreements}
        parts: dict[str, list] = {}
        starting = self.starting.pop(key, [])
        for owner in sorted(owners, key=start.__getitem__):
            part = f"{client}|{product}|{owner if owner in named else '*'}"
            parts.setdefault(part, []).extend(ln for ln in lines if f"connectwise:{ln['agreementId']}" == owner)
            self.starting[part] += [ln for ln in starting if f"connectwise:{ln['agreementId']}" == owner]
            self.records[part], self.costs[part] = self.records[key], self.costs[key]
            if key in self.duplicated:
                self.duplicated.add(part)
        for side, left in list(self.sums[key].items()):
            for wanted in ("included", "billed"):
                for part, own in parts.items():
                    billable = [line for line in own if line["billCustomer"] == "Billable"]
                    included = sum((_number(line["lessIncluded"]) for line in billable), Decimal(0))
                    quantity = sum((_number(line["quantity"]) for line in billable), Decimal(0))
                    share = min(left, included if wanted == "included" else quantity - included)
                    self.sums[part][side] = (self.sums[part][side] if wanted == "billed" else 0) + share
                    left -= share
            self.sums[next(iter(parts))][side] += left
        return parts

    def _terms(self, client: str, product: str, scope: str) -> dict:
        """Each term from the narrowest rule that states it."""
        agreement = scope if scope != "*" else None
        found: dict = {}
        for wanted in ((agreement, product), ("*", product), (agreement, "*"), ("*", "*")):
            for rule in self._in_force(self.rules.terms):
                if rule["client_id"] == client and (rule["agreement_id"], rule["product_id"]) == wanted:
                    found |= {name: value for name, value in rule.items() if value and name not in found}
        return found

    def _clears(self, key: str, billable: list, census: Decimal | None, least: Decimal, *, is_owned: bool) -> bool:
        after = (self.today.replace(day=1) + timedelta(days=63)).replace(day=1)
        ending = [ln for ln in billable if "cancelledDate" in ln and self.today < _day(ln["cancelledDate"]) < after]
        starting = [
            line
            for line in self.starting[key]
            if line["billCustomer"] == "Billable"
            and _day(line["effectiveDate"]) < after
            and ("cancelledDate" not in line or _day(line["cancelledDate"]) >= after)
        ]
        if not ending and not starting:
            return False
        if not billable and census is not None and is_owned and key in self.owned_before:
            return False
        later = [line for line in billable if line not in ending] + starting
        included = sum((_number(line["lessIncluded"]) for line in later), Decimal(0))
        billed = sum((_number(line["quantity"]) for line in later), Decimal(0)) - included
        return billed == max(least, billed if census is None else max(Decimal(0), census - included))

    def _flags(self, key: str, billable: list, rule: dict, terms: dict, price: Decimal | None, credits=()) -> set[str]:
        client = key.split("|")[0]
        flags = set()
        prices = {price for price, _ in self._rows_in_order(billable, list(credits))}
        if sum(line["quantity"] > line["lessIncluded"] and line["unitPrice"] != 0 for line in billable) > 1:
            flags.add("possible_double_billing")
        currencies = {self.agreement_of[line["agreementId"]]["currency"]["currencyCode"] for line in billable}
        signed = terms.get("contract_price")
        if billable and signed and (prices != {_number(signed)} or currencies != {terms["currency"]}):
            flags.add("price_drift")
        costs = self.costs[key]
        asked = self._asked(costs, ("owned",) if key in self.waiting else ("charged", "owned"))
        cost = self._in_own_money(*asked, currencies) if billable and asked else None
        if cost is not None:
            for recorded in (_number(line["unitCost"]) for line in billable):
                # What came by a rate is recorded to the cent, or to as many decimals as the PSA's own cost has.
                decimals = max(2, len(str(recorded).partition(".")[2]))
                rounded = cost.quantize(Decimal(10) ** -decimals, ROUND_HALF_UP)
                if recorded != (cost if asked[1] in currencies else rounded):
                    flags.add("cost_drift")
            floor = _number(terms.get("margin_floor_percent") or 0)
            if price is not None and floor and price - cost < price * floor / 100:
                flags.add("margin_below_floor")
        sums = self.sums[key]
        present = self.present - {(refused, GRAPH) for refused in self.refused_clients}
        known = {side for side in ("owned", "used", "charged") if (client, rule[f"{side}_source"]) in present}
        if "owned" not in known:
            return flags
        if "charged" in known and key not in self.waiting and sums["charged"] > sums["owned"]:
            flags.add("vendor_overcharge")
        if "used" in known and sums["used"] > sums["owned"]:
            flags.add("over_assigned")
        ends = [end for side, _, end, _ in costs if side == "owned" and end is not None and end >= self.today]
        if "used" in known and sums["owned"] > sums["used"] and ends:
            flags.add("committed_unused")
        if any((end - self.today).days <= 30 for end in ends):
            flags.add("renewal_due")
        return flags

    def _asked(self, costs: list, sides: tuple) -> tuple[Decimal, str] | None:
        """What a unit costs on the average of all units of the first side that has any."""
        for side in sides:
            found = [(cost, _number(quantity)) for s, cost, _, quantity in costs if s == side]
            if found:
                units = sum(quantity for _, quantity in found)
                whole = sum(cost * quantity for (cost, _), quantity in found)
                return (whole / units).quantize(Decimal("0.000001"), ROUND_HALF_UP), found[0][0][1]
        return None

    def _in_own_money(self, cost: Decimal, currency: str, own: set[str]) -> Decimal | None:
        """A vendor's cost in the one currency that the client pays in; None where no rate leads there."""
        if currency in own:
            return cost
        rates = [r for r in self._in_force(self.rules.exchange_rates) if r["from_currency"] == currency]
        found = [_number(r["rate"]) for r in rates if {r["to_currency"]} == own]
        return cost * found[0] if found else None

    def _main(self, key: str, lines: list) -> tuple:
        class_, billed, expected, price, impact, flags = self._judge(key, lines)
        if key in self.duplicated:
            flags = flags | {"duplicate_device"}
        if any(line["billCustomer"] == "Billable" and line["unitPrice"] == 0 for line in lines):
            flags = flags | {"zero_price"}
        if self._rests_on_a_name(key):
            flags = flags | {"weak_match"}
        return class_, billed, expected, price, impact, tuple(sorted(flags))

    def _rests_on_a_name(self, key: str) -> bool:
        client, product, scope = key.split("|")
        rule = self.counting.get(product, {})
        basis = self._terms(client, product, scope).get("basis") or rule.get("basis")
        named = [r for r in self._in_force(self.rules.client_map) if r["method"] == "name"]
        return (client, rule.get(f"{basis}_source")) in {(r["client_id"], r["source_system"]) for r in named}

    def _judge(self, key: str, lines: list) -> tuple:
        client, product, scope = key.split("|")
        billable = [line for line in lines if line["billCustomer"] == "Billable"]
        credits = [line for line in billable if line["unitPrice"] < 0]
        billable = [line for line in billable if line["unitPrice"] >= 0]
        included = sum((_number(line["lessIncluded"]) for line in billable), Decimal(0))
        billed = sum((_number(line["quantity"]) for line in billable), Decimal(0)) - included
        catalog = {f"connectwise:{i['id']}": i for i in self.world.connectwise.catalog}
        price = _number(catalog[product]["price"]) or None
        if billable:
            price, *_ = (row[0] for row in self._rows_in_order(billable, credits))
        paid = price
        rule = self.counting.get(product)
        nothing: set[str] = set()
        if rule is None:
            return "unmapped_product", billed, None, price, None, nothing
        terms = self._terms(client, product, scope)
        signed = self._signed(client, terms)
        price = price if signed is None else signed
        basis = terms.get("basis") or rule["basis"]
        system = rule.get(f"{basis}_source", "")
        if system == GRAPH and client in self.refused_clients:
            return "not_assessed", billed, None, price, None, nothing
        if billed > 0 and system and (client, system) not in self.present and system in self.stray_systems:
            return "unmapped_client", billed, None, price, None, self._flags(key, billable, rule, terms, paid, credits)
        least = _number(terms["minimum_quantity"]) if terms.get("minimum_scope") == "line" else Decimal(0)
        census = None if basis == "fixed" else self.sums[key][basis]
        fixed = _number(terms["fixed_quantity"]) if terms.get("fixed_quantity") else billed
        reduced = fixed if census is None else max(Decimal(0), census - included)
        expected = max(least, reduced)
        allowed = [r for r in self._in_force(self.rules.tolerances) if r["product_id"] == product]
        own = [r for r in allowed if r["client_id"] == client] or [r for r in allowed if r["client_id"] == "*"]
        tolerance = _number(own[0]["tolerance"]) if own else Decimal(0)
        if expected != billed and self._clears(key, billable, census, least, is_owned=basis == "owned"):
            class_ = "timing"
        elif expected > 0 and not lines:
            class_ = "unbilled"
        elif billed > 0 and expected == 0 and basis != "fixed" and system not in self.records[key]:
            class_ = "orphan_billing"
        elif abs(expected - billed) > tolerance:
            class_ = "underbilled" if expected > billed else "overbilled"
        elif expected == billed:
            class_ = "matched_minimum" if least > reduced else "matched"
        else:
            class_ = "matched_tolerance"
        flags = self._flags(key, billable, rule, terms, paid, credits)
        if price is None:
            return class_, billed, expected, price, None, flags
        worth, rest = (expected - billed) * price, billed - expected
        if rest > 0 and signed is None:
            worth = Decimal(0)
            for own, units in self._rows_in_order(billable, credits):
                worth, rest = worth - min(rest, units) * own, rest - min(rest, units)
        return class_, billed, expected, price, worth.quantize(Decimal("0.01"), ROUND_HALF_UP), flags

    @staticmethod
    def _rows_in_order(billable: list, credits: list) -> list:
        """(price less credits, units) of each line, that with the most units first: in this order they would change."""
        rows = []
        for line in billable:
            units, price = _number(line["quantity"]) - _number(line["lessIncluded"]), _number(line["unitPrice"])
            mine = [c for c in credits if (c["agreementId"], c["quantity"]) == (line["agreementId"], line["quantity"])]
            order = price != 0, units, line["effectiveDate"], line["id"]
            rows.append((order, price + sum((_number(c["unitPrice"]) for c in mine), Decimal(0)), units))
        return [(price, units) for _, price, units in sorted(rows, reverse=True)]

    def _signed(self, client: str, terms: dict) -> Decimal | None:
        """The price that was signed, where it was signed in the money that the client pays in."""
        company = int(client.partition(":")[2])
        own = {
            a["currency"]["currencyCode"] for a in self.world.connectwise.agreements if a["company"]["id"] == company
        }
        return _number(terms["contract_price"]) if terms.get("contract_price") and terms["currency"] in own else None
