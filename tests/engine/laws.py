"""What must hold of every result, each as a query that finds the rows breaking it.

Belongs here: statements over the public tables and the canonical rows they rest on. Does not belong here: how a class
or a quantity is found - a law that repeats a model would only prove that both say the same.
"""

LAWS: dict[str, str] = {
    "every source row has exactly one disposition, with its own quantity": """
        WITH accepted AS (
            SELECT source_system, source_table, source_record_id, billed_quantity AS quantity
            FROM canonical.billing_lines
            UNION ALL
            SELECT source_system, source_table, source_record_id, quantity FROM canonical.vendor_quantities
        ),
        disposed AS (
            SELECT source_system, source_table, source_record_id, quantity FROM analytics.row_dispositions
        )
        (FROM accepted EXCEPT ALL FROM disposed) UNION ALL (FROM disposed EXCEPT ALL FROM accepted)
    """,
    "a disposition is one of six": """
        SELECT * FROM analytics.row_dispositions
        WHERE coalesce(disposition, '') NOT IN
            ('counted', 'excluded', 'duplicate', 'unallocated', 'unmapped', 'information_only')
    """,
    "one row and one class per line": """
        SELECT line_key, count(*) AS rows FROM analytics.reconciliation
        GROUP BY line_key
        HAVING count(*) > 1 OR count(class) != 1
    """,
    "a class is one of fourteen": """
        SELECT line_key, class FROM analytics.reconciliation
        WHERE class NOT IN (
            'not_assessed', 'unmapped_client', 'unmapped_product', 'unallocated', 'excluded', 'covered_by_bundle',
            'timing', 'unbilled', 'orphan_billing', 'underbilled', 'overbilled', 'matched_minimum',
            'matched_tolerance', 'matched'
        )
    """,
    "what is not assessed expects nothing, varies by nothing and moves no money": """
        SELECT line_key, class, expected_quantity, variance, revenue_impact, cost_impact
        FROM analytics.reconciliation
        WHERE
            (NOT is_assessed OR class IN ('not_assessed', 'unmapped_client', 'unmapped_product', 'unallocated'))
            AND coalesce(expected_quantity, variance, revenue_impact, cost_impact) IS NOT NULL
    """,
    "what is assessed has an expectation and a variance": """
        SELECT line_key, class, expected_quantity, variance FROM analytics.reconciliation
        WHERE is_assessed AND (expected_quantity IS NULL OR variance IS NULL OR billed_quantity IS NULL)
    """,
    "nothing is concluded from a source that is not healthy": """
        SELECT line_key, class, basis_source FROM analytics.reconciliation
        INNER JOIN analytics.source_health
            ON source_system IN (basis_source, split_part(client_id, ':', 1))
        WHERE NOT source_health.is_assessable AND class != 'not_assessed' AND line_part != 'excluded'
    """,
    "variance is expected less billed, on every line": """
        SELECT line_key, expected_quantity, billed_quantity, variance FROM analytics.reconciliation
        WHERE is_assessed AND expected_quantity - billed_quantity != variance
    """,
    "variance bridge: per client, per product and in all": """
        SELECT client_key, product_key FROM analytics.reconciliation
        WHERE is_assessed
        GROUP BY GROUPING SETS ((client_key), (product_key), ())
        HAVING sum(expected_quantity) - sum(billed_quantity) != sum(variance)
    """,
    "the class agrees with the sign of the variance": """
        SELECT line_key, class, variance FROM analytics.reconciliation
        WHERE
            (class IN ('unbilled', 'underbilled') AND variance <= 0)
            OR (class IN ('orphan_billing', 'overbilled') AND variance >= 0)
            OR (class IN ('matched', 'matched_minimum') AND variance != 0)
    """,
    "money is variance times price, rounded half up, and unknown where the price is": """
        SELECT line_key, variance, unit_price, revenue_impact, unit_cost, cost_impact
        FROM analytics.reconciliation
        WHERE
            kind = 'billing'
            AND (
                revenue_impact IS DISTINCT FROM round(variance * unit_price, 2)
                OR cost_impact IS DISTINCT FROM round(variance * unit_cost, 2)
            )
    """,
    "under- and overbilled money are never netted": """
        WITH lines AS (
            SELECT
                client_key, product_key, currency,
                sum(revenue_impact) FILTER (WHERE revenue_impact > 0) AS under,
                -sum(revenue_impact) FILTER (WHERE revenue_impact < 0) AS over
            FROM analytics.reconciliation
            WHERE kind = 'billing'
            GROUP BY GROUPING SETS ((client_key, currency), (product_key, currency), (currency))
        ),
        summaries AS (
            SELECT client_key, NULL AS product_key, currency, underbilled_amount, overbilled_amount
            FROM analytics.client_summary
            UNION ALL
            SELECT NULL, product_key, currency, underbilled_amount, overbilled_amount FROM analytics.product_summary
            UNION ALL
            SELECT NULL, NULL, currency, underbilled_amount, overbilled_amount FROM analytics.period_summary
        )
        SELECT summaries.*, lines.under, lines.over
        FROM summaries
        LEFT JOIN lines
            ON
                summaries.client_key IS NOT DISTINCT FROM lines.client_key
                AND summaries.product_key IS NOT DISTINCT FROM lines.product_key
                AND summaries.currency = lines.currency
        WHERE underbilled_amount != coalesce(lines.under, 0) OR overbilled_amount != coalesce(lines.over, 0)
    """,
    "cross-footing: clients = products = grand total, per currency": """
        WITH totals AS (
            SELECT 'clients' AS part, currency, line_count, billed_quantity, census_quantity, underbilled_amount,
                overbilled_amount, discrepancy_count
            FROM analytics.client_summary
            UNION ALL
            SELECT 'products', currency, line_count, billed_quantity, census_quantity, underbilled_amount,
                overbilled_amount, discrepancy_count
            FROM analytics.product_summary
            UNION ALL
            SELECT 'period', currency, line_count, billed_quantity, census_quantity, underbilled_amount,
                overbilled_amount, discrepancy_count
            FROM analytics.period_summary
            WHERE line_count > 0
        ),
        sums AS (SELECT part, currency, sum(COLUMNS(* EXCLUDE (part, currency))) FROM totals GROUP BY part, currency)
        SELECT currency, count(*) AS copies FROM (SELECT DISTINCT * EXCLUDE (part) FROM sums)
        GROUP BY currency
        HAVING count(*) != 1 OR (SELECT count(DISTINCT part) FROM sums) != 3
    """,
    "the basis quantity is what the counted rows behind the line add up to": """
        SELECT lines.line_key, lines.basis_quantity, sum(evidence.quantity) AS counted
        FROM analytics.reconciliation AS lines
        LEFT JOIN analytics.evidence
            ON
                lines.line_key = evidence.line_key
                AND evidence.disposition = 'counted'
                AND evidence.side = lines.basis
                AND evidence.source_system = lines.basis_source
        WHERE lines.is_assessed AND lines.line_part IN ('main', 'bundle') AND lines.basis != 'fixed'
        GROUP BY lines.line_key, lines.basis_quantity
        HAVING lines.basis_quantity IS DISTINCT FROM coalesce(sum(evidence.quantity), 0)
    """,
    "what a bundle covers bills nothing, expects nothing and moves no money": """
        SELECT line_key, class FROM analytics.reconciliation
        WHERE
            line_part = 'bundle'
            AND class != 'not_assessed'
            AND (
                class != 'covered_by_bundle'
                OR billed_quantity != 0 OR expected_quantity != 0 OR revenue_impact != 0 OR cost_impact != 0
            )
    """,
    "a gap in coverage is said only of what is assessed": """
        SELECT line_key, class, flags FROM analytics.reconciliation
        WHERE list_contains(flags, 'coverage_gap') AND class != 'covered_by_bundle'
    """,
    "the parts of a product at a client add up to what its rows state": """
        WITH parts AS (
            SELECT client_id, product_id, basis, basis_source, sum(basis_quantity) AS quantity
            FROM analytics.reconciliation
            WHERE line_part IN ('main', 'bundle')
            GROUP BY client_id, product_id, basis, basis_source
            HAVING bool_and(is_assessed) AND bool_or(line_part = 'bundle')
        ),
        rows AS (
            SELECT client_id, product_id, side, source_system, sum(row_dispositions.quantity) AS quantity
            FROM analytics.row_dispositions
            INNER JOIN analytics.reconciliation USING (line_key)
            WHERE disposition = 'counted'
            GROUP BY client_id, product_id, side, source_system
        )
        SELECT parts.*, rows.quantity AS stated
        FROM parts
        LEFT JOIN rows
            ON
                parts.client_id = rows.client_id AND parts.product_id = rows.product_id
                AND parts.basis = rows.side AND parts.basis_source = rows.source_system
        WHERE parts.quantity != coalesce(rows.quantity, 0)
    """,
    "lines that share a minimum are assessed together, and reach it": """
        WITH agreements AS (
            SELECT terms.client_id, terms.agreement_id, terms.minimum_quantity, lines.is_assessed,
                lines.expected_quantity
            FROM rules.terms
            INNER JOIN analytics.reconciliation AS lines USING (client_id, agreement_id)
            WHERE minimum_scope = 'agreement' AND line_part = 'main'
        )
        SELECT client_id, agreement_id FROM agreements
        GROUP BY client_id, agreement_id
        HAVING
            bool_and(is_assessed) != bool_or(is_assessed)
            OR sum(expected_quantity) < max(minimum_quantity)
    """,
    "every tie-out rule holds": "SELECT * FROM analytics.tie_out WHERE NOT passed",
}
