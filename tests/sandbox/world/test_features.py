"""What a world holds when its features are on: each planted, each by itself, and the guide's examples to the unit."""

import csv
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest

from sandbox.world import generate
from sandbox.world.features import ALL, INACTIVE_SEATS, chosen
from tests.sandbox.world.conftest import CLOCKS
from tests.sandbox.world.test_generate import CLASSES, FLAGS

CLOCK = datetime(2026, 6, 30, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module", params=CLOCKS, ids=lambda seed: f"seed{seed}")
def full(request):
    return generate(request.param, clock=CLOCKS[request.param], features=ALL)


@pytest.fixture(scope="module")
def june():
    return generate(8, clock=CLOCK, features=ALL)


def _rows(world, note):
    return [row for row in world.truth if row.note == note]


def _by_product(world, client_id):
    """(product, part) -> row of one client."""
    rows = [row for row in world.truth if row.client_id == client_id]
    return {tuple(row.line_key.split("|")[1::2] + row.line_key.split("|")[3:])[:2]: row for row in rows}


@pytest.mark.parametrize("seed", range(200, 220))
def test_every_class_and_every_flag_of_the_guide_is_planted_for_any_seed(seed):
    truth = generate(seed, clock=CLOCK, features=ALL).truth
    classes = Counter(row.class_ for row in truth)
    flags = Counter(flag for row in truth for flag in row.flags)

    assert set(classes) == {*CLASSES, "unallocated", "covered_by_bundle"}
    # A repeated finding needs an earlier month (test_history.py), a weak match an audit of two files.
    assert set(flags) == {
        *FLAGS, "inactive_seat", "shared_mailbox_licensed", "coverage_gap", "source_restated", "rule_difference",
        "amount_difference",
    }  # fmt: skip
    assert min(classes.values()) >= 2, classes
    assert min(flags.values()) >= 2, flags


@pytest.mark.parametrize("feature", sorted(ALL - {INACTIVE_SEATS}))
def test_a_feature_changes_nothing_that_stands_without_it(feature):
    plain, other = generate(9, 40, CLOCK, features=[]), generate(9, 40, CLOCK, features=[feature])
    rows = {row.line_key: row for row in other.truth}

    assert all(rows[row.line_key] == row for row in plain.truth)
    assert len(other.truth) > len(plain.truth)


def test_inactive_seats_add_their_flag_and_nothing_else():
    plain, other = generate(9, 40, CLOCK, features=[]), generate(9, 40, CLOCK, features=[INACTIVE_SEATS])

    assert plain.microsoft_graph.users == other.microsoft_graph.users
    assert [row.class_ for row in plain.truth] == [row.class_ for row in other.truth]
    raised = [row for row, before in zip(other.truth, plain.truth, strict=True) if row.flags != before.flags]
    assert raised
    assert all("inactive_seat" in row.flags for row in raised)


def test_an_unknown_feature_is_refused():
    with pytest.raises(ValueError, match="no feature is called bundle; there are bundles"):
        chosen(["bundle"])


def test_a_full_world_is_arithmetic(full):
    assert max(Counter(row.line_key for row in full.truth).values()) == 1
    for row in full.truth:
        if row.class_ in ("not_assessed", "unmapped_client", "unmapped_product", "unallocated"):
            assert row.expected is row.variance is row.revenue_impact is None
        else:
            assert row.variance == row.expected - row.billed


def test_a_shared_tenant_is_split_to_the_last_user_and_the_rest_is_never_spread(full):
    for note, counts, rest in (
        ("shares a tenant by office", (25, 20, 12), 3),
        ("shares a tenant by department", (8, 6, 5), 2),
    ):
        rows = [row for row in _rows(full, note) if "connectwise:774" in row.line_key]
        open_rows = [row for row in rows if row.class_ == "unallocated"]

        assert sorted(row.used for row in rows if row.class_ != "unallocated") == sorted(counts)
        assert [row.used for row in open_rows] == [rest]
        assert open_rows[0].client_id is None
        assert open_rows[0].line_key.endswith("|connectwise:774|*|unallocated")
        tenant = open_rows[0].line_key.split("|")[0].removeprefix("microsoft_graph:")
        held = [user for user in full.microsoft_graph.users[tenant] if user["assignedLicenses"]]
        assert len(held) == sum(counts) + rest
        assert tenant not in {rule["account_id"] for rule in full.rules.client_map}
        assert tenant not in {field["value"] for row in full.connectwise.companies for field in row["customFields"]}, (
            "the PSA names one client for a shared tenant"
        )


def test_what_a_shared_tenant_owns_is_nobodys_and_is_not_assessed(full):
    rows = [
        row for row in full.truth if row.note.startswith("shares a tenant") and "|connectwise:773|*" in row.line_key
    ]

    assert Counter(row.class_ for row in rows) == {"not_assessed": 2, "matched": 4, "unallocated": 2}
    assert all(row.owned is None for row in rows)


def test_example_h_of_the_guide_holds_to_the_unit(full):
    bundle = _rows(full, "complete care one user short")[0]
    mine = {row.line_key.removeprefix(f"{bundle.client_id}|"): row for row in full.truth}
    mine = {key: row for key, row in mine.items() if row.client_id == bundle.client_id}

    assert (bundle.class_, bundle.billed, bundle.expected, bundle.revenue_impact) == (
        "underbilled", 25, 26, Decimal("135.00"),
    )  # fmt: skip
    assert mine["connectwise:772|*|excluded"].used == 1
    assert mine["connectwise:772|*|bundle"].flags == ()
    assert mine["connectwise:812|*|bundle"].flags == mine["connectwise:640|*|bundle"].flags == ("coverage_gap",)
    assert len(mine) == 5, "components have no line of their own"
    assert sum(row.revenue_impact for row in mine.values()) == Decimal("135.00")


def test_what_is_beyond_a_bundle_is_a_line_and_what_is_within_is_not(full):
    for billed, class_ in ((0, "unbilled"), (2, "matched"), (3, "overbilled")):
        bundle = next(
            row for row in full.truth
            if row.note == f"two agents beyond complete care, {billed} billed" and "|connectwise:900|" in row.line_key
        )  # fmt: skip
        agents = [row for row in full.truth if row.line_key == f"{bundle.client_id}|connectwise:812|*"]
        assert [(row.class_, row.billed, row.expected) for row in agents] == [(class_, billed, 2)]
    listed = _rows(full, "complete care with its parts listed")
    assert {row.line_key.split("|")[1] for row in listed if row.billed} == {"connectwise:900"}
    zero = [line for lines in full.connectwise.additions.values() for line in lines if line["product"]["id"] == 772]
    assert any(line["unitPrice"] == 0 for line in zero), "the parts are not on the agreement"


def test_a_bundle_whose_driver_nobody_can_count_covers_nothing_for_certain(full):
    bundle = _rows(full, "complete care behind a tenant that refuses")[0]
    rows = [row for row in full.truth if row.client_id == bundle.client_id]

    assert {row.class_ for row in rows} == {"not_assessed"}
    assert len(rows) == 4


def test_a_group_minimum_falls_first_on_what_is_billed(full):
    expected = {
        "agreement minimum, billed in full": {"812": ("matched_minimum", 10), "774": ("matched", 5)},
        "agreement minimum, billed by use": {"812": ("underbilled", 9), "774": ("matched", 3)},
        "agreement minimum, met": {"812": ("matched", 7), "774": ("overbilled", 5)},
        "pool over two agreements": {"812": ("underbilled", 12), "774": ("matched", 8)},
        "pool, billed in full": {
            "812": ("matched_minimum", 7), "774": ("matched_minimum", 6), "640": ("matched", 4),
        },
        "agreement minimum behind a tenant that refuses": {
            "812": ("not_assessed", None), "774": ("not_assessed", None),
        },
    }  # fmt: skip
    for note, lines in expected.items():
        found = {row.product_id.split(":")[1]: (row.class_, row.expected) for row in _rows(full, note)}
        assert found == lines, note


def test_users_who_are_left_out_are_there_and_not_counted(full):
    for row in _rows(full, "users left out of the count"):
        tenant = _tenant_of(full, row.client_id)
        users = [user for user in full.microsoft_graph.users[tenant] if user["assignedLicenses"]]
        # Four special accounts, one disabled, one guest; the fifth special account's rule has run out.
        assert row.expected == len(users) - 6
        assert row.class_ == "overbilled"
    assert all(row.class_ == "overbilled" for row in _rows(full, "only users left out of the count"))


def _tenant_of(world, client_id):
    company = next(row for row in world.connectwise.companies if f"connectwise:{row['id']}" == client_id)
    named = company["customFields"][0]["value"]
    rules = [rule for rule in world.rules.client_map if not rule["valid_to"]]
    mapped = [rule["account_id"] for rule in rules if rule["client_id"] == client_id]
    return next(tenant for tenant in (named, *mapped) if tenant in world.microsoft_graph.users)


def test_shared_mailboxes_count_and_are_flagged_unless_they_need_the_licence(full):
    flagged = [row for row in full.truth if "shared_mailbox_licensed" in row.flags]

    assert {row.note for row in flagged} == {"shared mailboxes with licences"}
    assert all(row.class_ == "matched" and "inactive_seat" not in row.flags for row in flagged)
    assert all(not row.flags for row in _rows(full, "shared mailbox that needs its licence"))


def test_one_person_at_two_clients_is_billed_once(full):
    excluded = [
        row for row in full.truth if row.class_ == "excluded" and row.note == "taken out by a rule" and row.used == 1
    ]
    named = [rule for rule in full.rules.exclusions if "is billed at connectwise:" in rule["reason"]]

    assert len(named) == 2
    for rule in named:
        assert "@" in rule["source_record_id"]
        assert any(row.client_id == rule["client_id"] for row in excluded)


def test_the_exported_counts_say_what_the_truth_counts(full):
    text = full.inbox.files["seatwatch/daily-counts.csv"]
    counts: dict = {}
    for row in csv.DictReader(StringIO(text)):
        counts.setdefault((row["Organization Id"], row["Product Code"]), {})[row["Usage Date"]] = int(
            row["Active Users"]
        )
    mappings = {rule["account_id"]: rule for rule in full.rules.client_map}
    clients = {account: rule["client_id"] for account, rule in mappings.items()}
    products = {rule["vendor_product_id"]: rule["product_id"] for rule in full.rules.product_map}
    truth = {row.line_key: row for row in full.truth}
    fixed = next(int(rule["count_day"]) for rule in full.rules.counting if rule["counted_when"] == "fixed_day")
    first, last = full.clock.date().replace(day=1).isoformat(), full.clock.date().isoformat()
    seen = Counter()
    for (account, product), days in counts.items():
        row = truth[f"{clients[account]}|{products[product]}|*"]
        # Before the account was the client's, it had none of it.
        since = mappings[account]["valid_from"]
        within = [days[day] if day >= since else 0 for day in sorted(days) if first <= day <= last]
        quantity = {
            "MAIL-LAST": lambda days=days: days[max(days)],
            "MAIL-FIXED": lambda days=days: days[f"{first[:8]}{fixed:02}"],
            "MAIL-PEAK": lambda within=within: max(within),
            "MAIL-AVERAGE": lambda within=within: sum(within) / len(within),
            "MAIL-PRORATED": lambda days=days: days[max(days)],
            "MAIL-CARE": lambda within=within: sum(within) / len(within),
            "MAIL-BASIC": lambda days=days: days[max(days)],
        }[product]
        is_whole = len(within) == full.clock.day
        is_old = max(days) < last
        assert (row.class_ == "not_assessed") == (is_old or (product in ("MAIL-AVERAGE", "MAIL-CARE") and not is_whole))
        by_vendor = {
            "MAIL-CARE": max(within, default=None) if is_whole else None,
            "MAIL-BASIC": days.get(f"{first[:8]}{fixed:02}"),
        }.get(product)
        differs = is_whole and by_vendor not in (None, quantity())
        assert ("rule_difference" in row.flags) == differs
        if differs and row.charged is not None:
            assert ("vendor_overcharge" in row.flags) == (row.charged not in (row.owned, by_vendor))
        if row.class_ != "not_assessed":
            assert row.expected == quantity()
        seen[row.class_] += 1
        assert max(days.values()) <= 100
    # On the first of a month the day that is missing is the newest one.
    assert seen["not_assessed"] == 4 + (full.clock.day == 1)
    assert {"matched", "underbilled", "overbilled"} <= set(seen)


def test_contract_and_vendor_count_by_different_rules_and_only_a_charge_by_neither_is_too_much(june):
    rows = {row.note: row for row in june.truth if "rule" in row.note or "fixed day," in row.note}
    # The last day of June is above the average that was bought, which says nothing of how the vendor counts.
    flags = {note: set(row.flags) - {"over_assigned"} for note, row in rows.items()}

    right, beyond, theirs = (rows[f"{how} the vendor's rule"] for how in ("charged by", "charged beyond", "billed by"))
    assert right.charged > right.owned == right.expected == right.billed
    assert (right.class_, flags[right.note]) == ("matched", {"rule_difference"})
    assert beyond.charged > beyond.owned
    assert (beyond.class_, flags[beyond.note]) == ("matched", {"rule_difference", "vendor_overcharge"})
    assert theirs.charged == theirs.billed
    assert (theirs.class_, flags[theirs.note]) == ("overbilled", {"rule_difference"})
    assert not flags["two rules, one number"] | flags["two rules, a day missing"]
    days = [row for note, row in sorted(rows.items()) if note.startswith("last day beside")]
    assert [(row.class_, flags[row.note]) for row in days] == [
        ("matched", {"rule_difference"}),
        ("underbilled", {"rule_difference"}),
    ]


def test_a_restated_count_is_told_by_the_earlier_file_alone(full):
    now = full.inbox.files["seatwatch/daily-counts.csv"].splitlines()
    before = full.inbox.files["seatwatch/daily-counts-first.csv"].splitlines()

    assert sum(one != other for one, other in zip(now, before, strict=True)) == 2
    assert sum("source_restated" in row.flags for row in full.truth) == 2


def test_example_e_of_the_guide_holds_to_the_cent(june):
    rows = {row.note: row for row in june.truth if row.figures}

    by_days = rows["three seats added within the month, billed by days"].figures
    assert by_days["unit_days"] == 342
    assert by_days["average_quantity"] == Decimal("11.4")
    assert by_days["expected_amount"] == by_days["billed_amount"] == Decimal("250.80")
    assert by_days["amount_variance"] == 0
    whole = rows["three seats added within the month, billed as if there all month"].figures
    assert (whole["billed_amount"], whole["amount_variance"]) == (Decimal("286.00"), Decimal("-35.20"))
    unknown = rows["daily counts with a day missing, mail_prorated"].figures
    assert {name for name, value in unknown.items() if value is None} == {
        "unit_days", "average_quantity", "expected_amount", "amount_variance",
    }  # fmt: skip


def test_the_days_of_a_trial_and_of_another_clients_account_count_nothing(june):
    trial = _rows(june, "daily counts, a trial until a day of the month")[0]
    moved = _rows(june, "daily counts, mapped from a day of the month")[0]
    ended = _rows(june, "daily counts that end before the others")[0]

    whole, days = 30 * trial.used, trial.figures["unit_days"]
    assert (trial.class_, days < whole) == ("matched", True)
    assert trial.figures["amount_variance"] < 0, "billed for the whole month"
    assert (moved.class_, moved.billed) == ("matched", moved.expected)
    assert (ended.class_, ended.used) == ("not_assessed", None)


def test_a_record_that_makes_no_sense_concludes_nothing(full):
    rows = [row for row in full.truth if row.billed is None]

    assert sorted(row.note for row in rows) == [
        "agreement with an unknown status",
        "device with an unknown status",
        "line with a negative quantity",
        "line with a negative quantity, beside a good one",
        "line with an unknown bill mode",
        "subscription with an unknown status",
    ]
    assert {row.class_ for row in rows} == {"not_assessed"}
    lines = [line for additions in full.connectwise.additions.values() for line in additions]
    assert sum(line["quantity"] < 0 for line in lines) == 2
    beside = next(row for row in full.truth if row.note == "beside a device with an unknown status")
    assert (beside.class_, beside.billed, beside.used) == ("matched", 8, 8)
