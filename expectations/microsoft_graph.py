"""Microsoft Graph: what its raw tables must satisfy. Codes follow `subscribedSku` and `companySubscription`.

Nothing that one SKU of one tenant says badly blocks: the models leave that SKU's line not assessed and name it
(`tenant_skus_microsoft_graph`). What blocks is about the load as a whole.
"""

from collections.abc import Mapping

from connectors.microsoft_graph.schema import DIRECTORY_SUBSCRIPTIONS, LICENSE_ASSIGNMENTS, SUBSCRIBED_SKUS, TENANTS
from expectations.declare import MOST_UNITS, about_the_load, between, guid, known, present
from expectations.suite import Suite

STATES = frozenset({"Enabled", "Warning", "Suspended", "Deleted", "LockedOut"})
APPLIES_TO = frozenset({"User", "Company"})
USER_TYPES = frozenset({"Member", "Guest"})

_SYSTEM = "microsoft_graph"
# A free or viral SKU shows 10,000 or 1,000,000 units a subscription, and a tenant may hold several of them.
_MOST_OWNED = 10 * MOST_UNITS
_LOOK = "Compare with Billing > Licenses in the tenant's admin center; if it shows the same, report it to Microsoft."
_NO_NAME = "Rules that name a user by the sign-in name pass these users over; name their row ids instead."
_NO_STATE = "These users count as enabled members, also where a counting rule leaves out disabled users or guests."
_NEW_STATE = "Look whether Microsoft has a new state; until it is known, lines of these SKUs are not assessed."
_NEW_WORD = "Look whether Microsoft has a new word; these rows are counted as if they were of users."
_NEW_SUBSCRIPTION = "Look whether Microsoft has a new state; these subscriptions are counted with their SKU."
_LOOK_AT_SKU = f"Lines of these SKUs are not assessed. {_LOOK}"

SUITES: Mapping[str, Suite] = {
    suite.table.name: suite
    for suite in (
        Suite(
            _SYSTEM,
            TENANTS,
            (
                *about_the_load(TENANTS, may_be_empty=False),
                guid("tenant_id"),
                present("display_name", blocking=False, remedy="Suggestions by name leave them out; map by id."),
            ),
        ),
        Suite(
            _SYSTEM,
            SUBSCRIBED_SKUS,
            (
                *about_the_load(SUBSCRIBED_SKUS, may_be_empty=False),
                guid("sku_id"),
                present("sku_part_number", blocking=False, remedy="Reports show the SKU's GUID instead of its name."),
                known("capability_status", STATES, blocking=False, remedy=_NEW_STATE),
                known("applies_to", APPLIES_TO, blocking=False, remedy=_NEW_WORD),
                present("prepaid_units__enabled", blocking=False, remedy=_LOOK_AT_SKU),
                between("prepaid_units__enabled", 0, _MOST_OWNED, blocking=False, remedy=_LOOK_AT_SKU),
                between("prepaid_units__warning", 0, _MOST_OWNED, blocking=False, remedy=_LOOK_AT_SKU),
                between("consumed_units", 0, None, blocking=False, remedy=_LOOK),
            ),
        ),
        Suite(
            _SYSTEM,
            LICENSE_ASSIGNMENTS,
            (
                *about_the_load(LICENSE_ASSIGNMENTS, may_be_empty=False),
                guid("sku_id"),
                present("user_principal_name", blocking=False, remedy=_NO_NAME),
                present("account_enabled", blocking=False, remedy=_NO_STATE),
                known("user_type", USER_TYPES, blocking=False, remedy=_NO_STATE),
            ),
        ),
        Suite(
            _SYSTEM,
            DIRECTORY_SUBSCRIPTIONS,
            (
                *about_the_load(DIRECTORY_SUBSCRIPTIONS, may_be_empty=True),
                known("status", STATES, blocking=False, remedy=_NEW_SUBSCRIPTION),
                between("total_licenses", 0, _MOST_OWNED, blocking=False, remedy=_LOOK),
            ),
        ),
    )
}
