"""From the sources to the raw tables: begin, extract, one load per source with its checks, settle.

Belongs here: assets and checks around `pipelines.steps`. Does not belong here: the steps themselves.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from time import monotonic

import dagster as dg
from pydantic import Field

from connectors.registry import SYSTEMS
from connectors.tables import Table
from expectations import SUITES
from expectations.result import ExpectationResult
from pipelines.defs import groups, keys
from pipelines.defs.made import NAMED, Made, made, not_evaluated, not_read_words, was_read
from pipelines.defs.metadata import table_metadata
from pipelines.defs.resources import Tools
from pipelines.defs.translators import declared_columns, raw_specs
from pipelines.steps.begin import RunParametersError, begin_run
from pipelines.steps.extract import extract_sources
from pipelines.steps.load import Loaded, load_source
from pipelines.steps.settle import settle_clock
from pipelines.warehouse.connection import connect

READ_CHECK = "read_succeeded"


class RunParameters(dg.Config):
    """What a person may choose for a run; empty means the default."""

    period: str | None = Field(default=None, description="Billing month as YYYY-MM; default: the month of as_of.")
    as_of: str | None = Field(
        default=None, description="The run's clock, ISO 8601 (UTC where no zone is given): nothing later counts."
    )
    accept_name_score: str | None = Field(
        default=None, description="Names at or above this score (0 to 1) decide. Only for audits of two exports."
    )
    accept_drops: list[str] = Field(
        default=[],
        description="Source systems whose tables may be far smaller than in their last trusted read, this once.",
    )
    accepted_by: str | None = Field(default=None, description="Who accepts these drops; recorded with the check.")


def ingest_assets() -> list[dg.AssetsDefinition]:
    """All assets from the sources to the raw tables."""
    return [_begin(), _extract(), *(_load(system) for system in SYSTEMS), _settle()]


def _begin() -> dg.AssetsDefinition:
    describe = {
        "run": "Period and clock of the run in progress.",
        "sources": "Configured systems with role and freshness limit.",
        "decisions": "People's decisions, as loaded for the run.",
        "published_runs": "Runs published so far.",
        "line_history": "What each line was in earlier published runs.",
    }
    specs = [
        dg.AssetSpec(
            keys.control_key(table),
            description=describe[table],
            group_name=groups.CONTROL,
            owners=list(keys.OPERATIONS),
            kinds={"duckdb"},
        )
        for table in keys.RUN_STATE
    ] + [
        dg.AssetSpec(
            keys.rules_key(table),
            description="What means the same in names, from `rules/*_aliases.toml`, checked and loaded as a whole."
            if table == keys.ALIASES
            else f"Confirmed rules from `rules/{table}.csv`, checked and loaded as a whole.",
            group_name=groups.RULES,
            owners=list(keys.BILLING),
            kinds={"toml" if table == keys.ALIASES else "csv", "duckdb"},
        )
        for table in keys.RULES
    ]

    @dg.multi_asset(name="begin_run", specs=specs, pool=keys.POOL, required_resource_keys={"tieout"})
    def begin(context: dg.AssetExecutionContext, config: RunParameters) -> Iterator[dg.MaterializeResult]:
        tools: Tools = context.resources.tieout
        tools.tell("begin", "started")
        began = monotonic()
        begun = begin_run(
            tools.home,
            context.run_id,
            period=_period(config.period),
            as_of=_moment(config.as_of),
            accept_name_score=None if config.accept_name_score is None else Decimal(config.accept_name_score),
            accept_drops=config.accept_drops,
            accepted_by=config.accepted_by,
        )
        run = begun.current.run
        context.log.info(
            f"Period {run.period:%Y-%m}, as of {run.as_of.isoformat()}, sources {', '.join(begun.current.systems)}"
        )
        with connect(tools.home.warehouse) as connection:
            for table in keys.RUN_STATE:
                yield dg.MaterializeResult(
                    keys.control_key(table), metadata=table_metadata(connection, "control", table)
                )
            for table in keys.RULES:
                yield dg.MaterializeResult(keys.rules_key(table), metadata=table_metadata(connection, "rules", table))
        tools.tell("begin", "finished", seconds=monotonic() - began)

    return begin


def _extract() -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            keys.source_key(system, table.name),
            deps=[keys.BEGIN],
            description=f"{table.description}\n\nRead from `{table.endpoint}` into a load package on disk.",
            group_name=groups.source_group(system),
            owners=list(keys.OPERATIONS),
            kinds={"csv" if system == "exports" else "api", "dlt"},
            metadata={"dagster/column_schema": declared_columns(table), "endpoint": table.endpoint},
        )
        for system in SYSTEMS
        for table in SYSTEMS[system].tables
    ]

    # No pool: this step waits for the network and opens no database.
    @dg.multi_asset(name="extract", specs=specs, required_resource_keys={"tieout"})
    def extract(context: dg.AssetExecutionContext) -> Iterator[Made]:
        tools: Tools = context.resources.tieout
        tools.tell("extract", "started")
        began = monotonic()

        def waiting(system: str, what: str, seconds: float) -> None:
            context.log.info(f"{system}: {what}")
            tools.tell("extract", "waiting", source=system, message=what, seconds=seconds)

        outcomes = extract_sources(
            tools.home,
            lambda system, table, rows: tools.tell("extract", "advanced", source=system, table=table, rows=rows),
            waiting,
        )
        for system in SYSTEMS:
            outcome = outcomes.get(system)
            if outcome is not None and outcome.error:
                context.log.warning(f"{system}: {outcome.error}")
            for table in SYSTEMS[system].tables:
                reads = [read for read in outcome.reads if read.table_name == table.name] if outcome else []
                bad = [read for read in reads if read.status != "ok"]
                yield from made(
                    context,
                    keys.source_key(system, table.name),
                    is_made=was_read(reads),
                    why_not=not_read_words(system, reads, is_configured=outcome is not None),
                    metadata={
                        "status": "off" if outcome is None else _status(len(reads), len(bad)),
                        "rows_received": sum(read.row_count or 0 for read in reads),
                        "accounts_refused": sum(read.status == "refused" for read in reads),
                        "requests": sum(read.requests or 0 for read in reads),
                        "retries": sum(read.retries or 0 for read in reads),
                        "seconds": round(sum(read.seconds or 0.0 for read in reads), 2),
                        **({"message": bad[0].message or "no reason given"} if bad else {}),
                    },
                )
        tools.tell("extract", "finished", seconds=monotonic() - began)

    return extract


def _status(reads: int, bad: int) -> str:
    """How one table was read, of whose reads so many failed."""
    if bad == reads:
        return "failed"
    return "partial" if bad else "ok"


def _load(system: str) -> dg.AssetsDefinition:
    tables = SYSTEMS[system].tables

    @dg.multi_asset(
        name=f"load_{system}",
        specs=raw_specs(system, tables),
        check_specs=[spec for table in tables for spec in check_specs(system, table)],
        pool=keys.POOL,
        required_resource_keys={"tieout"},
    )
    def load(context: dg.AssetExecutionContext) -> Iterator[Made | dg.AssetCheckResult]:
        tools: Tools = context.resources.tieout
        tools.tell("load", "started", source=system)
        began = monotonic()
        loaded = load_source(tools.home, system)
        for problem in loaded.problems:
            context.log.warning(problem)
        with connect(tools.home.warehouse) as connection:
            for table in tables:
                reads = [read for read in loaded.reads if read.table_name == table.name]
                yield from made(
                    context,
                    keys.raw_key(system, table.name),
                    is_made=was_read(reads),
                    why_not=not_read_words(system, reads, is_configured=loaded.is_configured, told=loaded.told),
                    metadata={
                        **table_metadata(connection, f"raw_{system}", table.name),
                        "status": loaded.status,
                        "rows_in_use": (loaded.rows_in_use or {}).get(table.name, 0),
                        **({"message": loaded.problems[0]} if loaded.problems else {}),
                        **_how_files_were_read(loaded, table),
                    },
                )
        results = list(check_results(loaded, tables))
        yield from results
        yield from not_evaluated(context, results)
        tools.tell(
            "load",
            "failed" if loaded.status in ("failed", "suspect") else "finished",
            source=system,
            rows=sum((loaded.rows_in_use or {}).values()),
            seconds=monotonic() - began,
            message=loaded.problems[0] if loaded.problems else None,
        )

    return load


def _how_files_were_read(loaded: Loaded, table: Table) -> dict[str, dg.MetadataValue]:
    """Of the inbox: which column was taken for what, what was left out, what is not sure; plain text."""
    notes = [note for read in loaded.reads if read.table_name == table.name for note in read.notes]
    lines = [f"{note['source']}/{note['file']} {note['sheet']}".strip() + f": {note['text']}" for note in notes]
    return {"how_files_were_read": dg.MetadataValue.text("\n".join(lines))} if lines else {}


def check_specs(system: str, table: Table) -> list[dg.AssetCheckSpec]:
    """The checks of one raw table: was it read, and each expectation of its suite.

    None blocks what comes after: a run goes on without a bad source, and dbt makes its lines `not_assessed`.
    """
    key = keys.raw_key(system, table.name)
    return [
        dg.AssetCheckSpec(READ_CHECK, asset=key, description="Every read of this table in the run succeeded."),
        *(
            dg.AssetCheckSpec(
                expectation.name,
                asset=key,
                description=f"Fails when {expectation.problem}. {expectation.remedy} "
                + ("The source is not assessed then." if expectation.blocking else "Only a warning."),
                metadata={"expectation": expectation.kind, "is_blocking": expectation.blocking},
            )
            for expectation in SUITES[system][table.name].expectations
        ),
    ]


def check_results(loaded: Loaded, tables: tuple[Table, ...]) -> Iterator[dg.AssetCheckResult]:
    """One result per check of each raw table that this run read.

    What was not read is not judged: of such a table only `read_succeeded` has a result, which fails and says so, and
    Dagster shows the others as skipped. A source that is off was not to be read, and has no result at all.
    """
    found: dict[tuple[str, str], ExpectationResult] = {}
    for result in loaded.results:
        # Of several folders the one that fails is shown.
        earlier = found.get((result.table_name, result.expectation))
        if earlier is None or (earlier.passed and not result.passed):
            found[result.table_name, result.expectation] = result
    for table in tables if loaded.is_configured else ():
        key = keys.raw_key(loaded.system, table.name)
        reads = [read for read in loaded.reads if read.table_name == table.name]
        bad = [read for read in reads if read.status != "ok"]
        expectations = SUITES[loaded.system][table.name].expectations
        unread = [] if was_read(reads) else [expectation.name for expectation in expectations]
        problem = "; ".join(loaded.told(read) for read in bad[:NAMED]) or ("not read" if unread else None)
        if len(bad) > NAMED:
            problem = f"{problem}; and {len(bad) - NAMED} more"
        if unread:
            problem = f"{problem}. The other {len(unread)} checks of this table were not evaluated: nothing was read."
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=READ_CHECK,
            passed=problem is None,
            severity=dg.AssetCheckSeverity.WARN
            if bad and all(read.status == "refused" for read in bad)
            else dg.AssetCheckSeverity.ERROR,
            description=problem,
            metadata={
                "reads": len(reads),
                "failed": len(bad),
                "accounts": [loaded.account_words(read.account_id or "") for read in bad[:20]],
                "not_evaluated": unread,
            },
        )
        for expectation in () if unread else expectations:
            outcome = found.get((table.name, expectation.name))
            severity = dg.AssetCheckSeverity.ERROR if expectation.blocking else dg.AssetCheckSeverity.WARN
            if outcome is None:
                yield dg.AssetCheckResult(
                    asset_key=key,
                    check_name=expectation.name,
                    passed=False,
                    severity=severity,
                    description="Not evaluated.",
                )
                continue
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name=expectation.name,
                passed=outcome.passed,
                severity=severity,
                description=outcome.message or None,
                metadata={
                    "observed": outcome.observed or "",
                    "unexpected_count": outcome.unexpected_count or 0,
                    "sample": _named(outcome.sample or "[]", table, loaded),
                },
            )


def _named(sample: str, table: Table, loaded: Loaded) -> str:
    """A sample of keys in which accounts have their names."""
    if table.account_column not in table.key or not loaded.account_names:
        return sample
    at = table.key.index(table.account_column)
    keys_of_rows = [key.split("|") for key in json.loads(sample)]
    return json.dumps(
        ["|".join([*key[:at], loaded.account_words(key[at]), *key[at + 1 :]]) for key in keys_of_rows],
        ensure_ascii=False,
    )


def _settle() -> dg.AssetsDefinition:
    raw = [keys.raw_key(system, table.name) for system in SYSTEMS for table in SYSTEMS[system].tables]
    describe = {
        "reads": "Every attempt to read a table, good or bad; decides which raw rows count.",
        "expectation_results": "What the expectations found, per run and table.",
    }
    specs = [
        dg.AssetSpec(
            keys.control_key(table),
            deps=raw,
            description=describe[table],
            group_name=groups.CONTROL,
            owners=list(keys.OPERATIONS),
            kinds={"duckdb"},
        )
        for table in keys.READ_STATE
    ]

    @dg.multi_asset(name="settle_clock", specs=specs, pool=keys.POOL, required_resource_keys={"tieout"})
    def settle(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        tools: Tools = context.resources.tieout
        run = settle_clock(tools.home).run
        context.log.info(f"As of {run.as_of.isoformat()}, cut-off {run.cutoff.isoformat()}")
        with connect(tools.home.warehouse) as connection:
            for table in keys.READ_STATE:
                yield dg.MaterializeResult(
                    keys.control_key(table), metadata=table_metadata(connection, "control", table)
                )

    return settle


def _period(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        raise RunParametersError(f"period '{text}' is not a month: write it as 2026-06") from None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RunParametersError(f"as_of '{text}' is not a time: write it as 2026-06-30T22:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
