-- The two schemas of the warehouse that the pipeline itself fills: control (what was run, read, checked, decided) and
-- rules (the home's rule files as loaded). Safe to execute at every run start: nothing here drops or changes a table.
-- Raw tables do not belong here: they follow the declarations in connectors/<system>/schema.py.

CREATE SCHEMA IF NOT EXISTS control;
CREATE SCHEMA IF NOT EXISTS rules;

-- One row: the run in progress. dbt models read period and clock from here, never from dbt vars.
CREATE TABLE IF NOT EXISTS control.run (
    run_id VARCHAR NOT NULL,
    period DATE NOT NULL,               -- first day of the billing month
    period_end DATE NOT NULL,           -- first day of the next month
    as_of TIMESTAMPTZ NOT NULL,
    cutoff TIMESTAMPTZ NOT NULL,        -- least(as_of, period_end at 00:00 UTC)
    cutoff_date DATE NOT NULL,          -- the last day whose state counts
    default_currency VARCHAR NOT NULL,
    accept_name_score DECIMAL(4, 3),    -- NULL: names only suggest
    version VARCHAR NOT NULL,
    rules_hash VARCHAR NOT NULL
);

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

-- Every rules table: valid_to is exclusive, NULL means for ever; rule_id is '<file>:<line>'.
CREATE TABLE IF NOT EXISTS rules.client_map (
    source_system VARCHAR NOT NULL,
    account_id VARCHAR NOT NULL,
    client_id VARCHAR NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    confirmed_by VARCHAR,
    confirmed_at DATE,
    reason VARCHAR,
    rule_id VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS rules.product_map (
    source_system VARCHAR NOT NULL,
    vendor_product_id VARCHAR NOT NULL,
    product_id VARCHAR NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    confirmed_by VARCHAR,
    confirmed_at DATE,
    reason VARCHAR,
    rule_id VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS rules.counting (
    product_id VARCHAR NOT NULL,
    basis VARCHAR NOT NULL,             -- owned, used, charged or fixed
    owned_source VARCHAR,
    used_source VARCHAR,
    charged_source VARCHAR,
    inactive_days INTEGER,
    valid_from DATE NOT NULL,
    valid_to DATE,
    owner VARCHAR,
    reason VARCHAR,
    rule_id VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line INTEGER NOT NULL
);

-- Each of the first four columns may be '*'.
CREATE TABLE IF NOT EXISTS rules.exclusions (
    client_id VARCHAR NOT NULL,
    source_system VARCHAR NOT NULL,
    vendor_product_id VARCHAR NOT NULL,
    source_record_id VARCHAR NOT NULL,
    reason VARCHAR,
    owner VARCHAR,
    review_date DATE,
    valid_from DATE NOT NULL,
    valid_to DATE,
    rule_id VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line INTEGER NOT NULL
);

-- client_id may be '*'; a client's own tolerance goes before it.
CREATE TABLE IF NOT EXISTS rules.tolerances (
    client_id VARCHAR NOT NULL,
    product_id VARCHAR NOT NULL,
    tolerance DECIMAL(18, 6) NOT NULL,  -- units that E and B may differ
    valid_from DATE NOT NULL,
    valid_to DATE,
    owner VARCHAR,
    reason VARCHAR,
    rule_id VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line INTEGER NOT NULL
);

-- agreement_id and product_id may be '*'; an empty term leaves the word to the next wider rule.
CREATE TABLE IF NOT EXISTS rules.terms (
    client_id VARCHAR NOT NULL,
    agreement_id VARCHAR NOT NULL,
    product_id VARCHAR NOT NULL,
    basis VARCHAR,                      -- instead of the counting rule's
    minimum_quantity DECIMAL(18, 6),
    minimum_scope VARCHAR,              -- line
    pool VARCHAR,
    contract_price DECIMAL(18, 6),
    currency VARCHAR,                   -- of the contract price
    margin_floor_percent DECIMAL(18, 6),
    backbill_months INTEGER,
    valid_from DATE NOT NULL,
    valid_to DATE,
    owner VARCHAR,
    reason VARCHAR,
    rule_id VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line INTEGER NOT NULL
);
