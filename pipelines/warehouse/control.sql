-- Schema control: what the pipeline says of itself (what was run, read, checked, decided). Safe to execute at every run
-- start: nothing here drops or changes a table. Raw tables do not belong here, they follow the declarations in
-- connectors/<system>/schema.py; nor do the tables of the rules, which follow pipelines/rules/files.py.

CREATE SCHEMA IF NOT EXISTS control;

-- One row: the run in progress. dbt models read period and clock from here, never from dbt vars.
CREATE TABLE IF NOT EXISTS control.run (
    run_id VARCHAR NOT NULL,
    period DATE NOT NULL,               -- first day of the billing month
    period_end DATE NOT NULL,           -- first day of the next month
    as_of TIMESTAMPTZ NOT NULL,
    cutoff TIMESTAMPTZ NOT NULL,        -- least(as_of, period_end at midnight in the home's time zone)
    cutoff_date DATE NOT NULL,          -- the last day whose state counts
    default_currency VARCHAR NOT NULL,
    accept_name_score DECIMAL(4, 3),    -- NULL: names only suggest
    version VARCHAR NOT NULL,
    rules_hash VARCHAR NOT NULL,
    timezone VARCHAR                    -- the home's: in which its months begin and end
);
-- Warehouses made before there was one.
ALTER TABLE control.run ADD COLUMN IF NOT EXISTS timezone VARCHAR;

-- One row per configured system, replaced at each run start.
CREATE TABLE IF NOT EXISTS control.sources (
    source_system VARCHAR NOT NULL,
    role VARCHAR NOT NULL,              -- psa or vendor
    is_enabled BOOLEAN NOT NULL,
    limit_hours INTEGER NOT NULL
);

-- Append only: one row per table (or table and vendor account) that a run tried to read.
CREATE TABLE IF NOT EXISTS control.reads (
    run_id VARCHAR NOT NULL,
    source_system VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    account_id VARCHAR,                 -- vendor account of an account-scoped table
    mode VARCHAR NOT NULL,              -- full or incremental
    status VARCHAR NOT NULL,            -- ok, failed or refused
    captured_at TIMESTAMPTZ,            -- the source's own clock
    load_id VARCHAR,                    -- the _dlt_load_id that holds this read's rows
    row_count BIGINT,
    declared_total BIGINT,
    content_hash VARCHAR,
    requests INTEGER,
    retries INTEGER,
    seconds DOUBLE,
    endpoint VARCHAR,
    message VARCHAR
);
-- JSON list of how files were read: which column was taken for what, what was left out (connectors/exports/notes.py).
ALTER TABLE control.reads ADD COLUMN IF NOT EXISTS notes VARCHAR;
-- Hash of what the profile of an inbox folder said: under another one the same files may give other rows.
ALTER TABLE control.reads ADD COLUMN IF NOT EXISTS profile_hash VARCHAR;

-- Append only.
CREATE TABLE IF NOT EXISTS control.expectation_results (
    run_id VARCHAR NOT NULL,
    source_system VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    expectation VARCHAR NOT NULL,
    is_blocking BOOLEAN NOT NULL,
    passed BOOLEAN NOT NULL,
    observed VARCHAR,
    unexpected_count BIGINT,
    sample VARCHAR,                     -- JSON list of offending keys
    message VARCHAR
);
-- The inbox folder that was checked by itself; NULL: the table as a whole.
ALTER TABLE control.expectation_results ADD COLUMN IF NOT EXISTS account_id VARCHAR;

-- Append only, one row after each successful publish.
CREATE TABLE IF NOT EXISTS control.published_runs (
    run_id VARCHAR NOT NULL,
    period DATE NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    result_hash VARCHAR NOT NULL,
    inputs_hash VARCHAR NOT NULL
);

-- Append only, one row per public table of a published run: which tables differ when equal inputs give another result.
CREATE TABLE IF NOT EXISTS control.published_tables (
    run_id VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    rows_hash VARCHAR NOT NULL          -- does not depend on row order nor on the run's own times
);

-- Append only, what published runs said of their lines: every finding, and any other line whose last row here said
-- something else. So a line's newest row before a moment tells how it stood then; class `gone`: it was there no more.
CREATE TABLE IF NOT EXISTS control.line_history (
    run_id VARCHAR NOT NULL,
    period DATE NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    line_key VARCHAR NOT NULL,
    class VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    billed_quantity DECIMAL(18, 4) NOT NULL,
    owned_quantity DECIMAL(18, 4),
    used_quantity DECIMAL(18, 4),
    charged_quantity DECIMAL(18, 4),
    expected_quantity DECIMAL(18, 4),
    variance DECIMAL(18, 4),
    revenue_impact DECIMAL(18, 3),
    currency VARCHAR,
    amount_variance DECIMAL(28, 6)
);
-- A home from before this column was kept: what its earlier months' amounts differed by is unknown.
ALTER TABLE control.line_history ADD COLUMN IF NOT EXISTS amount_variance DECIMAL(28, 6);
-- The same: since when a line carries its flags is then known from this version on.
ALTER TABLE control.line_history ADD COLUMN IF NOT EXISTS flags VARCHAR[];

-- The decision ledger as loaded for this run.
CREATE TABLE IF NOT EXISTS control.decisions (
    decision_id VARCHAR NOT NULL,
    line_key VARCHAR NOT NULL,
    period DATE NOT NULL,
    decision VARCHAR NOT NULL,
    reason VARCHAR,
    person VARCHAR NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    snooze_until DATE,
    seen VARCHAR                        -- JSON: the values the person saw
);
