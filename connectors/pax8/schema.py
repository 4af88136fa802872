"""Pax8 distributor: the raw tables that tieout reads. Field names follow the vendor's OpenAPI file."""

from connectors.tables import BOOLEAN, DATE, MONEY, PRICE, QUANTITY, TEXT, TIMESTAMP, Column, Table

COMPANIES = Table(
    name="companies",
    endpoint="/companies",
    description="End customers at the distributor. external_id is free text that the MSP typed: a hint, not proof.",
    key=("id",),
    columns=(
        Column("id", "id", TEXT),
        Column("name", "name", TEXT),
        Column("website", "website", TEXT),
        Column("external_id", "externalId", TEXT),
        Column("status", "status", TEXT),
        Column("updated_date", "updatedDate", TIMESTAMP),
    ),
)

PRODUCTS = Table(
    name="products",
    endpoint="/products",
    description="The distributor's catalogue.",
    key=("id",),
    columns=(
        Column("id", "id", TEXT),
        Column("name", "name", TEXT),
        Column("vendor_name", "vendorName", TEXT),
        Column("sku", "sku", TEXT),
        Column("vendor_sku", "vendorSku", TEXT),
        Column("requires_commitment", "requiresCommitment", BOOLEAN),
    ),
)

SUBSCRIPTIONS = Table(
    name="subscriptions",
    endpoint="/subscriptions",
    description="Seats owned per end customer and product, as they stand now (the API keeps no past).",
    key=("id",),
    columns=(
        Column("id", "id", TEXT),
        Column("parent_subscription_id", "parentSubscriptionId", TEXT),
        Column("company_id", "companyId", TEXT),
        Column("product_id", "productId", TEXT),
        Column("product_name", "productName", TEXT),
        Column("vendor_subscription_id", "vendorSubscriptionId", TEXT),
        Column("vendor_sku_id", "vendorSkuId", TEXT),
        Column("quantity", "quantity", QUANTITY),
        Column("status", "status", TEXT),
        Column("start_date", "startDate", TIMESTAMP),
        Column("end_date", "endDate", TIMESTAMP),
        Column("created_date", "createdDate", TIMESTAMP),
        Column("updated_date", "updatedDate", TIMESTAMP),
        Column("billing_start", "billingStart", DATE),
        Column("price", "price", PRICE),
        Column("partner_cost", "partnerCost", PRICE),
        Column("currency_code", "currencyCode", TEXT),
        Column("billing_term", "billingTerm", TEXT),
        Column("commitment_term__term", "commitmentTerm.term", TEXT),
        Column("commitment_term__end_date", "commitmentTerm.endDate", TIMESTAMP),
    ),
)

INVOICES = Table(
    name="invoices",
    endpoint="/invoices",
    description="What the distributor invoiced the MSP: headers with the payable total.",
    key=("id",),
    mode="versions",
    is_dated=True,
    columns=(
        Column("id", "id", TEXT),
        Column("invoice_date", "invoiceDate", DATE),
        Column("due_date", "dueDate", DATE),
        Column("status", "status", TEXT),
        Column("total", "total", MONEY),
        Column("balance", "balance", MONEY),
        Column("carried_balance", "carriedBalance", MONEY),
        Column("currency_code", "currencyCode", TEXT),
        Column("company_id", "companyId", TEXT),
        Column("external_id", "externalId", TEXT),
    ),
)

INVOICE_ITEMS = Table(
    name="invoice_items",
    endpoint="/invoices/{invoice_id}/items",
    description="Lines of the distributor's invoices: what it charges the MSP per end customer and subscription.",
    key=("id",),
    mode="versions",
    is_dated=True,
    columns=(
        Column("id", "id", TEXT),
        Column("invoice_id", "", TEXT),
        Column("type", "type", TEXT),
        Column("company_id", "companyId", TEXT),
        Column("external_id", "externalId", TEXT),
        Column("company_name", "companyName", TEXT),
        Column("start_period", "startPeriod", DATE),
        Column("end_period", "endPeriod", DATE),
        Column("quantity", "quantity", QUANTITY),
        Column("unit_of_measure", "unitOfMeasure", TEXT),
        Column("term", "term", TEXT),
        Column("sku", "sku", TEXT),
        Column("description", "description", TEXT),
        Column("details", "details", TEXT),
        Column("rate_type", "rateType", TEXT),
        Column("charge_type", "chargeType", TEXT),
        Column("price", "price", PRICE),
        Column("sub_total", "subTotal", MONEY),
        Column("cost", "cost", PRICE),
        Column("cost_total", "costTotal", MONEY),
        Column("billed_by_pax8", "billedByPax8", BOOLEAN),
        Column("total", "total", MONEY),
        Column("amount_due", "amountDue", MONEY),
        Column("sales_tax", "salesTax", MONEY),
        Column("billing_fee", "billingFee", MONEY),
        Column("currency_code", "currencyCode", TEXT),
        Column("product_id", "productId", TEXT),
        Column("product_name", "productName", TEXT),
        Column("subscription_id", "subscriptionId", TEXT),
        Column("vendor_name", "vendorName", TEXT),
    ),
)

TABLES = (COMPANIES, PRODUCTS, SUBSCRIPTIONS, INVOICES, INVOICE_ITEMS)
