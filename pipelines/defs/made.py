"""A table that a step made, or did not make because its source was not read: what Dagster is told of either.

Belongs here: materializations and checks, and what stands in their place. Does not belong here: reading.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION

from connectors.reads import Read

Made = dg.MaterializeResult | dg.AssetObservation | dg.Output[None]
NAMED = 3


def was_read(reads: Sequence[Read]) -> bool:
    """Whether a run read a table: at least one of its accounts or folders."""
    return any(read.status == "ok" for read in reads)


def not_read_words(
    system: str, reads: Sequence[Read], *, is_configured: bool, told: Callable[[Read], str] | None = None
) -> str:
    """Why a table was not read.

    Args:
        system: Its source system.
        reads: What the run tried.
        is_configured: Whether the source is on.
        told: What went wrong with a read, in words; its own message where nobody knows more.
    """
    if not is_configured:
        return f"Not read: {system} is off, or not configured."
    messages = dict.fromkeys(
        told(read) if told else read.message or read.status for read in reads if read.status != "ok"
    )
    reasons = "; ".join([*messages][:NAMED]) or "no reason given"
    return f"Not read in this run: {reasons}. What an earlier run read stands as it was."


def made(
    context: dg.AssetExecutionContext, key: dg.AssetKey, *, is_made: bool, why_not: str, metadata: Mapping[str, Any]
) -> Iterator[Made]:
    """Tell that a table was made, or only what was seen of it.

    Dagster knows outputs that are left out, but skips every step after them, and a run must go on without a bad source.
    So the output is there, marked as one that has told of its asset itself: no materialization comes of it, the asset
    keeps the day on which it was last made, and an observation says why.

    Args:
        context: Of the step.
        key: The table.
        is_made: Whether it was made.
        why_not: Why it was not.
        metadata: About it, in either case.
    """
    if is_made:
        yield dg.MaterializeResult(key, metadata=metadata)
        return
    yield dg.AssetObservation(key, description=why_not, metadata={**metadata, "not_read": why_not})
    yield dg.Output(
        None,
        output_name=context.assets_def.get_output_name_for_asset_key(key),
        metadata={SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True},
    )


def not_evaluated(
    context: dg.AssetExecutionContext, results: Sequence[dg.AssetCheckResult]
) -> Iterator[dg.Output[None]]:
    """End the checks of a step that have no result. Dagster shows such a check as skipped in the run, never as passed.

    Args:
        context: Of the step.
        results: The results that the step has.
    """
    done = {(result.asset_key, result.check_name) for result in results}
    for spec in context.assets_def.check_specs:
        if (spec.asset_key, spec.name) not in done:
            yield dg.Output(None, output_name=spec.get_python_identifier())
