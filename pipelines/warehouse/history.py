"""What published runs said of their lines, kept for the runs after them.

A line that is there no more gets one row of class `gone`, whose quantities are unknown: without it, its last row would
go on telling how it stands. A run of an earlier moment finds its place between those that stand there: the run after
it goes on saying what it said.

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
    "amount_variance",
    "flags",
)
_COLUMNS = f"run_id, period, as_of, line_key, {', '.join(_FIGURES)}"


def record_lines(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Append the lines of the run that stands in `analytics.reconciliation`: findings always, others where they differ.

    Call it within the transaction that records the publication; a repeated call replaces the run's rows.

    Args:
        connection: An open warehouse with a computed run.
        run_id: The run.
    """
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE next_run AS
        SELECT published_runs.run_id, published_runs.period, published_runs.as_of
        FROM control.published_runs
        CROSS JOIN control.run
        WHERE published_runs.as_of > run.as_of
        ORDER BY published_runs.as_of
        LIMIT 1
        """
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE said_next AS {_standing('next_run')}")
    connection.execute("DELETE FROM control.line_history WHERE run_id = ?", [run_id])
    _append_lines(connection, run_id)
    _append_what_the_next_run_said(connection)


def _standing(moment: str) -> str:
    """Query for how each line stood at the `as_of` of a table's only row; nothing where the table is empty."""
    # Every name in these texts is our own.
    return f"""
        SELECT * FROM control.line_history
        WHERE as_of <= (SELECT as_of FROM {moment})
        QUALIFY row_number() OVER (PARTITION BY line_key ORDER BY as_of DESC, run_id DESC) = 1
    """  # noqa: S608


def _of(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in _FIGURES)


def _differs(one: str, other: str) -> str:
    """Whether two rows say something else. Flags that nobody kept (an older home's, a line's that is gone) are none."""
    said, stood = (_of(table).replace(f"{table}.flags", f"coalesce({table}.flags, [])") for table in (one, other))
    return f"({said}) IS DISTINCT FROM ({stood})"


def _append_lines(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    connection.execute(
        f"""
        INSERT INTO control.line_history ({_COLUMNS})
        WITH before AS ({_standing("control.run")})
        SELECT ? AS run_id, said.period, said.as_of, said.line_key, {_of("said")}
        FROM analytics.reconciliation AS said
        LEFT JOIN before USING (line_key)
        WHERE said.kind NOT IN ('explained', 'clean')
            OR {_differs("said", "before")}
        UNION ALL BY NAME
        SELECT
            ? AS run_id, run.period, run.as_of, before.line_key,
            'gone' AS class, 'clean' AS kind, 0 AS billed_quantity
        FROM before
        CROSS JOIN control.run AS run
        ANTI JOIN analytics.reconciliation AS said ON said.line_key = before.line_key
        WHERE before.class <> 'gone'
        """,  # noqa: S608
        [run_id, run_id],
    )


def _append_what_the_next_run_said(connection: duckdb.DuckDBPyConnection) -> None:
    """Where the next run kept silent because nothing had changed, and now something has."""
    connection.execute(
        f"""
        INSERT INTO control.line_history ({_COLUMNS})
        WITH stands AS ({_standing("next_run")})
        SELECT
            next_run.run_id, next_run.period, next_run.as_of, line_key,
            coalesce(said.class, 'gone'), coalesce(said.kind, 'clean'), coalesce(said.billed_quantity, 0),
            said.owned_quantity, said.used_quantity, said.charged_quantity, said.expected_quantity, said.variance,
            said.revenue_impact, said.currency, said.amount_variance, said.flags
        FROM said_next AS said
        FULL JOIN stands USING (line_key)
        CROSS JOIN next_run
        WHERE stands.run_id IS DISTINCT FROM next_run.run_id
            AND {_differs("said", "stands")}
            AND NOT (said.line_key IS NULL AND stands.class = 'gone')
        """  # noqa: S608
    )
