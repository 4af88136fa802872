"""The step between reading and computing: all sources are loaded, so the run's clock is settled.

Belongs here: moving `control.run`'s clock for a run whose as-of time is "now". Does not belong here: computing.
"""

from datetime import UTC, datetime

from pipelines.home import Home
from pipelines.steps.current import CurrentRun, current_run, settled_clock
from pipelines.warehouse.connection import connect
from pipelines.warehouse.control import write_run


def settle_clock(home: Home) -> CurrentRun:
    """Settle the run's clock.

    A run without an as-of time means "now", and now is after its own reads: with the clock of its start, every row it
    read would lie in its future. A given as-of time stands.

    Returns:
        The run with its final clock; also on disk and in `control.run`.
    """
    current = current_run(home)
    if current.as_of_given:
        return current
    with connect(home.warehouse) as connection:
        captured = connection.execute(
            "SELECT captured_at FROM control.reads WHERE run_id = ? AND status = 'ok' AND captured_at IS NOT NULL",
            [current.run.run_id],
        ).fetchall()
        settled = current.at(settled_clock(datetime.now(UTC), (moment for (moment,) in captured)))
        write_run(connection, settled.run)
    settled.save(home)
    return settled
