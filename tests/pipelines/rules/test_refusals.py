"""Each way in which a rule file is refused, with the file, line, column and reason a person reads."""

import pytest

from pipelines.rules import RuleError, RulesRefused, load_rules
from tests.pipelines.rules.home import GOOD, HEADERS, changed, write


def refusals(folder) -> list[RuleError]:
    with pytest.raises(RulesRefused) as refused:
        load_rules(folder)
    return list(refused.value.errors)


def the_refusal(folder) -> RuleError:
    (error,) = refusals(folder)
    return error


CELLS = [
    ("client_map.csv", "source_system", "pax9", "not a known system"),
    ("client_map.csv", "source_system", "connectwise", "is the PSA"),
    ("client_map.csv", "source_system", "*", r"may not be \*"),
    ("client_map.csv", "account_id", "", "is empty, but required"),
    ("client_map.csv", "account_id", "pax8:c1", "write the vendor's own id, 'c1'"),
    ("client_map.csv", "account_id", "c\u200b1", "invisible character"),
    ("client_map.csv", "client_id", "250", "with its system in front"),
    ("client_map.csv", "client_id", "connectwise:", "with its system in front"),
    ("client_map.csv", "client_id", "connectwise: 250", "with its system in front"),
    ("client_map.csv", "client_id", "conectwise:250", "'conectwise' is not a known system of clients"),
    ("client_map.csv", "client_id", "pax8:250", "'pax8' is not a known system of clients"),
    ("client_map.csv", "client_id", "connectwise:Fabrikam", "whole numbers"),
    ("client_map.csv", "valid_from", "", "is empty, but required"),
    ("client_map.csv", "valid_from", "31/03/2026", "write the year first"),
    ("client_map.csv", "valid_from", "20260331", "write the year first"),
    ("client_map.csv", "valid_from", "2026-02-30", "not a day of the calendar"),
    ("client_map.csv", "valid_from", "0226-01-01", "outside the years"),
    ("client_map.csv", "valid_to", "2025-12-31", "not after valid_from"),
    ("client_map.csv", "valid_to", "2026-01-01", "not after valid_from"),
    ("client_map.csv", "confirmed_by", "", "is empty, but required"),
    ("client_map.csv", "confirmed_at", "yesterday", "is not a date"),
    ("client_map.csv", "reason", "", "is empty, but required"),
    ("product_map.csv", "vendor_product_id", "*", r"may not be \*"),
    ("product_map.csv", "product_id", "M365-BP", "is not a product id"),
    ("counting.csv", "basis", "Owned", "is not one of owned, used, charged, fixed"),
    ("counting.csv", "owned_source", "", "basis owned needs the system"),
    ("counting.csv", "inactive_days", "30.5", "is not a whole number"),
    ("counting.csv", "inactive_days", "0", "is not a number of days"),
    ("counting.csv", "owner", "", "is empty, but required"),
    ("counting.csv", "reason", "", "is empty, but required"),
    ("counting.csv", "counted_when", "monthly", "is not one of last_day"),
    ("counting.csv", "count_day", "19", "no effect unless counted_when is fixed_day"),
    ("counting.csv", "vendor_counted_when", "prorated", "is not one of last_day"),
    ("counting.csv", "vendor_count_day", "19", "no effect unless vendor_counted_when is fixed_day"),
    ("counting.csv", "counts_guests", "maybe", "is not one of yes, no"),
    ("splits.csv", "attribute", "group", "is not one of office, department, company"),
    ("splits.csv", "value", "", "is empty, but required"),
    ("special_users.csv", "kind", "person", "is not one of"),
    ("special_users.csv", "licence_needed", "", "is empty, but required"),
    ("bundles.csv", "component_product_id", "connectwise:900", "is the bundle itself"),
    ("bundles.csv", "units_per_driver", "0", "covers nothing"),
    ("bundles.csv", "units_per_driver", "2", "the driver is counted one for one"),
    ("exclusions.csv", "client_id", "", "is empty, but required"),
    ("exclusions.csv", "reason", "", "is empty, but required"),
    ("exclusions.csv", "owner", "", "is empty, but required"),
    ("exclusions.csv", "review_date", "", "is empty, but required"),
    ("exclusions.csv", "review_date", "*", r"may not be \*"),
    ("counting.csv", "product_id", "*", r"may not be \*"),
    ("counting.csv", "product_id", "group:", "names no group"),
    ("counting.csv", "client_id", "250", "is not a client id"),
    ("product_groups.csv", "product_id", "group:servers", "'group' is not a known system of products"),
    ("product_groups.csv", "product_group", "", "is empty, but required"),
    ("terms.csv", "agreement_id", "group:servers", "'group' is not a known system of agreements"),
    ("terms.csv", "agreement_id", "4101", "is not an agreement id"),
    ("terms.csv", "basis", "sold", "is not one of"),
    ("terms.csv", "minimum_quantity", "0", "is not a minimum"),
    ("terms.csv", "minimum_scope", "", "is empty, but a minimum holds"),
    ("terms.csv", "minimum_scope", "whole", "is not one of line, agreement, pool"),
    ("terms.csv", "fixed_quantity", "3", "has no effect unless basis is fixed"),
    ("terms.csv", "pool", "seats", "has no effect without minimum_scope pool"),
    ("terms.csv", "contract_price", "-1", "is below zero"),
    ("terms.csv", "currency", "", "needs its currency"),
    ("terms.csv", "currency", "usd", "three capital letters"),
    ("terms.csv", "currency", "GBX", "'GBX' is no currency in use"),
    ("terms.csv", "margin_floor_percent", "100", "is not a margin"),
    ("terms.csv", "backbill_months", "-1", "is not a number of months"),
    ("tolerances.csv", "product_id", "*", r"may not be \*"),
    ("tolerances.csv", "tolerance", "", "is empty, but required"),
    ("tolerances.csv", "tolerance", "two", "is not a number"),
    ("tolerances.csv", "tolerance", "-1", "-1 is below zero"),
    # Numbers to Python, and to nobody who reads the file.
    ("tolerances.csv", "tolerance", "٣", "is not a number"),
    ("tolerances.csv", "tolerance", "２", "is not a number"),
    ("tolerances.csv", "tolerance", "1_000", "is not a number"),
    ("tolerances.csv", "tolerance", "1e3", "is not a number"),
    ("tolerances.csv", "tolerance", "Infinity", "is not a number"),
    ("tolerances.csv", "tolerance", "NaN", "is not a number"),
    ("tolerances.csv", "tolerance", "1 000", "is not a number"),
    ("exchange_rates.csv", "rate", "٠.٧٩", "is not a number"),
    ("exchange_rates.csv", "rate", "1E-1", "is not a number"),
    ("exchange_rates.csv", "rate", "inf", "is not a number"),
    ("terms.csv", "backbill_months", "２", "is not a whole number"),
    ("terms.csv", "backbill_months", "1_0", "is not a whole number"),
    ("counting.csv", "inactive_days", "٣٠", "is not a whole number"),
    ("client_map.csv", "valid_from", "２０２６-01-01", "write the year first"),
    ("client_map.csv", "reason", "fine\x9b31m", "invisible character"),
    ("client_map.csv", "reason", "fine\x1b[31m", "invisible character"),
    ("tolerances.csv", "tolerance", "1000000000000", "is too large; a number here has at most 12 digits"),
    ("exchange_rates.csv", "from_currency", "usd", "'usd' is no currency in use; write its three capital letters"),
    ("exchange_rates.csv", "to_currency", "GBX", "'GBX' is no currency in use"),
    ("exchange_rates.csv", "to_currency", "*", r"may not be \*"),
    ("exchange_rates.csv", "to_currency", "USD", "is USD as well; a rate leads from one currency to another"),
    ("exchange_rates.csv", "rate", "", "is empty, but required"),
    ("exchange_rates.csv", "rate", "0.00", "0 is not above zero"),
    ("exchange_rates.csv", "rate", "-0.79", "-0.79 is not above zero"),
    ("exchange_rates.csv", "rate", "0.79123456789", "has more than ten decimals"),
    ("exchange_rates.csv", "rate", "100000000", "is too large; a number here has at most 8 digits"),
    ("exchange_rates.csv", "source", "", "is empty, but required"),
    ("exchange_rates.csv", "valid_to", "2026-06-01", "is not after valid_from"),
    ("exchange_rates.csv", "owner", "", "is empty, but required"),
]


@pytest.mark.parametrize(("file", "column", "value", "reason"), CELLS)
def test_a_wrong_cell_is_refused_with_its_file_line_and_column(tmp_path, file, column, value, reason):
    folder = write(tmp_path, **{file.removesuffix(".csv"): "# a comment\n\n" + changed(file, column, value)})
    error = the_refusal(folder)
    assert (error.file, error.line, error.column) == (file, 4, column)
    with pytest.raises(RulesRefused, match=reason):
        load_rules(folder)


@pytest.mark.parametrize("basis", ["used", "charged"])
def test_each_basis_needs_its_own_source(tmp_path, basis):
    error = the_refusal(write(tmp_path, counting=f"connectwise:771,{basis},pax8,,,,2026-01-01,,M. Silva,why,,,,,,,,,"))
    assert error.column == f"{basis}_source"


def test_an_inactivity_limit_without_a_census_is_refused(tmp_path):
    error = the_refusal(write(tmp_path, counting="connectwise:771,owned,pax8,,,30,2026-01-01,,M. Silva,why,,,,,,,,,"))
    assert (error.column, error.reason) == ("inactive_days", "has no effect without a used_source")


def test_an_exclusion_of_everything_is_refused(tmp_path):
    error = the_refusal(write(tmp_path, exclusions="*,*,*,*,because,M. Silva,2026-12-31,2026-01-01,"))
    assert "exclude everything" in error.reason


def test_an_unknown_column_is_refused_with_the_one_that_was_meant(tmp_path):
    header = HEADERS["client_map.csv"].replace("confirmed_by", "confirmd_by")
    errors = refusals(write(tmp_path, client_map=f"# why\n{header}\n".encode()))
    assert [(error.line, error.column, error.reason) for error in errors] == [
        (2, "confirmd_by", "is not a column of client_map.csv; did you mean confirmed_by?"),
        (2, "confirmed_by", "is missing from the header"),
    ]


def test_a_missing_column_is_refused_even_where_it_may_be_empty(tmp_path):
    error = the_refusal(write(tmp_path, client_map=HEADERS["client_map.csv"].replace(",valid_to", "").encode()))
    assert (error.line, error.column) == (1, "valid_to")


def test_a_column_given_twice_is_refused(tmp_path):
    header = HEADERS["client_map.csv"] + ",client_id"
    assert the_refusal(write(tmp_path, client_map=header.encode())).reason == "stands more than once in the header"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# only a comment\n"])
def test_a_file_without_a_header_is_refused_for_it_may_be_cut_off(tmp_path, content):
    error = the_refusal(write(tmp_path, exclusions=content))
    assert error.line is None
    assert error.reason.startswith("has no header line; it must be client_id,source_system")


@pytest.mark.parametrize(("row", "cells"), [("pax8,c1,connectwise:250", 3), (GOOD["client_map.csv"] + ",more", 10)])
def test_a_row_with_too_few_or_too_many_cells_is_refused(tmp_path, row, cells):
    error = the_refusal(write(tmp_path, client_map=row))
    assert (error.line, error.reason) == (2, f"has {cells} cells, the header has 9")


def test_a_quote_left_open_is_refused_where_it_opens(tmp_path):
    rows = f'{GOOD["client_map.csv"]}\npax8,"c2,connectwise:251,2026-01-01,,A,2026-01-01,why\n'
    error = the_refusal(write(tmp_path, client_map=rows))
    assert error.line == 3
    assert "quote left open" in error.reason


def test_a_line_break_inside_a_cell_is_refused_and_later_lines_keep_their_numbers(tmp_path):
    rows = "\n".join(
        [changed("client_map.csv", "reason", '"two\n# lines"'), changed("client_map.csv", "client_id", "9")]
    )
    assert [(error.line, error.column) for error in refusals(write(tmp_path, client_map=rows))] == [
        (2, "reason"),
        (4, "client_id"),
    ]


def test_text_in_another_encoding_is_refused_with_the_line(tmp_path):
    content = f"{HEADERS['client_map.csv']}\n{changed('client_map.csv', 'reason', 'Café')}".encode("latin-1")
    error = the_refusal(write(tmp_path, client_map=content))
    assert (error.line, error.reason) == (2, "is not UTF-8 text; save the file as 'CSV UTF-8'")


def test_a_folder_in_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "counting.csv").mkdir()
    assert the_refusal(tmp_path).reason.startswith("cannot be read")


@pytest.mark.parametrize("name", ["clientmap.csv", "Client_Map.csv", "client_map.xlsx", "client_map.yaml"])
def test_a_file_that_looks_like_rules_under_another_name_is_refused(tmp_path, name):
    (tmp_path / name).write_text("")
    error = the_refusal(tmp_path)
    assert (error.file, error.line) == (name, None)
    assert error.reason == "is not a rule file; did you mean client_map.csv?"


def test_files_that_are_no_rules_are_left_alone(tmp_path):
    for name in ("README.md", ".gitkeep", "~$client_map.csv", ".client_map.csv.swp"):
        (tmp_path / name).write_text("anything")
    load_rules(tmp_path)


def test_two_targets_for_one_key_on_one_day_contradict(tmp_path):
    rows = f"{GOOD['client_map.csv']}\npax8,c1,connectwise:251,2026-06-01,,D. Okafor,2026-01-14,same tax id,"
    error = the_refusal(write(tmp_path, client_map=rows))
    assert (error.line, error.column) == (3, "client_id")
    assert error.reason == "contradicts line 2 about pax8 c1: connectwise:251, line 2 says connectwise:250"


def test_one_target_for_one_key_twice_on_one_day_overlaps(tmp_path):
    rows = f"pax8,c1,connectwise:250,2026-06-01,,D. Okafor,2026-01-14,again,\n{GOOD['client_map.csv']}"
    error = the_refusal(write(tmp_path, client_map=rows))
    assert (error.line, error.column) == (3, "valid_from")
    assert error.reason.startswith("overlaps line 2 about pax8 c1")


def test_a_line_given_twice_is_called_a_repetition(tmp_path):
    rows = f"{GOOD['counting.csv']}\n{GOOD['counting.csv']}"
    assert str(the_refusal(write(tmp_path, counting=rows))) == "counting.csv:3: repeats line 2"


def test_guids_in_another_case_are_the_same_key(tmp_path):
    guid = "CBDC14AB-D96C-4C30-B9F4-6ADA7CDC1D46"
    rows = "\n".join(
        f"microsoft_graph,{one},connectwise:{number},2026-01-01,,A,2026-01-01,why,"
        for number, one in enumerate((guid, guid.lower()), start=1)
    )
    assert "contradicts line 2" in the_refusal(write(tmp_path, client_map=rows)).reason


def test_validity_that_ends_on_the_day_the_next_begins_is_no_overlap(tmp_path):
    rows = (
        "pax8,c1,connectwise:250,2026-01-01,2026-06-01,A,2026-01-01,why,\n"
        "pax8,c1,connectwise:251,2026-06-01,,A,2026-01-01,why,"
    )
    assert load_rules(write(tmp_path, client_map=rows)).tables["client_map"].num_rows == 2


def test_every_error_of_every_file_is_told_at_once_in_order(tmp_path):
    folder = write(
        tmp_path,
        counting=changed("counting.csv", "basis", "guess"),
        client_map=f"{changed('client_map.csv', 'client_id', '1')}\n{changed('client_map.csv', 'valid_from', 'x')}",
        exclusions=f"{GOOD['exclusions.csv']}\n{GOOD['exclusions.csv']}",
    )
    assert [(error.file, error.line) for error in refusals(folder)] == [
        ("client_map.csv", 2),
        ("client_map.csv", 3),
        ("counting.csv", 2),
        ("exclusions.csv", 3),
    ]
    with pytest.raises(RulesRefused) as refused:
        load_rules(folder)
    lines = str(refused.value).splitlines()
    assert lines[0] == "4 errors in the rules; nothing was changed"
    assert lines[1].startswith("  client_map.csv:2: client_id: '1' is not a client id")


def test_hundreds_of_errors_are_kept_and_fifty_are_shown(tmp_path):
    rows = "\n".join(changed("client_map.csv", "account_id", "") for _ in range(300))
    with pytest.raises(RulesRefused) as refused:
        load_rules(write(tmp_path, client_map=rows))
    assert len(refused.value.errors) == 300
    assert str(refused.value).splitlines()[-1] == "  and 250 more"


def test_a_contract_term_that_says_nothing_is_refused(tmp_path):
    error = the_refusal(write(tmp_path, terms="connectwise:250,*,*,,,,,,,,,2026-01-01,,M. Silva,why,"))
    assert error.column == "basis"
    assert error.reason.endswith("the term says nothing")


@pytest.mark.parametrize(
    ("cells", "reason"), [("20,line,,,", "minimum of one product"), (",,,22,USD", "price of one product")]
)
def test_a_minimum_or_price_of_any_product_is_refused(tmp_path, cells, reason):
    error = the_refusal(write(tmp_path, terms=f"connectwise:250,*,*,,{cells},,,2026-01-01,,M. Silva,why,"))
    assert error.column == "product_id"
    assert error.reason.endswith(reason)


@pytest.mark.parametrize(("emptied", "left"), [("contract_price", "currency"), ("minimum_quantity", "minimum_scope")])
def test_half_a_term_is_refused(tmp_path, emptied, left):
    error = the_refusal(write(tmp_path, terms=changed("terms.csv", emptied, "")))
    assert (error.column, error.reason) == (left, f"has no effect without a {emptied}")


def test_a_fixed_day_needs_its_day(tmp_path):
    rule = "connectwise:771,owned,pax8,,,,2026-01-01,,M. Silva,why,fixed_day,{},,,,,,,"
    assert "needs the day of the month" in the_refusal(write(tmp_path, counting=rule.format(""))).reason
    assert "not a day that every month has" in the_refusal(write(tmp_path, counting=rule.format("31"))).reason
    assert load_rules(write(tmp_path, counting=rule.format("19"))).tables["counting"]["count_day"].to_pylist() == [19]


def test_the_vendors_fixed_day_needs_its_day_too(tmp_path):
    error = the_refusal(write(tmp_path, counting=changed("counting.csv", "vendor_counted_when", "fixed_day")))
    assert (error.column, "fixed_day needs the day of the month" in error.reason) == ("vendor_count_day", True)


def test_an_agreement_minimum_holds_for_one_agreement_and_all_its_lines(tmp_path):
    rule = "connectwise:250,{},{},,20,agreement,,,,,,2026-01-01,,M. Silva,order form,"
    assert the_refusal(write(tmp_path, terms=rule.format("*", "*"))).column == "agreement_id"
    assert the_refusal(write(tmp_path, terms=rule.format("connectwise:41", "connectwise:771"))).column == "product_id"
    assert load_rules(write(tmp_path, terms=rule.format("connectwise:41", "*"))).tables["terms"].num_rows == 1


def test_a_pool_minimum_needs_the_name_of_its_pool(tmp_path):
    rule = "connectwise:250,*,connectwise:771,,20,pool,{},,,,,2026-01-01,,M. Silva,order form,"
    assert the_refusal(write(tmp_path, terms=rule.format(""))).column == "pool"
    assert load_rules(write(tmp_path, terms=rule.format("seats"))).tables["terms"]["pool"].to_pylist() == ["seats"]


def test_a_file_from_before_a_column_existed_is_read_without_it(tmp_path):
    header = "product_id,basis,owned_source,used_source,charged_source,inactive_days,valid_from,valid_to,owner,reason"
    rule = "connectwise:771,owned,pax8,,,,2026-01-01,,M. Silva,why"
    tables = load_rules(write(tmp_path, counting=f"{header}\n{rule}\n".encode())).tables
    assert tables["counting"]["counted_when"].to_pylist() == [None]


def test_a_fixed_quantity_below_zero_or_of_any_product_is_refused(tmp_path):
    rule = "connectwise:250,*,{},fixed,,,,,,,,2026-01-01,,M. Silva,order form,{}"
    assert "below zero" in the_refusal(write(tmp_path, terms=rule.format("connectwise:771", "-1"))).reason
    assert "quantity of one product" in the_refusal(write(tmp_path, terms=rule.format("*", "1"))).reason
