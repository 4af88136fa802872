"""Licence counts out of pages of users, so that no person's name or id leaves the memory of one call.

Does not belong here: fetching the pages, other tables of Microsoft Graph.
"""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from connectors.errors import FieldError, IncompleteReadError, SourceReadError
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

# Users that come twice, and users whose licences are no list of objects with a SKU id.
_FAULTS = """
    SELECT
        count(*) - count(DISTINCT id),
        count(*) FILTER (
            coalesce(json_type(assigned_licenses), '') <> 'ARRAY'
            OR list_bool_or(list_transform(
                from_json(assigned_licenses, '[{"skuId": "VARCHAR"}]'), lambda licence: licence.skuId IS NULL
            ))
        )
    FROM users
"""


def count_licences(tenant_id: str, pages: Sequence[str], captured_at: datetime) -> pa.Table:
    """Rows of `license_assignments` for one tenant.

    Args:
        tenant_id: the tenant that the pages are of.
        pages: answers of `/users` with the fields `SELECTED_FIELDS`.
        captured_at: the source's clock.

    Raises:
        IncompleteReadError: a user came twice.
        SourceReadError: a field has another type than declared; the message names the field, never the person.
    """
    texts = [PageText(page, {"tenant_id": tenant_id}) for page in pages]
    endpoint = LICENSE_ASSIGNMENTS.endpoint
    try:
        users = parse(texts, _USERS, system=SYSTEM, rows_path="$.value", captured_at=captured_at)
    except FieldError as error:
        raise SourceReadError(SYSTEM, endpoint, f"field {error.field} is not what it should be") from None
    with connect() as connection:
        connection.register("users", users.drop_columns(["_source_row", "_captured_at"]))
        bad = connection.execute(_FAULTS).fetchone()
        assert bad is not None, "an aggregate gives one row"
        if bad[0]:
            raise IncompleteReadError(SYSTEM, endpoint, f"{bad[0]} users came twice: pages overlap")
        if bad[1]:
            raise SourceReadError(SYSTEM, endpoint, "field assignedLicenses is not what it should be")
        counted = connection.execute(_COUNT, [captured_at]).to_arrow_table()
    schema = arrow_schema(LICENSE_ASSIGNMENTS)
    return counted.select(schema.names).cast(schema)
