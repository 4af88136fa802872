"""A tenant that refuses one table, or is gone: the lines that need it are not assessed, and no other."""

import pytest

from pipelines.rules.idle import idle
from tests.engine.laws import LAWS
from tests.engine.project import Engine
from tests.engine.tenant_desk import GRAPH, TenantDesk, sku, subscription

GONE = "44444444-0000-4000-8000-000000000000"


@pytest.fixture
def desk(engine: Engine) -> TenantDesk:
    return TenantDesk(engine)


@pytest.mark.parametrize(
    ("basis", "refused", "class_"),
    [
        ("owned", "directory_subscriptions", "matched"),
        ("owned", "license_assignments", "matched"),
        ("owned", "subscribed_skus", "not_assessed"),
        ("used", "directory_subscriptions", "matched"),
        ("used", "subscribed_skus", "matched"),
        ("used", "license_assignments", "not_assessed"),
    ],
)
def test_a_table_that_is_refused_costs_the_lines_that_need_it(
    desk: TenantDesk, engine: Engine, basis: str, refused: str, class_: str
) -> None:
    desk.seat_is_counted(basis)
    desk.line(10, "22.00")
    desk.tenant(
        None if refused == "subscribed_skus" else [sku(10, 10)],
        None if refused == "license_assignments" else 10,
        None if refused == "directory_subscriptions" else [subscription(1, 10)],
    )
    row = desk.compute()
    assert row["class"] == class_
    said = f"{refused} refused: microsoft_graph /{refused}: access refused (HTTP 403)"
    if class_ == "matched":
        assert row["explanation"].endswith(f" 10 billed. Of microsoft_graph was not read: {said}.")
    else:
        assert f"Not assessed: microsoft_graph - {said}" in row["explanation"]
    assert {law: rows for law, query in LAWS.items() if (rows := engine.rows(query))} == {}


def lay_out_two_tenants(desk: TenantDesk, message: str, *, is_confirmed: bool) -> None:
    """Ten seats in one tenant; the second one, mapped to the same client, answers with `message`."""
    desk.seat_is_counted("owned")
    desk.line(10, "22.00")
    desk.tenant([sku(10, 10)], 10)
    desk.rule("client_map", source_system=GRAPH, account_id=GONE, client_id="connectwise:250")
    desk.engine.read(GRAPH, "tenants", [*desk.tenants, {"tenant_id": GONE}], at=desk.read_at)
    # Yesterday it still had five.
    rows = [{**sku(5, 5), "tenant_id": GONE}]
    desk.engine.read(GRAPH, "subscribed_skus", rows, at=desk.read_at, account_id=GONE, run_id="run-0")
    for table in ("subscribed_skus", "license_assignments", "directory_subscriptions"):
        desk.engine.read(GRAPH, table, at=desk.read_at, account_id=GONE, status="refused", message=message)
    if is_confirmed:
        desk.rule("gone_accounts", source_system=GRAPH, account_id=GONE.upper(), confirmed_by="D. Okafor",
                  confirmed_at="2026-06-02", reason="company dissolved", rule_id="gone_accounts.csv:2")  # fmt: skip


UNKNOWN = f"the login refuses this application (HTTP 400): invalid_request: AADSTS90002: Tenant '{GONE}' not found."


def test_a_tenant_that_is_gone_and_known_to_be_counts_no_more(desk: TenantDesk, engine: Engine) -> None:
    lay_out_two_tenants(desk, UNKNOWN, is_confirmed=True)
    row = desk.compute()
    assert desk.quantities(row)[:2] == ("matched", 10)
    assert row["explanation"].endswith(
        f"Of microsoft_graph was not read: account {GONE} no longer exists, confirmed by D. Okafor on 2026-06-02:"
        " company dissolved (gone_accounts.csv:2)."
    )
    health = engine.row("SELECT * FROM analytics.source_health WHERE source_system = 'microsoft_graph'")
    assert health["status"] == "healthy"
    rows = engine.rows("SELECT * FROM analytics.row_dispositions WHERE contains(source_record_id, ?)", GONE)
    assert [(one["disposition"], one["reason"]) for one in rows] == [
        ("information_only", "its account no longer exists")
    ]
    assert engine.broken_tests() == {}


@pytest.mark.parametrize(
    ("message", "is_confirmed"),
    [(UNKNOWN, False), ("access refused (HTTP 403)", True)],
    ids=["nobody has confirmed it", "it refuses, so it is there"],
)
def test_any_other_tenant_that_refuses_makes_its_lines_unknown_and_the_source_partial(
    desk: TenantDesk, engine: Engine, message: str, is_confirmed: bool
) -> None:
    lay_out_two_tenants(desk, message, is_confirmed=is_confirmed)
    assert desk.compute()["class"] == "not_assessed"
    health = engine.row("SELECT * FROM analytics.source_health WHERE source_system = 'microsoft_graph'")
    assert health["status"] == "partial"


WITHDRAWN = "microsoft_graph: access refused (HTTP 403)"


def acknowledge(desk: TenantDesk, account_id: str = GONE, **about: str) -> None:
    desk.rule("known_refusals", source_system=GRAPH, account_id=account_id, confirmed_by="D. Okafor",
              confirmed_at="2026-06-02", reason="consent withdrawn", rule_id="known_refusals.csv:2",
              **about)  # fmt: skip


def test_a_refusal_that_somebody_knows_of_is_no_news_and_says_so_wherever_the_tenant_stood(
    desk: TenantDesk, engine: Engine
) -> None:
    lay_out_two_tenants(desk, WITHDRAWN, is_confirmed=False)
    acknowledge(desk, GONE.upper())
    row = desk.compute()
    said = "known to D. Okafor since 2026-06-02: consent withdrawn (known_refusals.csv:2)"
    assert row["class"] == "not_assessed", "nothing more is known of the tenant than before"
    assert said in row["explanation"]
    health = engine.row("SELECT * FROM analytics.source_health WHERE source_system = 'microsoft_graph'")
    assert (health["status"], health["is_acknowledged"]) == ("partial", True)
    assert said in health["message"]
    assert engine.broken_tests() == {}


@pytest.mark.parametrize(
    ("about", "account_id"),
    [({"valid_to": "2026-06-10"}, GONE), ({}, "55555555-0000-4000-8000-000000000000")],
    ids=["the acknowledgement has lapsed", "it is of another account"],
)
def test_a_refusal_that_nobody_knows_of_any_more_is_news(
    desk: TenantDesk, engine: Engine, about: dict[str, str], account_id: str
) -> None:
    lay_out_two_tenants(desk, WITHDRAWN, is_confirmed=False)
    acknowledge(desk, account_id, **about)
    assert "known to" not in desk.compute()["explanation"]
    health = engine.row("SELECT * FROM analytics.source_health WHERE source_system = 'microsoft_graph'")
    assert (health["status"], health["is_acknowledged"]) == ("partial", False)
    with engine.connect() as connection:
        told = [(error.file, error.line, error.column) for error in idle(connection) if "refused" in error.reason]
    assert told == ([] if about else [("known_refusals.csv", 2, "account_id")]), "one that hits nothing is named"
