"""Who holds a licence decides whether it counts: the domain guide's lines on users, each at a client of its own."""

from decimal import Decimal
from typing import Any

import pytest

from tests.engine.laws import LAWS
from tests.engine.project import Engine
from tests.engine.raw_rows import write
from tests.engine.worlds import (
    Account,
    Agreement,
    Client,
    Exclusion,
    Line,
    Product,
    Special,
    User,
    World,
    assignment_id,
    main_line,
    product_id,
    user_name,
)

EVERYBODY, PEOPLE, MEMBERS, ENABLED, SECOND, MONTHLY = 701, 702, 703, 704, 705, 706
SERVICE, MAILBOX, GUESTS, LEAVERS, TWO_COMPANIES, OTHER_COMPANY, MANY, UNSEEN = range(1, 9)


def staff(client: int, product: int, count: int, **columns: Any) -> list[User]:
    return [User(f"{client}-{nth}", client, (product,), **columns) for nth in range(count)]


def world() -> World:
    """Each client has the tenant of its own number."""
    clients = range(1, 9)
    return World(
        clients=tuple(Client(number) for number in clients),
        agreements=tuple(Agreement(number * 10 + 1, number) for number in clients),
        accounts=tuple(Account("microsoft_graph", number, number) for number in clients),
        products=tuple(
            Product(number, "used", used="microsoft_graph", **columns)
            for number, columns in (
                (EVERYBODY, {}),
                (PEOPLE, {"counts_special": False}),
                (MEMBERS, {"counts_guests": False}),
                (ENABLED, {"counts_disabled": False}),
                (SECOND, {}),
                (MONTHLY, {"inactive_days": 30}),
            )
        ),
        lines=(
            Line(1, SERVICE * 10 + 1, PEOPLE, Decimal(26)),
            Line(2, MAILBOX * 10 + 1, EVERYBODY, Decimal(12)),
            Line(3, GUESTS * 10 + 1, MEMBERS, Decimal(5)),
            Line(4, LEAVERS * 10 + 1, ENABLED, Decimal(5)),
            Line(5, TWO_COMPANIES * 10 + 1, EVERYBODY, Decimal(3)),
            Line(6, OTHER_COMPANY * 10 + 1, EVERYBODY, Decimal(2)),
            Line(7, MANY * 10 + 1, EVERYBODY, Decimal(3)),
            Line(8, UNSEEN * 10 + 1, EVERYBODY, Decimal(5)),
        ),
        users=(
            *staff(SERVICE, PEOPLE, 26),
            User("backup-agent", SERVICE, (PEOPLE,), is_disabled=True),
            *staff(MAILBOX, EVERYBODY, 10),
            User("info", MAILBOX, (EVERYBODY,), is_disabled=True),
            User("archive", MAILBOX, (EVERYBODY,), is_disabled=True),
            *staff(GUESTS, MEMBERS, 5),
            User("visitor", GUESTS, (MEMBERS,), is_guest=True, is_disabled=True),
            *staff(LEAVERS, ENABLED, 5),
            User("gone", LEAVERS, (ENABLED,), is_disabled=True),
            *staff(TWO_COMPANIES, EVERYBODY, 2),
            User("dana", TWO_COMPANIES, (EVERYBODY,)),
            *staff(OTHER_COMPANY, EVERYBODY, 2),
            User("dana.two", OTHER_COMPANY, (EVERYBODY,)),
            User("many", MANY, (EVERYBODY, SECOND)),
            User("few", MANY, (EVERYBODY,)),
            User("one", MANY, (EVERYBODY,)),
            User("seen", UNSEEN, (EVERYBODY, MONTHLY), seen_days=90),
            User("unseen", UNSEEN, (EVERYBODY,), seen_days=91),
            User("unknown", UNSEEN, (EVERYBODY,)),
            User("gone too", UNSEEN, (EVERYBODY,), is_disabled=True, seen_days=400),
            User("lately", UNSEEN, (EVERYBODY,), seen_days=0),
        ),
        specials=(
            Special(SERVICE, "backup-agent", "service"),
            Special(MAILBOX, "info", "shared_mailbox"),
            Special(MAILBOX, "archive", "shared_mailbox", is_licence_needed=True),
        ),
        exclusions=(
            Exclusion(
                client=OTHER_COMPANY,
                system="microsoft_graph",
                record=user_name("dana.two"),
                reason=f"billed once, at client connectwise:{TWO_COMPANIES} as {user_name('dana')}",
            ),
        ),
    )


@pytest.fixture(scope="module")
def judged(engine: Engine) -> dict[str, dict[str, dict[str, Any]]]:
    """Lines by key and dispositions by record: another test may use the engine in between."""
    engine.clear()
    write(world(), engine)
    engine.compute()
    broken: dict[str, Any] = {law: rows for law, query in LAWS.items() if (rows := engine.rows(query))}
    assert {**broken, **engine.broken_tests()} == {}
    return {
        "lines": {row["line_key"]: row for row in engine.table("analytics.reconciliation")},
        "rows": {row["source_record_id"]: row for row in engine.table("analytics.row_dispositions")},
    }


Judged = dict[str, dict[str, dict[str, Any]]]


def test_a_service_account_comes_off_the_licensed_users(judged: Judged) -> None:
    """Domain guide, example H, its user half: 27 licensed users, 1 excluded service account, 26 expected."""
    row = judged["lines"][main_line(SERVICE, PEOPLE)]
    assert (row["used_quantity"], row["expected_quantity"], row["class"]) == (26, 26, "matched")
    assert row["explanation"] == (
        "27 used at microsoft_graph - 1 service account = 26; 26 - 0 included = 26 expected; 26 billed."
    )


def test_service_accounts_are_listed_by_name(judged: Judged) -> None:
    """Domain guide, section 5, "Service, admin, room, kiosk accounts"."""
    row = judged["rows"][assignment_id(SERVICE, PEOPLE, "backup-agent")]
    assert (row["disposition"], row["reason"]) == ("excluded", "service account")
    assert row["holder_name"] == user_name("backup-agent")
    assert row["line_key"] == main_line(SERVICE, PEOPLE)


def test_a_shared_mailbox_with_a_licence_counts_and_is_flagged(judged: Judged) -> None:
    """Domain guide, section 5, "Shared mailbox with licence": counts, with flag; a named exception is none."""
    row = judged["lines"][main_line(MAILBOX, EVERYBODY)]
    assert (row["used_quantity"], row["class"], row["flags"]) == (12, "matched", ["shared_mailbox_licensed"])
    assert row["explanation"].endswith(" Shared mailboxes that need none hold 1 of 12 counted licences.")


@pytest.mark.parametrize(
    ("client", "product", "name", "reason"),
    [(GUESTS, MEMBERS, "visitor", "guest"), (LEAVERS, ENABLED, "gone", "disabled user")],
)
def test_a_counting_rule_leaves_out_guests_and_disabled_users(
    judged: Judged, client: int, product: int, name: str, reason: str
) -> None:
    """Domain guide, section 4, "Who": the first of special, guest and disabled is the reason."""
    row = judged["rows"][assignment_id(client, product, name)]
    assert (row["disposition"], row["reason"]) == ("excluded", reason)
    line = judged["lines"][main_line(client, product)]
    assert (line["used_quantity"], line["class"], line["flags"]) == (5, "matched", [])
    assert f"6 used at microsoft_graph - 1 {reason} = 5" in line["explanation"]


def test_one_person_in_two_client_companies_is_billed_once(judged: Judged) -> None:
    """Domain guide, section 5, "One person in two client companies": the second row points to the first."""
    first = judged["rows"][assignment_id(TWO_COMPANIES, EVERYBODY, "dana")]
    second = judged["rows"][assignment_id(OTHER_COMPANY, EVERYBODY, "dana.two")]
    assert first["disposition"] == "counted"
    assert (second["disposition"], second["reason"]) == (
        "excluded",
        f"billed once, at client connectwise:{TWO_COMPANIES} as {user_name('dana')}",
    )
    lines = judged["lines"]
    assert lines[main_line(TWO_COMPANIES, EVERYBODY)]["used_quantity"] == 3
    assert lines[main_line(OTHER_COMPANY, EVERYBODY)]["used_quantity"] == 2
    part = lines[f"{main_line(OTHER_COMPANY, EVERYBODY)}|excluded"]
    assert (part["class"], part["used_quantity"]) == ("excluded", 1)
    assert f"client connectwise:{TWO_COMPANIES} as {user_name('dana')} (exclusions.csv:2)" in part["explanation"]


def test_a_user_with_many_licences_counts_once_for_each_product(judged: Judged) -> None:
    """Domain guide, section 5, "One user, many licences"."""
    assert judged["lines"][main_line(MANY, EVERYBODY)]["used_quantity"] == 3
    assert judged["lines"][main_line(MANY, SECOND)]["used_quantity"] == 1
    assert judged["lines"][main_line(MANY, SECOND)]["class"] == "unbilled"


def test_a_seat_of_somebody_gone_or_unseen_is_flagged_and_still_counts(judged: Judged) -> None:
    """Domain guide, glossary, "Zombie licence": 90 days are still fine, and unknown is not never."""
    row = judged["lines"][main_line(UNSEEN, EVERYBODY)]
    assert (row["used_quantity"], row["class"], row["flags"]) == (5, "matched", ["inactive_seat"])
    assert row["explanation"].endswith(
        " Nobody active holds 2 of 5 counted licences: 1 disabled, 1 without sign-in for more than 90 days."
    )


def test_the_counting_rule_says_after_how_many_days_a_seat_is_inactive(judged: Judged) -> None:
    row = judged["lines"][main_line(UNSEEN, MONTHLY)]
    assert (row["used_quantity"], row["flags"]) == (1, ["inactive_seat"])
    assert (
        "Nobody active holds 1 of 1 counted licences: 1 without sign-in for more than 30 days." in (row["explanation"])
    )


@pytest.mark.parametrize(
    ("counts_people", "used", "sentence"),
    [
        (None, 3, "3 used at microsoft_graph (3 licences of 2 users); 3 - 0 included = 3 expected; 3 billed."),
        (
            "yes",
            2,
            "3 used at microsoft_graph - 1 further licences of the same users = 2; 2 - 0 included = 2 expected;"
            " 3 billed; 1 x 8.00 = 8.00 USD a month overbilled.",
        ),
    ],
)
def test_a_line_counts_licences_or_people_and_names_both(
    engine: Engine, counts_people: str | None, used: int, sentence: str
) -> None:
    """Domain guide, section 5, "One user, many licences": per-licence lines count seats, per-user lines people."""
    engine.clear()
    write(
        World(
            clients=(Client(1),),
            agreements=(Agreement(11, 1),),
            accounts=(Account("microsoft_graph", 1, 1),),
            products=(Product(EVERYBODY, "used", used="microsoft_graph"), Product(SECOND, mapped=())),
            lines=(Line(1, 11, EVERYBODY, Decimal(3)),),
            users=(User("ana", 1, (EVERYBODY, SECOND)), User("ben", 1, (EVERYBODY,))),
        ),
        engine,
    )
    # Two SKUs of the vendor are sold as one product.
    engine.rules(
        "product_map",
        [
            {
                "source_system": "microsoft_graph",
                "vendor_product_id": f"{SECOND:08d}-0000-4000-9000-000000000000",
                "product_id": product_id(EVERYBODY),
                "rule_id": "product_map.csv:99",
            }
        ],
    )
    with engine.connect() as connection:
        connection.execute("UPDATE rules.counting SET counts_people = ?", [counts_people])
    engine.compute()
    row = engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", main_line(1, EVERYBODY))
    assert (row["used_quantity"], row["flags"]) == (used, [])
    assert row["explanation"] == sentence
    assert engine.broken_tests() == {}
