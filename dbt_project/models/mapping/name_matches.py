"""Which open account may be which client, and which open vendor product which product: the matching engine's word.

A model in Python because the engine is. No model that a figure depends on reads it.
"""

MOST_HOLDINGS = 200_000

# What SQL found was never calibrated, so none of it is certain.
CANDIDATE = """'{kind}' as kind, source_system, {left}_id as left_id, {left}_name as left_name, {kind}_id as right_id,
    {kind}_name as right_name, method, cast(score as decimal(5, 4)) as score,
    case when is_unambiguous and score >= 0.96 then 'likely' else 'possible' end as tier, reasons"""


def model(dbt, session):
    """Suggested pairs; `pipelines.mapping.suggest` decides which."""
    dbt.config(materialized="table")
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
    of_clients = dbt.ref("client_candidates").project(CANDIDATE.format(kind="client", left="account"))
    of_products = dbt.ref("product_candidates").project(CANDIDATE.format(kind="product", left="vendor_product"))
    aliases = dbt.ref("stg_rules__aliases").order("kind, vendor_text, psa_text")
    user_domains = dbt.ref("account_user_domains").order("source_system, account_id, users desc, domain")
    account_holdings = dbt.ref("account_holdings").order("source_system, account_id, product_id, side")
    client_holdings = dbt.ref("client_holdings").order("client_id, product_id")
    of_names = of_clients.union(of_products).order("kind, source_system, left_id, score desc, right_id")
    clients_wait, products_wait = is_any(accounts), is_any(vendor_products)
    if not (clients_wait or products_wait):
        return of_names
    # Imported late, and only what is open is read: most runs have nothing to suggest.
    from pipelines.mapping.suggest import suggest

    # Holdings are weighed row by row: where there are too many of them, names alone speak.
    weigh = clients_wait and account_holdings.shape[0] + client_holdings.shape[0] <= MOST_HOLDINGS
    return suggest(
        rows(accounts),
        rows(clients, clients_wait),
        rows(vendor_products),
        rows(products, products_wait),
        rows(rejections),
        rows(of_names),
        confirmed_accounts=rows(confirmed_accounts.order("source_system, account_id"), clients_wait),
        confirmed_products=rows(confirmed_products.order("source_system, vendor_product_id"), products_wait),
        aliases=rows(aliases),
        user_domains=rows(user_domains, clients_wait),
        account_holdings=rows(account_holdings, weigh),
        client_holdings=rows(client_holdings, weigh),
    )


def is_any(relation):
    """Whether a relation has a row."""
    return relation.limit(1).shape[0] > 0


def rows(relation, needed=True):
    """The rows of a relation by column name; none where nobody asks for them."""
    names = relation.columns
    return [dict(zip(names, row, strict=True)) for row in relation.fetchall()] if needed else []
