"""Microsoft Graph: the raw tables that tieout reads. Licences are kept as counts; no person's name or id is stored."""

from connectors.tables import INTEGER, JSON, TEXT, TIMESTAMP, Column, Table

TENANTS = Table(
    name="tenants",
    endpoint="/contracts",
    description="Customer tenants of the partner: its contracts, joined to the delegated admin customers by tenant id.",
    key=("tenant_id",),
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
    description="Assigned licences as counts: one row per tenant and SKU, counted over the tenant's users.",
    key=("tenant_id", "sku_id"),
    account_column="tenant_id",
    columns=(
        Column("tenant_id", "", TEXT),
        Column("sku_id", "", TEXT),
        Column("assigned_users", "", INTEGER),  # every user that holds the SKU
        Column("disabled_users", "", INTEGER),  # of these: accountEnabled is false
        Column("guest_users", "", INTEGER),  # of these: userType is Guest
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
