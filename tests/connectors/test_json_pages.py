import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from connectors.connectwise.schema import ADDITIONS, COMPANIES
from connectors.errors import FieldError, SourceReadError
from connectors.json_pages import PageText, arrow_schema, parse
from connectors.pax8.schema import INVOICE_ITEMS, INVOICES
from connectors.tables import Table

MOMENT = datetime(2026, 9, 20, 6, tzinfo=UTC)


def addition(**fields: Any) -> dict[str, Any]:
    return {
        "id": 90011,
        "agreementId": 4101,
        "product": {"id": 771, "identifier": "M365"},
        "quantity": 42.0,
        "unitPrice": 28.5,
        "description": 'Seats "annual" é',
        "effectiveDate": "2024-01-01T00:00:00Z",
        "_info": {"lastUpdated": "2026-08-14T16:40:02Z"},
        **fields,
    }


def parsed(*rows: Any, table: Table = ADDITIONS) -> pa.Table:
    page = PageText(json.dumps(rows))
    return parse([page], table, system="connectwise", rows_path="$", captured_at=MOMENT)


def test_rows_get_the_declared_types_and_keep_what_was_received() -> None:
    table = parsed(addition(surprise={"new": 1}))
    row = table.to_pylist()[0]
    assert table.schema.equals(arrow_schema(ADDITIONS))
    assert row["quantity"] == Decimal("42.0000")
    assert row["unit_price"] == Decimal("28.500000")
    assert row["product__identifier"] == "M365"
    assert row["description"] == 'Seats "annual" é'
    assert row["effective_date"] == datetime(2024, 1, 1, tzinfo=UTC)
    assert row["cancelled_date"] is None
    assert row["_captured_at"] == MOMENT
    assert json.loads(row["_source_row"])["surprise"] == {"new": 1}


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("0.1", "0.100000"),
        ("28.10", "28.100000"),
        ("7", "7.000000"),
        ("-3.87", "-3.870000"),
        ("1e2", "100.000000"),
        ("123456789.12", "123456789.120000"),
        ("0.000001", "0.000001"),
    ],
)
def test_money_is_exact_and_never_a_float(written: str, exact: str) -> None:
    page = json.dumps([addition(unitPrice="PRICE")]).replace('"PRICE"', written)
    table = parse([PageText(page)], ADDITIONS, system="connectwise", rows_path="$", captured_at=MOMENT)
    assert table.column("unit_price").to_pylist() == [Decimal(exact)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "42 seats"),
        ("quantity", "42"),
        ("quantity", {"value": 42}),
        ("quantity", True),
        ("agreementId", 5.7),
        ("description", 5),
        ("description", ["a"]),
        ("effectiveDate", 1738575072),
        ("effectiveDate", "soon"),
        ("product", "M365"),
        ("_info", [1]),
    ],
)
def test_a_changed_type_is_an_error_that_names_endpoint_field_row_and_value(field: str, value: Any) -> None:
    with pytest.raises(FieldError) as caught:
        parsed(addition(id=1), addition(id=2, **{field: value}), addition(id=3))
    message = str(caught.value)
    assert message.startswith("connectwise /finance/agreements/{agreement_id}/additions: ")
    assert f"field {field}" in message
    assert "row 2" in message
    assert caught.value.page == 0


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(FieldError) as caught:
        parsed(addition(quantity="x" * 500))
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("row", [{"quantity": 1}, {"id": None, "quantity": 1}, 5, None, [1]])
def test_a_row_without_its_key_is_an_error(row: Any) -> None:
    with pytest.raises(FieldError, match="key is missing"):
        parsed(addition(), row)


def test_a_missing_or_null_field_is_null() -> None:
    row = parsed({"id": 1, "product": None, "quantity": None}).to_pylist()[0]
    assert row["product__id"] is None
    assert row["quantity"] is None


@pytest.mark.parametrize("text", ["<html></html>", '[{"id": 1}', "", '{"message": "no"}', "null"])
def test_a_page_that_is_no_list_is_an_error_and_not_zero_rows(text: str) -> None:
    pages = [PageText("[]"), PageText(text)]
    with pytest.raises(SourceReadError, match="page 2 has no list of rows"):
        parse(pages, ADDITIONS, system="connectwise", rows_path="$", captured_at=MOMENT)


def test_many_pages_are_parsed_in_one_go_with_their_own_context() -> None:
    pages = [
        PageText(json.dumps({"content": [{"id": f"{invoice}-{n}"} for n in range(2)]}), {"invoice_id": invoice})
        for invoice in ("a", "b")
    ]
    table = parse(pages, INVOICE_ITEMS, system="pax8", rows_path="$.content", captured_at=MOMENT)
    assert table.select(["id", "invoice_id"]).to_pylist() == [
        {"id": "a-0", "invoice_id": "a"},
        {"id": "a-1", "invoice_id": "a"},
        {"id": "b-0", "invoice_id": "b"},
        {"id": "b-1", "invoice_id": "b"},
    ]


def test_a_bad_field_names_the_page_it_stands_on() -> None:
    pages = [PageText('{"content": [{"id": "a", "total": 1}]}'), PageText('{"content": [{"id": "b", "total": "1"}]}')]
    with pytest.raises(FieldError) as caught:
        parse(pages, INVOICES, system="pax8", rows_path="$.content", captured_at=MOMENT)
    assert caught.value.page == 1


def test_a_day_is_cut_from_its_text_and_never_converted() -> None:
    page = PageText('{"content": [{"id": "a", "invoiceDate": "2026-03-05"}]}')
    table = parse([page], INVOICES, system="pax8", rows_path="$.content", captured_at=MOMENT)
    assert table.column("invoice_date").to_pylist() == [date(2026, 3, 5)]


def test_no_pages_and_empty_pages_give_an_empty_table_of_the_declared_schema() -> None:
    nothing = parse([], ADDITIONS, system="connectwise", rows_path="$", captured_at=MOMENT)
    assert nothing.schema.equals(parsed().schema)
    assert nothing.num_rows == parsed().num_rows == 0


def written(text: str) -> pa.Table:
    """Three rows, the second one with `text` as its quantity."""
    page = json.dumps([addition(id=1), addition(id=2, quantity="HERE"), addition(id=3)]).replace('"HERE"', text)
    return parse([PageText(page)], ADDITIONS, system="connectwise", rows_path="$", captured_at=MOMENT)


@pytest.mark.parametrize("text", ["5.00005", "0.00004", "-1.23456", "1000000.00001", "3.3333333333333335", "1e-5"])
def test_a_quantity_of_more_decimals_than_four_is_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(FieldError) as caught:
        written(text)
    assert "field quantity of row 2: expected a number of at most four decimals, received" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("5.0001", "5.0001"),
        ("5.00010000", "5.0001"),
        ("0.30000000000000004", "0.3000"),
        ("12345678.1000000005", "12345678.1000"),
        ("-0.0", "0.0000"),
        ("99999999999999", "99999999999999.0000"),
    ],
)
def test_a_quantity_is_kept_to_the_fourth_decimal_and_a_binary_fractions_end_is_no_digit(text: str, kept: str) -> None:
    assert written(text).column("quantity").to_pylist()[1] == Decimal(kept)


@pytest.mark.parametrize(
    ("twice", "field"),
    [
        ('"quantity": 42.0, "quantity": 4', "quantity"),
        ('"quantity": 42.0, "unread": 1, "unread": 2', "unread"),
        ('"quantity": 42.0, "product": {"id": 771, "id": 772}', "product.id"),
    ],
)
def test_a_field_that_stands_twice_in_a_row_is_refused_by_name(twice: str, field: str) -> None:
    row = json.dumps({key: value for key, value in addition(id=2).items() if key not in ("quantity", "product")})
    page = f"[{json.dumps(addition(id=1))}, {row[:-1]}, {twice}}}]"
    with pytest.raises(FieldError) as caught:
        parse([PageText(page)], ADDITIONS, system="connectwise", rows_path="$", captured_at=MOMENT)
    assert f"field {field} of row 2: stands twice" in str(caught.value)


def test_a_field_that_stands_twice_in_a_list_of_objects_is_refused() -> None:
    page = '[{"id": 1, "customFields": [{"caption": "a", "value": "x"}, {"caption": "a", "value": 1, "value": 2}]}]'
    with pytest.raises(FieldError, match=r"field customFields\[\]\.value of row 1: stands twice"):
        parse([PageText(page)], COMPANIES, system="connectwise", rows_path="$", captured_at=MOMENT)
