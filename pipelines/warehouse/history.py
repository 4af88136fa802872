"""What published runs said of their lines, kept for the runs after them.

A line that is there no more gets one row of class `gone`, whose quantities are unknown: without it, its last row would
go on telling how it stands.

Belongs here: appending to `control.line_history`. Does not belong here: what a later run reads out of it (dbt).
"""

import duckdb

_FIGURES = (
    "class",
    "kind",
    "billed_quantity",
    "owned_quantity",
    "used_quantity",
    "charged_quantity",
    "expected_quantity",
    "variance",
    "revenue_impact",
    "currency",
)


def record_lines(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Append the lines of the run that stands in `analytics.reconciliation`: findings always, others where they differ.

    Call it within the transaction that records the publication; a repeated call replaces the run's rows.

    Args:
        connection: An open warehouse with a computed run.
        run_id: The run.
    """
    connection.execute("DELETE FROM control.line_history WHERE run_id = ?", [run_id])
    figures = ", ".join(_FIGURES)
    said = ", ".join(f"reconciliation.{name}" for name in _FIGURES)
    known = ", ".join(f"last_said.{name}" for name in _FIGURES)
    # Every name in this text is our own.
    connection.execute(
        f"""
        INSERT INTO control.line_history (run_id, period, as_of, line_key, {figures})
        WITH last_said AS (
            SELECT * FROM control.line_history
            QUALIFY row_number() OVER (PARTITION BY line_key ORDER BY as_of DESC, run_id DESC) = 1
        )
        SELECT ?, reconciliation.period, reconciliation.as_of, reconciliation.line_key, {said}
        FROM analytics.reconciliation AS reconciliation
        LEFT JOIN last_said USING (line_key)
        WHERE reconciliation.kind NOT IN ('explained', 'clean')
            OR ({said}) IS DISTINCT FROM ({known})
        """,  # noqa: S608
        [run_id],
    )
    connection.execute(
        """
        INSERT INTO control.line_history (run_id, period, as_of, line_key, class, kind, billed_quantity)
        WITH last_said AS (
            SELECT * FROM control.line_history
            QUALIFY row_number() OVER (PARTITION BY line_key ORDER BY as_of DESC, run_id DESC) = 1
        )
        SELECT ?, run.period, run.as_of, last_said.line_key, 'gone', 'clean', 0
        FROM last_said
        CROSS JOIN control.run AS run
        ANTI JOIN analytics.reconciliation AS reconciliation ON reconciliation.line_key = last_said.line_key
        WHERE last_said.class <> 'gone'
        """,
        [run_id],
    )
