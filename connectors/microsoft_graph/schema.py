"""Microsoft Graph: the raw tables that tieout reads. Of a user the sign-in name is kept, never the display name."""

from connectors.tables import BOOLEAN, INTEGER, JSON, TEXT, TIMESTAMP, Column, Table

TENANTS = Table(
    name="tenants",
    endpoint="/contracts",
    description="Customer tenants of the partner: its contracts, joined to the delegated admin customers by tenant id.",
    key=("tenant_id",),
    account_names=("tenant_id", "display_name"),
    columns=(
        Column("tenant_id", "customerId", TEXT),
        Column("display_name", "displayName", TEXT),
        Column("default_domain_name", "defaultDomainName", TEXT),
        Column("contract_type", "contractType", TEXT),
    ),
)

SUBSCRIBED_SKUS = Table(
    name="subscribed_skus",
    endpoint="/subscribedSkus",
    description="Licences a tenant owns, one row per SKU; prepaid units by state.",
    key=("tenant_id", "sku_id"),
    account_column="tenant_id",
    columns=(
        Column("tenant_id", "", TEXT),
        Column("sku_id", "skuId", TEXT),
        Column("sku_part_number", "skuPartNumber", TEXT),
        Column("applies_to", "appliesTo", TEXT),
        Column("capability_status", "capabilityStatus", TEXT),
        Column("consumed_units", "consumedUnits", INTEGER),
        Column("prepaid_units__enabled", "prepaidUnits.enabled", INTEGER),
        Column("prepaid_units__warning", "prepaidUnits.warning", INTEGER),
        Column("prepaid_units__suspended", "prepaidUnits.suspended", INTEGER),
        Column("prepaid_units__locked_out", "prepaidUnits.lockedOut", INTEGER),
        Column("subscription_ids", "subscriptionIds", JSON),
    ),
)

LICENSE_ASSIGNMENTS = Table(
    name="license_assignments",
    endpoint="/users",
    description="Assigned licences: one row per tenant, SKU and user that holds it.",
    key=("tenant_id", "sku_id", "user_id"),
    account_column="tenant_id",
    columns=(
        Column("tenant_id", "", TEXT),
        Column("sku_id", "", TEXT),
        Column("user_id", "", TEXT),
        Column("user_principal_name", "", TEXT),  # the sign-in name, in lower case
        Column("account_enabled", "", BOOLEAN),
        Column("user_type", "", TEXT),
        Column("office_location", "", TEXT),
        Column("department", "", TEXT),
        Column("company_name", "", TEXT),
        Column("last_sign_in_at", "", TIMESTAMP),  # NULL unless the setting `reads_sign_in` is on
    ),
)

DIRECTORY_SUBSCRIPTIONS = Table(
    name="directory_subscriptions",
    endpoint="/directory/subscriptions",
    description="Commercial subscriptions behind a tenant's SKUs; commerce_subscription_id is the distributor's id.",
    key=("tenant_id", "id"),
    account_column="tenant_id",
    columns=(
        Column("tenant_id", "", TEXT),
        Column("id", "id", TEXT),
        Column("commerce_subscription_id", "commerceSubscriptionId", TEXT),
        Column("sku_id", "skuId", TEXT),
        Column("sku_part_number", "skuPartNumber", TEXT),
        Column("status", "status", TEXT),
        Column("is_trial", "isTrial", "BOOLEAN"),
        Column("total_licenses", "totalLicenses", INTEGER),
        Column("owner_tenant_id", "ownerTenantId", TEXT),
        Column("created_date_time", "createdDateTime", TIMESTAMP),
        Column("next_lifecycle_date_time", "nextLifecycleDateTime", TIMESTAMP),
    ),
)

TABLES = (TENANTS, SUBSCRIBED_SKUS, LICENSE_ASSIGNMENTS, DIRECTORY_SUBSCRIPTIONS)
