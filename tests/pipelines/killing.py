"""A process that runs the pipeline and is killed at a named moment, with no chance to tidy up, again and again.

`python -m tests.pipelines.killing HOME` reads one moment a line and answers each with how its process ended. Each
moment gets a process of its own, forked from this one, which has imported everything once.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import connectors.http
import connectors.load
import pipelines.defs.build  # imported for the children
import pipelines.publish.copy
import pipelines.publish.publish
import pipelines.steps.load
from expectations.runner import warm_up
from pipelines.defs.resources import Progress
from pipelines.home import Home
from pipelines.run import run_pipeline


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at(number: int, real: Callable[..., Any], when: Callable[..., bool] = lambda *_, **__: True) -> Callable[..., Any]:
    """`real`, until it is called for the `number`th time with arguments that `when` accepts."""
    seen = 0

    def replaced(*given: Any, **named: Any) -> Any:
        nonlocal seen
        seen += when(*given, **named)
        if seen >= number:
            die()
        return real(*given, **named)

    return replaced


def watch(step: str, kind: str, number: int) -> Callable[[Progress], None]:
    """A watcher that kills at the `number`th event of this step and kind."""
    return at(number, lambda _: None, lambda event: (event.step, event.kind) == (step, kind))


def reading(home: Home) -> None:
    """Sources are half read: this one has had some of its answers, and the others have not ended either."""
    send = connectors.http.SourceClient.send
    connectors.http.SourceClient.send = at(4, send, lambda client, *_, **__: client.system == "pax8")  # type: ignore[method-assign]
    run_pipeline(home)


def loading(home: Home) -> None:
    """The third source's rows are in the warehouse and no read names them."""
    pipelines.steps.load.record_reads = at(3, pipelines.steps.load.record_reads)  # type: ignore[assignment]
    run_pipeline(home)


def checking(home: Home) -> None:
    """Expectations of the second source are being checked, its reads recorded but not committed."""
    pipelines.steps.load.run_suite = at(8, pipelines.steps.load.run_suite)  # type: ignore[assignment]
    run_pipeline(home)


def transforming(home: Home) -> None:
    """The process of dbt is writing models."""
    run_pipeline(home, progress=watch("transform", "advanced", 3))


def before_publishing(home: Home) -> None:
    """Everything is computed, nothing is judged yet."""
    run_pipeline(home, progress=watch("publish", "started", 1))


def copying(home: Home) -> None:
    """The new copy holds all rows and has not been closed."""
    copy = pipelines.publish.copy._copy
    pipelines.publish.copy._copy = lambda *given: die(copy(*given))  # type: ignore[assignment]
    pipelines.publish.publish.publish(home)


def renaming(home: Home) -> None:
    """The new copy is whole and not yet in place."""
    pipelines.publish.publish.put_in_place = die  # type: ignore[assignment]
    pipelines.publish.publish.publish(home)


def recording(home: Home) -> None:
    """The new copy is in place, and no table says so yet."""
    pipelines.publish.publish.record_publication = die  # type: ignore[assignment]
    pipelines.publish.publish.publish(home)


# Those from `copying` on publish what the run before them computed: a run of the pipeline for each would show no more.
RUNS = (reading, loading, checking, transforming, before_publishing)
PUBLICATIONS = (copying, renaming, recording)
MOMENTS = {moment.__name__: moment for moment in (*RUNS, *PUBLICATIONS)}


def main() -> None:
    home = Home(Path(sys.argv[1]))
    warm_up()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            MOMENTS[line.strip()](home)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
