"""Which open account may be which client, and which open vendor product which product: the matching engine's word.

A model in Python because the engine is. No model that a figure depends on reads it.
"""

MOST_HOLDINGS = 200_000


def model(dbt, session):
    """Suggested pairs; `pipelines.mapping.suggest` decides which."""
    dbt.config(materialized="table")
    from pipelines.mapping.suggest import suggest

    accounts = dbt.ref("open_accounts").order("source_system, account_id")
    clients = dbt.ref("client_keys").order("client_id")
    vendor_products = dbt.ref("open_vendor_products").order("source_system, vendor_product_id")
    products = dbt.ref("product_keys").order("product_id")
    # What is settled teaches how this home's vendors write names.
    confirmed_accounts = dbt.ref("vendor_accounts").join(
        dbt.ref("client_confirmations").project("source_system, account_id, client_id"), "source_system, account_id"
    )
    confirmed_products = dbt.ref("vendor_products").join(
        dbt.ref("product_confirmations").project("source_system, vendor_product_id, product_id"),
        "source_system, vendor_product_id",
    )
    rejections = dbt.ref("stg_rules__rejections")
    of_clients = dbt.ref("client_candidates").project(
        "'client' as kind, source_system, account_id as left_id, account_name as left_name, client_id as right_id, "
        "client_name as right_name, method, score, reasons, is_unambiguous"
    )
    of_products = dbt.ref("product_candidates").project(
        "'product' as kind, source_system, vendor_product_id as left_id, vendor_product_name as left_name, "
        "product_id as right_id, product_name as right_name, method, score, reasons, is_unambiguous"
    )
    aliases = dbt.ref("stg_rules__aliases").order("kind, vendor_text, psa_text")
    user_domains = dbt.ref("account_user_domains").order("source_system, account_id, users desc, domain")
    account_holdings = dbt.ref("account_holdings").order("source_system, account_id, product_id, side")
    client_holdings = dbt.ref("client_holdings").order("client_id, product_id")
    # Holdings are weighed row by row: where nobody waits for a client, or there are too many rows, names alone speak.
    weigh = accounts.shape[0] > 0 and account_holdings.shape[0] + client_holdings.shape[0] <= MOST_HOLDINGS
    run = dbt.ref("current_run").project("accept_name_score is not null")
    return suggest(
        rows(accounts),
        rows(clients),
        rows(vendor_products),
        rows(products),
        rows(rejections),
        rows(of_clients.union(of_products).order("kind, source_system, left_id, score desc, right_id")),
        confirmed_accounts=rows(confirmed_accounts.order("source_system, account_id")),
        confirmed_products=rows(confirmed_products.order("source_system, vendor_product_id")),
        aliases=rows(aliases),
        user_domains=rows(user_domains),
        account_holdings=rows(account_holdings) if weigh else [],
        client_holdings=rows(client_holdings) if weigh else [],
        names_decide=any(audit for (audit,) in run.fetchall()),
    )


def rows(relation):
    """The rows of a relation by column name."""
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
