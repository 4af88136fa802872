"""Licences held by users out of pages of users: one row per licence and user, in SQL over the parsed pages.

Of a person only what a count, a split or an exclusion rests on is asked for: the sign-in name, the state, where they
belong - never the display name. Does not belong here: fetching the pages, other tables of Microsoft Graph.
"""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from connectors.errors import FieldError
from connectors.json_pages import PageText, arrow_schema, connect, parse
from connectors.microsoft_graph.schema import LICENSE_ASSIGNMENTS
from connectors.tables import BOOLEAN, JSON, TEXT, TIMESTAMP, Column, Table

SYSTEM = "microsoft_graph"

# Users as they come, in memory only; a field that was not asked for is NULL.
_USERS = Table(
    name="users",
    endpoint=LICENSE_ASSIGNMENTS.endpoint,
    description="Users of a tenant, in memory only.",
    key=("id",),
    columns=(
        Column("tenant_id", "", TEXT),
        Column("id", "id", TEXT),
        Column("user_principal_name", "userPrincipalName", TEXT),
        Column("account_enabled", "accountEnabled", BOOLEAN),
        Column("user_type", "userType", TEXT),
        Column("office_location", "officeLocation", TEXT),
        Column("department", "department", TEXT),
        Column("company_name", "companyName", TEXT),
        Column("assigned_licenses", "assignedLicenses", JSON),
        Column("last_attempt_at", "signInActivity.lastSignInDateTime", TIMESTAMP),
        Column("last_success_at", "signInActivity.lastSuccessfulSignInDateTime", TIMESTAMP),
    ),
)

# A user holds a SKU once in assignedLicenses, whether directly, by group or both. The success counts silent sign-ins of
# programs too; the attempt, failed ones. Ordered by tenant: the rows of each stand together.
_HELD = """
    WITH held AS (
        SELECT DISTINCT * EXCLUDE (assigned_licenses, sku_ids), lower(unnest(sku_ids)) AS sku_id
        FROM (
            SELECT *, list_transform(
                from_json(assigned_licenses, '[{"skuId": "VARCHAR"}]'), lambda licence: licence.skuId
            ) AS sku_ids
            FROM users
        )
    )
    SELECT
        tenant_id,
        sku_id,
        id AS user_id,
        lower(trim(user_principal_name)) AS user_principal_name,
        account_enabled,
        user_type,
        office_location,
        department,
        company_name,
        coalesce(last_success_at, last_attempt_at) AS last_sign_in_at,
        json_object(
            'skuId', sku_id,
            'userId', id,
            'userPrincipalName', user_principal_name,
            'accountEnabled', account_enabled,
            'userType', user_type,
            'officeLocation', office_location,
            'department', department,
            'companyName', company_name,
            'lastSignInDateTime', coalesce(last_success_at, last_attempt_at)
        )::VARCHAR AS _source_row,
        ?::TIMESTAMPTZ AS _captured_at
    FROM held
    WHERE sku_id IS NOT NULL
    ORDER BY tenant_id, sku_id, user_id
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


def selected_fields(*, reads_sign_in: bool) -> str:
    """The fields of a user that are asked for; the last sign-in only where the home's settings say so."""
    fields = dict.fromkeys(column.path.split(".")[0] for column in _USERS.columns if column.path)
    return ",".join(field for field in fields if reads_sign_in or field != "signInActivity")


def held_licences(pages: Sequence[PageText], captured_at: datetime) -> tuple[pa.Table, dict[str, str]]:
    """Rows of `license_assignments`, and why those of some tenants are worth nothing.

    Args:
        pages: answers of `/users` with `selected_fields`, of any number of tenants; the context of each holds its
            `tenant_id`.
        captured_at: the source's clock.

    Returns:
        The rows, those of each tenant together, and reasons by tenant id; rows of a tenant with a reason must not be
        used.

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
        held = connection.execute(_HELD, [captured_at]).to_arrow_table()
    return held.select(schema.names).cast(schema), faults
