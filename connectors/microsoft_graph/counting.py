"""Licence counts out of pages of users, so that no person's name or id leaves the memory of one call.

Does not belong here: fetching the pages, other tables of Microsoft Graph.
"""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from connectors.errors import FieldError
from connectors.json_pages import PageText, arrow_schema, connect, parse
from connectors.microsoft_graph.schema import LICENSE_ASSIGNMENTS
from connectors.tables import BOOLEAN, JSON, TEXT, Column, Table

SYSTEM = "microsoft_graph"
SELECTED_FIELDS = "id,accountEnabled,userType,assignedLicenses"

# Never stored: only what counting needs, and the id to notice a user that comes twice.
_USERS = Table(
    name="users",
    endpoint=LICENSE_ASSIGNMENTS.endpoint,
    description="Users of a tenant, in memory only.",
    key=("id",),
    columns=(
        Column("tenant_id", "", TEXT),
        Column("id", "id", TEXT),
        Column("account_enabled", "accountEnabled", BOOLEAN),
        Column("user_type", "userType", TEXT),
        Column("assigned_licenses", "assignedLicenses", JSON),
    ),
)

# A user holds a SKU once in assignedLicenses, whether directly, by group or both.
_COUNT = """
    WITH held AS (
        SELECT DISTINCT tenant_id, id, account_enabled, user_type, lower(unnest(sku_ids)) AS sku_id
        FROM (
            SELECT *, list_transform(
                from_json(assigned_licenses, '[{"skuId": "VARCHAR"}]'), lambda licence: licence.skuId
            ) AS sku_ids
            FROM users
        )
    ),
    counted AS (
        SELECT
            tenant_id,
            sku_id,
            count(*) AS assigned_users,
            count(*) FILTER (account_enabled = false) AS disabled_users,
            count(*) FILTER (lower(user_type) = 'guest') AS guest_users
        FROM held
        WHERE sku_id IS NOT NULL
        GROUP BY ALL
    )
    SELECT
        *,
        json_object(
            'skuId', sku_id,
            'assignedUsers', assigned_users,
            'disabledUsers', disabled_users,
            'guestUsers', guest_users
        )::VARCHAR AS _source_row,
        ?::TIMESTAMPTZ AS _captured_at
    FROM counted
    ORDER BY tenant_id, sku_id
"""

# Tenants with users that come twice, or whose licences are no list of objects with a SKU id.
_FAULTS = """
    SELECT
        tenant_id,
        count(*) - count(DISTINCT id) AS repeated,
        count(*) FILTER (
            coalesce(json_type(assigned_licenses), '') <> 'ARRAY'
            OR list_bool_or(list_transform(
                from_json(assigned_licenses, '[{"skuId": "VARCHAR"}]'), lambda licence: licence.skuId IS NULL
            ))
        ) AS unreadable
    FROM users
    GROUP BY tenant_id
    HAVING repeated > 0 OR unreadable > 0
"""


def count_licences(pages: Sequence[PageText], captured_at: datetime) -> tuple[pa.Table, dict[str, str]]:
    """Rows of `license_assignments`, and why the counts of some tenants are worth nothing.

    Args:
        pages: answers of `/users` with the fields `SELECTED_FIELDS`, of any number of tenants; the context of each
            holds its `tenant_id`.
        captured_at: the source's clock.

    Returns:
        The counts, and reasons by tenant id; rows of a tenant with a reason must not be used.

    Raises:
        FieldError: a field has another type than declared; the message names the field, never the person.
    """
    endpoint = LICENSE_ASSIGNMENTS.endpoint
    schema = arrow_schema(LICENSE_ASSIGNMENTS)
    if not pages:
        return schema.empty_table(), {}
    try:
        users = parse(pages, _USERS, system=SYSTEM, rows_path="$.value", captured_at=captured_at)
    except FieldError as error:
        problem = "not what it should be"
        raise FieldError(
            SYSTEM, endpoint, field=error.field, row_key="(user)", problem=problem, page=error.page
        ) from None
    with connect() as connection:
        connection.register("users", users.drop_columns(["_source_row", "_captured_at"]))
        faults = {
            tenant_id: f"{repeated} users came twice: pages overlap"
            if repeated
            else f"field assignedLicenses of {unreadable} users is not what it should be"
            for tenant_id, repeated, unreadable in connection.execute(_FAULTS).fetchall()
        }
        counted = connection.execute(_COUNT, [captured_at]).to_arrow_table()
    return counted.select(schema.names).cast(schema), faults
