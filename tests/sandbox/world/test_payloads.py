"""Control totals and relations inside the rendered payloads, as a vendor's own books would hold them."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from json import dumps

CENT = Decimal("0.01")


def _exact(number) -> Decimal:
    return Decimal(str(number))


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def test_every_pax8_invoice_equals_the_sum_of_its_items(world):
    for invoice in world.pax8.invoices:
        items = world.pax8.invoice_items[invoice["id"]]
        assert sum(_exact(item["total"]) + _exact(item["salesTax"]) for item in items) == _exact(invoice["total"])
        assert sum(_exact(item["amountDue"]) for item in items) == _exact(invoice["total"])
        assert {item["currencyCode"] for item in items} == {invoice["currencyCode"]}


def test_pax8_invoices_stand_on_the_first_of_thirteen_months_up_to_now(world):
    days = sorted({_day(invoice["invoiceDate"]) for invoice in world.pax8.invoices})

    assert len(days) == 13
    assert {day.day for day in days} == {1}
    assert days[-1] == world.clock.date().replace(day=1)
    cycles: Counter = Counter()
    rebilled = _rebilled(world)
    for invoice in world.pax8.invoices:
        start = _day(invoice["invoiceDate"])
        for item in world.pax8.invoice_items[invoice["id"]]:
            if item["type"] == "subscription" and item["subscriptionId"] not in rebilled:
                begins, ends = _day(item["startPeriod"]), _day(item["endPeriod"])
                # Most follow the calendar, some a cycle of their own; all charge a month ahead.
                assert begins.replace(day=1) == start
                assert (ends + timedelta(days=1)).day == begins.day
                assert begins + timedelta(days=27) <= ends < begins + timedelta(days=31)
                cycles[begins.day] += 1
    assert cycles[1] > sum(cycles.values()) / 2
    assert len(cycles) > 1


def test_pax8_invoices_hold_every_kind_of_item(world):
    items = [item for rows in world.pax8.invoice_items.values() for item in rows]

    assert {item["type"] for item in items} == {
        "subscription", "prorate", "service-charge", "service-credit", "invoice-credit",
    }  # fmt: skip
    assert any(item["total"] < 0 for item in items)
    assert any(item["total"] == 0 and item["salesTax"] > 0 for item in items)
    assert any(item["subscriptionId"] is None for item in items)
    assert any(not item["billedByPax8"] and item["total"] == 0 for item in items)
    assert max(Counter(item["id"] for item in items).values()) == 1


def _rebilled(world):
    items = [item for rows in world.pax8.invoice_items.values() for item in rows if item["type"] == "subscription"]
    return {item["subscriptionId"] for item in items if item["total"] < 0}


def test_a_subscription_has_one_closing_item_but_for_tiers_fees_and_what_is_taken_back(world):
    first = world.clock.date().replace(day=1).isoformat()
    standing = [row["id"] for row in world.pax8.invoices if row["status"] != "Credited"]
    rebilled = _rebilled(world)
    closing = Counter(
        (item["subscriptionId"], item["rateType"], item["chargeType"])
        for number in standing
        for item in world.pax8.invoice_items[number]
        if item["type"] == "subscription" and item["startPeriod"][:7] == first[:7]
        and item["subscriptionId"] not in rebilled
    )  # fmt: skip

    assert {count for (_, rate, _), count in closing.items() if rate != "tiered"} == {1}
    assert {count for (_, rate, _), count in closing.items() if rate == "tiered"} == {2}
    assert any(charge == "flat" for _, _, charge in closing)
    assert rebilled


def test_a_credited_document_stays_listed_beside_its_correction(world):
    credited = [row for row in world.pax8.invoices if row["status"] == "Credited"]
    assert len(credited) == 1
    charged = {item["subscriptionId"] for item in world.pax8.invoice_items[credited[0]["id"]]}
    others = [row["id"] for row in world.pax8.invoices if row["invoiceDate"] == credited[0]["invoiceDate"]]
    anew = {i["subscriptionId"] for n in others if n != credited[0]["id"] for i in world.pax8.invoice_items[n]}
    assert charged <= anew


def test_pax8_subscriptions_point_at_companies_and_products_that_exist(world):
    companies = {row["id"] for row in world.pax8.companies}
    products = {row["id"] for row in world.pax8.products}

    assert {row["companyId"] for row in world.pax8.subscriptions} <= companies
    assert {row["productId"] for row in world.pax8.subscriptions} <= products
    assert {"Active", "Cancelled", "Trial"} <= {row["status"] for row in world.pax8.subscriptions}
    several = Counter((row["companyId"], row["productId"]) for row in world.pax8.subscriptions)
    assert max(several.values()) >= 3
    order = [row["createdDate"] for row in world.pax8.subscriptions]
    assert order == sorted(order)


def test_consumed_units_are_the_users_that_hold_the_licence(world):
    graph = world.microsoft_graph
    assert set(graph.users) == set(graph.subscribed_skus) == set(graph.organizations)
    for tenant, skus in graph.subscribed_skus.items():
        held = Counter(licence["skuId"] for user in graph.users[tenant] for licence in user["assignedLicenses"])
        assert {sku["skuId"]: sku["consumedUnits"] for sku in skus if sku["consumedUnits"]} == dict(held)
        assert len({sku["skuId"] for sku in skus}) == len(skus)
        assert len({user["id"] for user in graph.users[tenant]}) == len(graph.users[tenant])


def test_prepaid_units_are_the_live_subscriptions_of_the_tenant(world):
    graph = world.microsoft_graph
    for tenant, skus in graph.subscribed_skus.items():
        totals: dict[str, int] = defaultdict(int)
        for row in graph.directory_subscriptions[tenant]:
            totals[row["skuId"]] += row["totalLicenses"]
        for sku in skus:
            assert sku["prepaidUnits"]["enabled"] + sku["prepaidUnits"]["warning"] == totals[sku["skuId"]]
            known = {row["id"] for row in graph.directory_subscriptions[tenant]}
            assert set(sku["subscriptionIds"]) <= known


def test_directory_subscriptions_meet_the_distributors(world):
    at_pax8 = {row["vendorSubscriptionId"]: row["quantity"] for row in world.pax8.subscriptions}
    graph = world.microsoft_graph
    resold = [row for rows in graph.directory_subscriptions.values() for row in rows if row["ownerTenantId"]]

    assert resold
    assert {row["ownerTenantId"] for row in resold} == {graph.partner_tenant_id}
    for row in resold:
        assert at_pax8[row["commerceSubscriptionId"]] == row["totalLicenses"]


def test_the_partners_own_tenant_stands_in_neither_list(world):
    graph = world.microsoft_graph
    listed = {row["customerId"] for row in graph.contracts}
    delegated = {row["tenantId"] for row in graph.delegated_admin_customers}

    assert graph.partner_tenant_id not in listed | delegated
    assert listed | delegated | {graph.partner_tenant_id} == set(graph.users)
    assert listed - delegated
    assert delegated - listed
    assert graph.refused_tenants
    assert graph.refused_tenants <= set(graph.users)


def _lines(world):
    agreements = {row["id"]: row for row in world.connectwise.agreements}
    for agreement_id, additions in world.connectwise.additions.items():
        for line in additions:
            yield agreements[agreement_id], line


def _is_live(agreement: dict, line: dict, day: date) -> bool:
    end = agreement.get("endDate")
    return (
        line["billCustomer"] == "Billable"
        and _day(line["effectiveDate"]) <= day
        and ("cancelledDate" not in line or _day(line["cancelledDate"]) > day)
        and _day(agreement["startDate"]) <= day
        and (agreement["noEndingDateFlag"] or end is None or _day(end) >= day)
        and (not agreement["cancelledFlag"] or _day(agreement["dateCancelled"]) > day)
    )


def test_every_psa_invoice_is_the_sum_of_the_lines_live_on_its_date(world):
    due: dict[tuple[int, date], Decimal] = defaultdict(Decimal)
    days = {_day(row["date"]) for row in world.connectwise.invoices}
    # Other cycles have documents in other months.
    monthly = [(one, line) for one, line in _lines(world) if one["billingCycle"]["name"] == "Monthly"]
    for agreement, line in monthly:
        billed = _exact(line.get("billedQuantity", line["quantity"] - line["lessIncluded"]))
        for day in days:
            if _is_live(agreement, line, day):
                due[agreement["id"], day] += (_exact(line["unitPrice"]) * billed).quantize(CENT, ROUND_HALF_UP)

    assert len(days) == 13
    assert max(days) == world.clock.date().replace(day=1)
    invoiced = {(row["agreement"]["id"], _day(row["date"])): row for row in world.connectwise.invoices}
    assert len(invoiced) == len(world.connectwise.invoices)
    assert set(invoiced) == {key for key, amount in due.items() if amount}
    for key, row in invoiced.items():
        assert _exact(row["subtotal"]) == due[key]
        assert _exact(row["subtotal"]) + _exact(row["salesTax"]) == _exact(row["total"])


def test_lines_tell_a_history_of_cancelled_and_new_ones(world):
    today = world.clock.date()
    lines = [line for _, line in _lines(world)]

    assert any(_day(line["effectiveDate"]) > today for line in lines)
    assert any(line.get("cancelledDate", "")[:10] == today.isoformat() for line in lines)
    assert any(_day(line["cancelledDate"]) > today for line in lines if "cancelledDate" in line)
    assert any("billedQuantity" not in line for line in lines)
    assert any(line["lessIncluded"] for line in lines)
    assert {line["billCustomer"] for line in lines} == {"Billable", "NoCharge", "DoNotBill"}
    assert all(_day(line["cancelledDate"]) >= _day(line["effectiveDate"]) for line in lines if "cancelledDate" in line)
    assert max(Counter(line["id"] for line in lines).values()) == 1


def test_companies_tell_the_psas_untidiness(world):
    companies = world.connectwise.companies
    names = Counter(row["name"] for row in companies)
    live = {row["name"] for row in companies if not row["deletedFlag"]}

    assert any(row["deletedFlag"] and row["name"] in live for row in companies)
    assert any(row["status"]["name"] == "Inactive" and not row["deletedFlag"] for row in companies)
    assert any("parentCompany" in row for row in companies)
    assert max(names.values()) == 2
    assert max(Counter(row["id"] for row in companies).values()) == 1
    tenants = Counter(f["value"] for row in companies for f in row["customFields"] if f["value"])
    assert set(tenants.values()) == {1}
    assert {row["website"].rsplit(".", 1)[1] for row in companies} == {"example"}


def test_devices_come_in_every_state(world):
    devices = world.ninjaone.devices
    now = world.clock.timestamp()
    ages = [(now - row["lastContact"]) / 86_400 for row in devices]

    assert {row["approvalStatus"] for row in devices} == {"APPROVED", "PENDING", "STAGED", "DECOMMISSIONED"}
    assert any(age > 30 for age in ages)
    assert all(0 < age < 21 or age > 33 for age in ages)
    assert len({row["nodeClass"] for row in devices}) >= 6
    assert [row["id"] for row in devices] == sorted({row["id"] for row in devices})
    assert {row["organizationId"] for row in devices} <= {row["id"] for row in world.ninjaone.organizations}


def test_every_computer_reports_a_serial_number_though_not_always_its_own(world):
    classes = ("WINDOWS_SERVER", "LINUX_SERVER", "WINDOWS_WORKSTATION", "MAC")
    devices = world.ninjaone.devices
    computers = {row["id"] for row in devices if row["nodeClass"] in classes}
    reported = {row["deviceId"]: row["serialNumber"] for row in world.ninjaone.computer_systems}

    assert computers <= set(reported)
    several = {serial for serial, records in Counter(reported.values()).items() if records > 1}
    assert several & {"To be filled by O.E.M.", "Default string", "0", "None", "System Serial Number"}
    assert any(len(serial) == 7 and serial.isalnum() for serial in several), "no machine has two records"
    names = Counter(row["systemName"] for row in devices if row["id"] in computers)
    assert names.pop("DESKTOP") >= 4
    assert max(names.values()) == 1


def test_machines_share_a_hardware_id_or_none_where_a_plant_says_so(world):
    serials = {row["deviceId"]: row["serialNumber"] for row in world.ninjaone.computer_systems}
    said = defaultdict(list)
    for row in world.ninjaone.devices:
        said[row["uid"]].append(serials.get(row["id"]))

    blank = said.pop("00000000-0000-0000-0000-000000000000")
    assert len(blank) >= 4
    placeholders = {"To be filled by O.E.M.", "Default string", "0", "None", "System Serial Number"}
    assert set(blank) <= placeholders
    shared = [set(numbers) for numbers in said.values() if len(numbers) > 1]
    assert any(numbers <= placeholders for numbers in shared), "no machine is known by its hardware id alone"
    assert any(len(numbers & placeholders) == 1 == len(numbers - placeholders) for numbers in shared)
    assert any(len(numbers) == 2 and not numbers & placeholders for numbers in shared), "no disk was copied"


def test_payloads_are_json(world):
    for system in (world.connectwise, world.pax8, world.ninjaone):
        for name in system.__slots__:
            dumps(getattr(system, name))
    dumps(world.microsoft_graph.users)
    dumps(world.microsoft_graph.subscribed_skus)
