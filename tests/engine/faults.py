"""The mended faults of the contract cases, put back one by one: a test fails again, and a control of the run notices.

Belongs here: what stood in which model before, by case, and what must come of it. Does not belong here: random changes
of the models (`make mutants`).

The test of a case runs once more with its fault, on a model whose compiled SQL has a text that gives what was given
before. Then it must fail (else the text is no fault of this case), and the named control must have stopped the run.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.engine.project import Engine

# A run that ends because a model cannot be made publishes nothing either.
NO_MODEL = "a model fails"


@dataclass(frozen=True)
class Fault:
    """A text of one model's compiled SQL, another that gives what was given before, and the control that sees it.

    `seen_by` is `tie_out` and a rule, `test` and a data test, or None where no control of a run sees the fault today.
    """

    case: int
    test: str
    model: str
    here: str
    before: str
    seen_by: str | None

    def __str__(self) -> str:
        return f"{self.model} as it was"


FAULTS = (
    Fault(
        1,
        "test_case_1_the_minimum_of_one_agreement_stands_beside_another_agreement",
        "line_terms",
        "or terms.agreement_id = scopes.agreement_id",
        "or false",
        "tie_out recomputation",
    ),
    Fault(
        2,
        "test_case_2_bases_that_differ_need_a_rule",
        "line_faults",
        "bases.basis = undivided.side",
        "false",
        None,
    ),
    Fault(
        3,
        "test_case_3_the_contract_price_of_one_agreement_is_compared_on_its_part",
        "line_terms",
        "or terms.agreement_id = scopes.agreement_id",
        "or false",
        None,
    ),
    Fault(
        4,
        "test_a_discount_line_is_money_and_no_units",
        "billing_lines",
        "coalesce(unit_price < 0 and billed_quantity >= 0, false)",
        "false",
        "tie_out recomputation",
    ),
    Fault(
        5,
        "test_an_unbilled_product_is_worth_its_contract_price",
        "priced_lines",
        "when contract_price is not null and contract_currency = currency then 'contract'",
        "when false then 'contract'",
        "tie_out recomputation",
    ),
    Fault(
        6,
        "test_an_annual_charge_of_another_product_proves_nothing",
        "quantities_by_line",
        "when lines.is_ruled and not coalesce(charged.is_known, false) then null",
        "when false then null",
        None,
    ),
    Fault(
        7,
        "test_a_charge_taken_back_exactly_leaves_the_one_beside_it",
        "charged_items",
        "coalesce(states.is_all_reversed, false) or paired.invoice_item_id is not null as is_all_reversed",
        "false as is_all_reversed",
        None,
    ),
    Fault(
        8,
        "test_counts_that_end_before_the_month_are_stale",
        "account_status",
        "run.accept_name_score is null",
        "false",
        None,
    ),
    Fault(
        9,
        "test_an_account_that_leaves_a_whole_file_ends_on_that_day",
        "quantities_exports",
        "case when names_every_account then newest_day else last_day end",
        "last_day",
        None,
    ),
    Fault(
        10,
        "test_a_trial_counts_from_the_day_on_which_it_ends",
        "dated_counts",
        "anti join excluded",
        "left join (select * from excluded where false) as excluded",
        None,
    ),
    Fault(
        11,
        "test_an_account_counts_for_its_client_from_the_day_on_which_it_is_mapped",
        "dated_accounts",
        "((mappings.valid_from is null or mappings.valid_from <= calendar.counted_on)"
        " and (mappings.valid_to is null or calendar.counted_on < mappings.valid_to))",
        "true",
        None,
    ),
    Fault(
        12,
        "test_included_units_are_those_of_the_day",
        "day_rules",
        "((billing_rows.valid_from is null or billing_rows.valid_from <= days.day)"
        " and (billing_rows.valid_to is null or days.day < billing_rows.valid_to))",
        "billing_rows.is_live",
        None,
    ),
    Fault(
        13,
        "test_the_minimum_is_part_of_every_day",
        "day_rules",
        "coalesce(term_days.minimum_quantity, 0)",
        "0",
        None,
    ),
    Fault(
        14,
        "test_seats_billed_from_the_day_on_which_they_came_leave_no_difference",
        "billed_amounts",
        "bool_or(live_days < period_days) as is_by_day",
        "false as is_by_day",
        None,
    ),
    Fault(
        15,
        "test_an_agreement_that_starts_within_the_month_bills_its_days",
        "billed_amounts",
        "greatest(coalesce(agreements.valid_from, run.period), run.period)",
        "run.period",
        None,
    ),
    Fault(
        16,
        "test_exposure_of_a_prorated_month_is_what_its_days_come_to",
        "line_back_billing",
        "earlier.amount_variance,",
        "earlier.variance * classified.unit_price as amount_variance,",
        None,
    ),
    Fault(
        17,
        "test_a_promise_that_is_moved_again_and_again_is_timing_once",
        "line_timing",
        "coalesce(before.expected_quantity <= expected.billed_quantity, true)",
        "true",
        None,
    ),
    Fault(
        18,
        "test_exposure_names_its_months_and_what_lies_between",
        "line_back_billing",
        "when earlier.class = 'timing' then 'was timing'",
        "when false then ''",
        None,
    ),
    Fault(
        19,
        "test_a_mended_line_changes_no_month_before_it",
        "current_reads",
        "else run.cutoff\n",
        "else run.as_of\n",
        "tie_out recomputation",
    ),
    Fault(
        20,
        "test_a_plan_beside_a_line_of_its_drivers_product_is_compared_together",
        "bundle_drivers",
        "and not counts_other_days",
        "and false",
        None,
    ),
    Fault(
        21,
        "test_a_minimum_of_a_part_is_reached_by_what_the_plan_covers_too",
        "expected_by_line",
        " - coalesce(coverage.entitlement, 0)",
        "",
        None,
    ),
    Fault(
        22,
        "test_a_billed_minimum_covers_as_many_as_it_has",
        "bundle_coverage",
        "greatest(drivers.driver_quantity, coalesce(drivers.billed_minimum, 0))",
        "drivers.driver_quantity",
        None,
    ),
    Fault(
        23,
        "test_case_23_seats_of_two_distributors_are_added_up",
        "vendor_rows_identified",
        "list_contains(counting_rules.further_owned_sources, vendor_rows.source_system)",
        "false",
        None,
    ),
    Fault(
        24,
        "test_as_many_units_as_a_subscription_has_weigh",
        "vendor_costs_by_line",
        "cast(sides.unit_cost as decimal(18, 6)) as unit_cost",
        "(select max(one.monthly_unit_cost) from vendor_rows as one where one.line_key = sides.line_key) as unit_cost",
        None,
    ),
    Fault(
        25,
        "test_the_first_charge_of_part_of_a_month_is_brought_to_a_month",
        "quantities_pax8",
        "when abs(promised_cost - asked_cost) <= unit_cost_rounding then promised_cost else asked_cost",
        "when true then cost",
        None,
    ),
    Fault(
        26,
        "test_seats_on_a_monthly_term_can_be_dropped_before_those_under_a_year",
        "line_commitments",
        "when pieces.kind = 'by the month' then 1",
        "when pieces.kind = 'by the month' then 5",
        None,
    ),
    Fault(
        27,
        "test_a_renewal_opens_the_window_of_seven_days",
        "line_commitments",
        "when is_renewed then renewed_on",
        "when is_renewed then null",
        None,
    ),
    Fault(
        28,
        "test_an_invoice_ties_out_per_currency",
        "tie_out_invoice",
        "        invoice_lines.currency,\n        null as payable_total",
        "        due_invoices.currency,\n        null as payable_total",
        None,
    ),
    Fault(
        29,
        "test_a_credit_wholly_in_the_month_stays_whole",
        "vendor_charges",
        "case when charges.cost < 0 then -(",
        "case when false then -(",
        None,
    ),
    Fault(
        30,
        "test_case_30_lines_of_two_currencies_are_two_lines",
        "line_scopes",
        "having count(distinct currency) > 1",
        "having false",
        None,
    ),
    Fault(
        31,
        "test_money_is_kept_in_the_coins_of_its_currency",
        "classified_lines",
        "'BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'",
        "'XXX'",
        "tie_out recomputation",
    ),
    Fault(
        32,
        "test_a_subscription_that_ended_is_a_record_and_the_line_says_when",
        "expected_by_line",
        "or (resolution = 'not_countable' and not starts_with(reason, 'its invoice is '))",
        "",
        None,
    ),
    Fault(
        34,
        "test_an_agreement_that_starts_next_month_bills_the_seats_of_its_last_days_then",
        "billing_lines",
        "'^(line|agreement) starts on '",
        "'^line starts on '",
        None,
    ),
    Fault(
        35,
        "test_case_35_items_that_are_one_product_are_billed_in_one_line",
        "billing_lines",
        "coalesce(sold_items.product_id, all_lines.product_id) as product_id",
        "all_lines.product_id",
        "tie_out recomputation",
    ),
    Fault(
        36,
        "test_more_than_the_contract_fixes_is_overbilled",
        "expected_by_line",
        "coalesce(fixed_quantity, billed_quantity)",
        "billed_quantity",
        "tie_out recomputation",
    ),
    Fault(
        37,
        "test_a_device_not_seen_for_long_is_neither_excluded_nor_waiting",
        "vendor_rows_resolved",
        "when is_silent and",
        "when is_silent and vendor_rows.client_id is not null and exclusions.rule_id is null and",
        None,
    ),
    Fault(
        38,
        "test_what_is_excluded_costs_us_what_is_charged",
        "uncompared_lines",
        "coalesce(quantities.charged_quantity, quantities.owned_quantity, quantities.used_quantity)",
        "quantities.used_quantity",
        None,
    ),
)


def faults_of(test: str) -> list[Fault]:
    """The faults that a test runs with, besides the models as they are."""
    return [fault for fault in FAULTS if fault.test == test]


def run_with_fault(fault: Fault, engine: Engine) -> Generator[None, Any, bool]:
    """Run a test whose models hold `fault`: it must fail, and the run must have been stopped by `fault.seen_by`."""
    try:
        yield
    except (AssertionError, KeyError, TypeError) as error:
        noticed = {NO_MODEL} if str(error).startswith("model ") else controls(engine)
    else:
        pytest.fail(f"{fault.model} with the fault gives what the case expects: it is not the fault of this case")
    assert fault.seen_by in noticed if fault.seen_by else not noticed, noticed
    return True


def controls(engine: Engine) -> set[str]:
    """The controls that stop the run as it is."""
    rules = engine.rows("SELECT rule FROM analytics.tie_out WHERE NOT passed")
    return {f"tie_out {row['rule']}" for row in rules} | {f"test {name}" for name in engine.broken_tests()}
