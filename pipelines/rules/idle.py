"""Rules that hit nothing although all that they name is there: a pair that no line has, a user whom nobody licenses.

Belongs here: questions to the last run's own rows and lines. Does not belong here: ids that do not exist
(`dangling.py`).
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from pipelines.rules.errors import RuleError

if TYPE_CHECKING:
    import duckdb

# What the questions read beside the rules that they are about.
_READS = {
    "staging.stg_rules__product_groups",
    "compare.lines",
    "compare.vendor_rows_identified",
    "canonical.vendor_quantities",
    "canonical.account_status",
    "canonical.system_status",
}
_FIELD = """lower(trim(CASE rule.attribute WHEN 'office' THEN row.office WHEN 'department' THEN row.department
    WHEN 'company' THEN row.company WHEN 'site' THEN row.site WHEN 'account' THEN row.account_id
    ELSE row.source_record_id END))"""
# An account that was not read, or shows no users, says nothing of them.
_HAS_USERS = """EXISTS (FROM canonical.vendor_quantities AS row WHERE rule.source_system = row.source_system
    AND rule.account_id = row.account_id AND row.holder_id IS NOT NULL)"""
# A group is each product that is in it on the same day.
_LINE_OF_PRODUCT = """FROM compare.lines AS line WHERE rule.client_id IN ('*', line.client_id)
    AND (rule.product_id IN ('*', line.product_id) OR rule.product_id IN (
        SELECT member.product_group FROM staging.stg_rules__product_groups AS member
        WHERE member.product_id = line.product_id AND member.valid_from <= run.cutoff
            AND coalesce(member.valid_to > run.cutoff, true)
    ))"""
# Table, column that is named, what is said of it, the rows of which one would do, which rules are asked.
_QUESTIONS = (
    (
        "exclusions",
        "client_id",
        "'no row of this client, system and product was read, so the rule takes nothing out'",
        "FROM compare.vendor_rows_identified AS row WHERE rule.client_id IN ('*', row.client_id)"
        " AND rule.source_system IN ('*', row.source_system)"
        " AND rule.vendor_product_id IN ('*', row.vendor_product_id)",
        "rule.source_record_id = '*'",
    ),
    (
        "tolerances",
        "product_id",
        "'no line of this ' || if(rule.client_id = '*', 'product', 'client and product') || ' is there to tolerate'",
        "FROM compare.lines AS line WHERE rule.client_id IN ('*', line.client_id)"
        " AND rule.product_id = line.product_id",
        "true",
    ),
    (
        "terms",
        "client_id",
        "'no line of this ' || CASE '*' WHEN rule.product_id THEN 'client' WHEN rule.client_id THEN 'product'"
        " ELSE 'client and product' END || ' is there, so the term'"
        " || ' holds for nothing'",
        _LINE_OF_PRODUCT,
        "true",
    ),
    (
        "counting",
        "client_id",
        "'no line of this client and product is there, so the rule counts nothing'",
        _LINE_OF_PRODUCT,
        "rule.client_id <> '*'",
    ),
    (
        "bundles",
        "bundle_product_id",
        "'this client has no line of the bundle, so the rule covers nothing'",
        "FROM compare.lines AS line WHERE rule.client_id = line.client_id AND rule.bundle_product_id = line.product_id",
        "rule.client_id <> '*'",
    ),
    (
        "splits",
        "value",
        "rule.value || ': no user of the account has this ' || rule.attribute",
        "FROM canonical.vendor_quantities AS row WHERE rule.source_system = row.source_system"
        f" AND rule.account_id = row.account_id AND rule.value = {_FIELD}",
        _HAS_USERS,
    ),
    (
        "special_users",
        "user_name",
        "rule.user_name || ': no user of this name holds a licence of the account'",
        "FROM canonical.vendor_quantities AS row WHERE rule.source_system = row.source_system"
        " AND rule.account_id = row.account_id AND rule.user_name = lower(row.holder_name)",
        _HAS_USERS,
    ),
    (
        "known_refusals",
        "account_id",
        "'this account was not refused in the last run, so there is nothing to know of'",
        "FROM canonical.account_status AS row WHERE rule.source_system = row.source_system"
        " AND rule.account_id = row.account_id AND row.is_refused",
        # A source that failed as a whole says nothing of its accounts.
        "EXISTS (FROM canonical.system_status AS row WHERE rule.source_system = row.source_system"
        " AND row.status IN ('healthy', 'partial'))",
    ),
    (
        "agreement_units",
        "value",
        "rule.value || ': no unit of ' || rule.source_system || ' has this ' || rule.attribute",
        "FROM canonical.vendor_quantities AS row WHERE rule.source_system = row.source_system"
        f" AND rule.value = {_FIELD}",
        "true",
    ),
)


def idle(
    connection: "duckdb.DuckDBPyConnection", told: Collection[tuple[str, int | None]] = frozenset()
) -> list[RuleError]:
    """The rules in force on the cut-off day of the last run that hit nothing in it.

    Systems of which no row was read are left out, and so are rules of `told` (file, line): something they name is not
    there at all.
    """
    if not _is_computed(connection):
        return []
    parts = []
    for table, column, said, hits, asked in _QUESTIONS:
        # Only where something of the system was read can it be missed.
        of_system = (
            "AND (rule.source_system = '*' OR rule.source_system IN "
            "(SELECT source_system FROM canonical.vendor_quantities))"
            if "rule.source_system" in hits
            else ""
        )
        parts.append(
            f"""SELECT rule.rule_id, '{column}' AS column_name, any_value({said}) AS reason
            FROM staging.stg_rules__{table} AS rule, (SELECT max(cutoff_date) AS cutoff FROM control.run) AS run
            WHERE {asked} AND rule.valid_from <= run.cutoff AND coalesce(rule.valid_to > run.cutoff, true) {of_system}
            GROUP BY rule.rule_id HAVING bool_and(NOT EXISTS ({hits}))"""  # noqa: S608 - our own text
        )
    found = connection.execute("\nUNION ALL\n".join(parts)).fetchall()
    errors = []
    for rule_id, column, reason in found:
        file, _, line = rule_id.rpartition(":")
        if (file, int(line)) not in told:
            errors.append(RuleError(file, int(line), column, reason))
    return errors


def _is_computed(connection: "duckdb.DuckDBPyConnection") -> bool:
    """Whether all that the questions read is there: a warehouse of an older version, or before a run, lacks some."""
    needed = {f"staging.stg_rules__{table}" for table, *_ in _QUESTIONS} | _READS
    found = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database() "
        "UNION SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE database_name = current_database()"
    ).fetchall()
    return needed <= {name for (name,) in found}
