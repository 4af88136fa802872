"""The rule files there are, each declared once. A new kind of rule is one more entry in `FILES`.

Belongs here: declarations and the checks between the cells of one rule. Does not belong here: how files are read.
"""

from collections.abc import Iterator

from pipelines.rules import bundle_checks, counting_checks, item_checks, pool_checks, rate_checks, term_checks
from pipelines.rules.declare import ANY, RuleColumn, RuleFile, Values
from pipelines.rules.errors import plain

BASES = ("owned", "used", "charged", "fixed")
COUNTED_WHEN = ("last_day", "fixed_day", "peak", "average", "prorated")
VENDOR_COUNTED_WHEN = ("last_day", "fixed_day", "peak", "average")
SPECIAL_KINDS = ("shared_mailbox", "service", "admin", "room", "kiosk")
SPLIT_ATTRIBUTES = ("office", "department", "company")
UNIT_ATTRIBUTES = ("account", "record", "site", *SPLIT_ATTRIBUTES)
MAPPING_KINDS = ("client", "product")
_YES_NO = ("yes", "no")

_VALIDITY = (RuleColumn("valid_from", "date", required=True), RuleColumn("valid_to", "date"))
_CONFIRMATION = (
    RuleColumn("confirmed_by", "text", required=True),
    RuleColumn("confirmed_at", "date", required=True),
    RuleColumn("reason", "text", required=True),
)
# How a mapping was found. `name`: by the likeness of names alone, so that its lines carry the flag `weak_match`.
_METHOD = RuleColumn("method", "choice", choices=("name", "manual"), may_be_absent=True)
_OWNER = (RuleColumn("owner", "text", required=True), RuleColumn("reason", "text", required=True))


def _excludes_something(values: Values) -> Iterator[tuple[str, str]]:
    if all(values[name] == ANY for name in ("client_id", "source_system", "vendor_product_id", "source_record_id")):
        yield "client_id", "a rule of nothing but * would exclude everything; name a client, system, product or record"


def _bundle_is_no_part_of_itself(values: Values) -> Iterator[tuple[str, str]]:
    if values["bundle_product_id"] == values["component_product_id"]:
        yield "component_product_id", "is the bundle itself"
    units = values["units_per_driver"]
    if units <= 0:
        yield "units_per_driver", f"{plain(units)} covers nothing; leave out what the bundle does not cover"
    elif values["is_driver"] == "yes" and units != 1:
        yield "units_per_driver", f"{plain(units)}, but the driver is counted one for one"


def _tolerance_is_not_negative(values: Values) -> Iterator[tuple[str, str]]:
    if values["tolerance"] < 0:
        yield "tolerance", f"{plain(values['tolerance'])} is below zero; 0 means that every unit counts"


FILES: tuple[RuleFile, ...] = (
    RuleFile(
        name="client_map",
        about="Which client a vendor account belongs to, where ids do not say so.",
        columns=(
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("account_id", "vendor_id", required=True),
            RuleColumn("client_id", "client_id", required=True),
            *_VALIDITY,
            *_CONFIRMATION,
            _METHOD,
        ),
        key=("source_system", "account_id"),
        target=("client_id",),
        examples=(
            (
                "ninjaone",
                "12",
                "connectwise:250",
                "2026-01-01",
                "",
                "D. Okafor",
                "2026-01-14",
                "same serial numbers",
                "",
            ),
        ),
    ),
    RuleFile(
        name="product_map",
        about="Which product of the PSA's catalog a vendor's product is sold as.",
        columns=(
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("vendor_product_id", "vendor_id", required=True),
            RuleColumn("product_id", "product_id", required=True),
            *_VALIDITY,
            *_CONFIRMATION,
            _METHOD,
        ),
        key=("source_system", "vendor_product_id"),
        target=("product_id",),
        examples=(
            (
                "microsoft_graph",
                "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
                "connectwise:771",
                "2026-01-01",
                "",
                "D. Okafor",
                "2026-01-14",
                "SPB is Microsoft 365 Business Premium",
                "",
            ),
            (
                "ninjaone",
                "WINDOWS_SERVER",
                "connectwise:640",
                "2026-01-01",
                "",
                "D. Okafor",
                "2026-01-14",
                "per server",
                "",
            ),
        ),
    ),
    RuleFile(
        name="rejections",
        about="Suggested mappings that a person looked at and refused; such a pair is never suggested again.",
        columns=(
            RuleColumn("kind", "choice", required=True, choices=MAPPING_KINDS),
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("left_id", "vendor_id", required=True),
            RuleColumn("right_id", "psa_id", required=True),
            RuleColumn("rejected_by", "text", required=True),
            RuleColumn("rejected_at", "date", required=True),
            RuleColumn("reason", "text", required=True),
        ),
        key=("kind", "source_system", "left_id", "right_id"),
        target=(),
        examples=(
            ("client", "ninjaone", "12", "connectwise:251", "D. Okafor", "2026-01-14", "another company of that name"),
        ),
    ),
    RuleFile(
        name="counting",
        about="Which quantity a product is billed on, and which system tells each; a client's own rule goes first.",
        columns=(
            RuleColumn("product_id", "product_id", required=True, may_be_group=True),
            RuleColumn("basis", "choice", required=True, choices=BASES),
            RuleColumn("owned_source", "vendors"),
            RuleColumn("used_source", "vendor"),
            RuleColumn("charged_source", "vendor"),
            RuleColumn("inactive_days", "integer"),
            *_VALIDITY,
            *_OWNER,
            RuleColumn("counted_when", "choice", choices=COUNTED_WHEN, may_be_absent=True),
            RuleColumn("count_day", "integer", may_be_absent=True),
            RuleColumn("counts_disabled", "choice", choices=_YES_NO, may_be_absent=True),
            RuleColumn("counts_guests", "choice", choices=_YES_NO, may_be_absent=True),
            RuleColumn("counts_special", "choice", choices=_YES_NO, may_be_absent=True),
            RuleColumn("vendor_counted_when", "choice", choices=VENDOR_COUNTED_WHEN, may_be_absent=True),
            RuleColumn("vendor_count_day", "integer", may_be_absent=True),
            RuleColumn("counts_people", "choice", choices=_YES_NO, may_be_absent=True),
            RuleColumn("client_id", "client_id", may_be_any=True, otherwise=ANY, may_be_absent=True),
        ),
        key=("client_id", "product_id"),
        target=(
            "basis",
            "owned_source",
            "used_source",
            "charged_source",
            "inactive_days",
            "counted_when",
            "count_day",
            "counts_disabled",
            "counts_guests",
            "counts_special",
            "vendor_counted_when",
            "vendor_count_day",
            "counts_people",
        ),
        examples=(
            (
                "connectwise:771",
                "owned",
                "pax8",
                "microsoft_graph",
                "pax8",
                "",
                "2026-01-01",
                "",
                "M. Silva",
                "sold per seat bought",
                *("",) * 9,
            ),
            (
                "connectwise:640",
                "used",
                "",
                "ninjaone",
                "",
                "30",
                "2026-01-01",
                "",
                "M. Silva",
                "sold per live agent",
                *("",) * 9,
            ),
        ),
        checks=(
            counting_checks.basis_has_a_source,
            counting_checks.inactivity_has_a_census,
            counting_checks.day_fits_the_rule,
            counting_checks.vendor_day_fits_the_vendor_rule,
            counting_checks.several_sources_fit_the_day,
        ),
    ),
    RuleFile(
        name="exclusions",
        about="What is not billable and why, with the day on which somebody looks at it again.",
        columns=(
            RuleColumn("client_id", "client_id", required=True, may_be_any=True),
            RuleColumn("source_system", "vendor", required=True, may_be_any=True),
            RuleColumn("vendor_product_id", "vendor_id", required=True, may_be_any=True),
            RuleColumn("source_record_id", "vendor_id", required=True, may_be_any=True),
            RuleColumn("reason", "text", required=True),
            RuleColumn("owner", "text", required=True),
            RuleColumn("review_date", "date", required=True),
            *_VALIDITY,
        ),
        key=("client_id", "source_system", "vendor_product_id", "source_record_id"),
        target=("reason", "owner"),
        examples=(
            (
                "*",
                "microsoft_graph",
                "f30db892-07e9-47e9-837c-80727f46fd3d",
                "*",
                "free SKU (FLOW_FREE)",
                "M. Silva",
                "2026-12-31",
                "2026-01-01",
                "",
            ),
            ("connectwise:2", "*", "*", "*", "internal use", "M. Silva", "2026-12-31", "2026-01-01", ""),
        ),
        checks=(_excludes_something,),
    ),
    RuleFile(
        name="splits",
        about="Which client the users of a shared tenant belong to; users that no rule names stay unallocated.",
        columns=(
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("account_id", "vendor_id", required=True),
            RuleColumn("attribute", "choice", required=True, choices=SPLIT_ATTRIBUTES),
            RuleColumn("value", "folded", required=True),
            RuleColumn("client_id", "client_id", required=True),
            *_VALIDITY,
            *_OWNER,
        ),
        key=("source_system", "account_id", "attribute", "value"),
        target=("client_id",),
        examples=(
            (
                "microsoft_graph",
                "b44bb1fb-0000-45b0-9e09-d657365580bf",
                "office",
                "Leeds",
                "connectwise:250",
                "2026-01-01",
                "",
                "M. Silva",
                "three companies share the tenant",
            ),
        ),
    ),
    RuleFile(
        name="special_users",
        about="Accounts that are no person: who they are, and whether they need the licence they hold.",
        columns=(
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("account_id", "vendor_id", required=True),
            RuleColumn("user_name", "folded", required=True),
            RuleColumn("kind", "choice", required=True, choices=SPECIAL_KINDS),
            RuleColumn("licence_needed", "choice", required=True, choices=_YES_NO),
            *_VALIDITY,
            *_OWNER,
        ),
        key=("source_system", "account_id", "user_name"),
        target=("kind", "licence_needed"),
        examples=(
            (
                "microsoft_graph",
                "b44bb1fb-0000-45b0-9e09-d657365580bf",
                "invoices@fabrikam.example",
                "shared_mailbox",
                "yes",
                "2026-01-01",
                "2027-01-01",
                "M. Silva",
                "holds more than 50 GB",
            ),
        ),
    ),
    RuleFile(
        name="bundles",
        about="What a sold bundle covers for each of its units, and which component's count is the driver.",
        columns=(
            RuleColumn("client_id", "client_id", required=True, may_be_any=True),
            RuleColumn("bundle_product_id", "product_id", required=True),
            RuleColumn("component_product_id", "product_id", required=True),
            RuleColumn("units_per_driver", "decimal", required=True),
            RuleColumn("is_driver", "choice", required=True, choices=_YES_NO),
            *_VALIDITY,
            *_OWNER,
        ),
        key=("client_id", "bundle_product_id", "component_product_id"),
        target=("units_per_driver", "is_driver"),
        examples=(
            (
                "*",
                "connectwise:900",
                "connectwise:771",
                "1",
                "yes",
                "2026-01-01",
                "",
                "M. Silva",
                "one licence for each user of the plan",
            ),
            (
                "*",
                "connectwise:900",
                "connectwise:640",
                "1",
                "no",
                "2026-01-01",
                "",
                "M. Silva",
                "one agent for each user of the plan",
            ),
        ),
        checks=(_bundle_is_no_part_of_itself,),
        together=(bundle_checks.one_driver_on_each_day, bundle_checks.no_bundle_within_a_bundle),
    ),
    RuleFile(
        name="tolerances",
        about="How many units a product may differ before it is a finding; a client's own rule goes before *.",
        columns=(
            RuleColumn("client_id", "client_id", required=True, may_be_any=True),
            RuleColumn("product_id", "product_id", required=True),
            RuleColumn("tolerance", "decimal", required=True),
            *_VALIDITY,
            *_OWNER,
        ),
        key=("client_id", "product_id"),
        target=("tolerance",),
        examples=(("*", "connectwise:640", "2", "2026-01-01", "", "M. Silva", "devices come and go within the month"),),
        checks=(_tolerance_is_not_negative,),
    ),
    RuleFile(
        name="terms",
        about="What a client's contract says of its lines; each term is taken from the narrowest rule that states it.",
        columns=(
            RuleColumn("client_id", "client_id", required=True, may_be_any=True),
            RuleColumn("agreement_id", "agreement_id", required=True, may_be_any=True),
            RuleColumn("product_id", "product_id", required=True, may_be_any=True, may_be_group=True),
            RuleColumn("basis", "choice", choices=BASES),
            RuleColumn("minimum_quantity", "decimal"),
            RuleColumn("minimum_scope", "choice", choices=("line", "agreement", "pool")),
            RuleColumn("pool", "text"),
            RuleColumn("contract_price", "decimal"),
            RuleColumn("currency", "currency"),
            RuleColumn("margin_floor_percent", "decimal"),
            RuleColumn("backbill_months", "integer"),
            *_VALIDITY,
            *_OWNER,
            RuleColumn("fixed_quantity", "decimal", may_be_absent=True),
        ),
        key=("client_id", "agreement_id", "product_id"),
        target=(
            "basis",
            "minimum_quantity",
            "minimum_scope",
            "pool",
            "contract_price",
            "currency",
            "margin_floor_percent",
            "backbill_months",
            "fixed_quantity",
        ),
        examples=(
            (
                "connectwise:250",
                "*",
                "connectwise:771",
                "used",
                "20",
                "line",
                "",
                "22.00",
                "USD",
                "15",
                "2",
                "2026-01-01",
                "",
                "M. Silva",
                "order form of 2026-01-01",
                "",
            ),
        ),
        checks=(
            term_checks.says_something,
            term_checks.wide_terms_are_limits,
            term_checks.minimum_is_whole,
            term_checks.fixed_quantity_is_whole,
            term_checks.price_is_whole,
            term_checks.limits_are_possible,
        ),
        together=(pool_checks.one_minimum_of_a_pool,),
    ),
    RuleFile(
        name="agreement_units",
        about="Which of a client's agreements units belong to, by account, record, site or user.",
        columns=(
            RuleColumn("client_id", "client_id", required=True),
            RuleColumn("product_id", "product_id", required=True, may_be_any=True),
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("attribute", "choice", required=True, choices=UNIT_ATTRIBUTES),
            RuleColumn("value", "folded", required=True),
            RuleColumn("agreement_id", "agreement_id", required=True),
            *_VALIDITY,
            *_OWNER,
        ),
        key=("client_id", "product_id", "source_system", "attribute", "value"),
        target=("agreement_id",),
        examples=(
            (
                "connectwise:250",
                "*",
                "microsoft_graph",
                "office",
                "Leeds",
                "connectwise:41",
                "2026-01-01",
                "",
                "M. Silva",
                "the office in Leeds signed its own agreement",
            ),
        ),
    ),
    RuleFile(
        name="product_groups",
        about="Which products are a group that counting rules and terms may name; a product is in one group.",
        columns=(
            RuleColumn("product_id", "product_id", required=True),
            RuleColumn("product_group", "folded", required=True),
            *_VALIDITY,
            *_OWNER,
        ),
        key=("product_id",),
        target=("product_group",),
        examples=(("connectwise:640", "servers", "2026-01-01", "", "M. Silva", "sold as managed servers"),),
        advice="; end one before the other begins, or leave one line out and write a rule for the product itself",
    ),
    RuleFile(
        name="item_map",
        about="Which items of the PSA's catalog are one product: what is billed of the item is billed of the product.",
        columns=(
            RuleColumn("item_id", "product_id", required=True),
            RuleColumn("product_id", "product_id", required=True),
            *_VALIDITY,
            *_CONFIRMATION,
        ),
        key=("item_id",),
        target=("product_id",),
        examples=(
            (
                "connectwise:772",
                "connectwise:771",
                "2026-01-01",
                "",
                "D. Okafor",
                "2026-01-14",
                "the same licence, billed by the year",
            ),
        ),
        checks=(item_checks.item_is_another,),
        together=(item_checks.product_is_no_item,),
    ),
    RuleFile(
        name="exchange_rates",
        about="What money of one currency is worth in another; used from the first to the second, never the other way.",
        columns=(
            RuleColumn("from_currency", "currency", required=True),
            RuleColumn("to_currency", "currency", required=True),
            RuleColumn("rate", "rate", required=True),
            RuleColumn("source", "text", required=True),
            *_VALIDITY,
            *_OWNER,
        ),
        key=("from_currency", "to_currency"),
        target=("rate",),
        examples=(
            (
                "USD",
                "GBP",
                "0.79",
                "ECB reference rate",
                "2026-06-01",
                "2026-07-01",
                "M. Silva",
                "what finance books June with",
            ),
        ),
        checks=(rate_checks.currencies_differ, rate_checks.rate_is_positive),
        together=(rate_checks.directions_agree,),
    ),
    RuleFile(
        name="known_refusals",
        about="Vendor accounts that refuse to be read, and of which somebody knows: they are no news in every run.",
        columns=(
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("account_id", "vendor_id", required=True),
            *_VALIDITY,
            *_CONFIRMATION,
        ),
        key=("source_system", "account_id"),
        target=(),
        examples=(
            (
                "microsoft_graph",
                "c55cc2fc-0000-45b0-9e09-d657365580bf",
                "2026-01-01",
                "2026-04-01",
                "D. Okafor",
                "2026-01-14",
                "client withdrew consent while the contract is negotiated",
            ),
        ),
    ),
    RuleFile(
        name="gone_accounts",
        about="Vendor accounts that no longer exist although lists still name them: nobody need look at them again.",
        columns=(
            RuleColumn("source_system", "vendor", required=True),
            RuleColumn("account_id", "vendor_id", required=True),
            *_VALIDITY,
            *_CONFIRMATION,
        ),
        key=("source_system", "account_id"),
        target=(),
        examples=(
            (
                "microsoft_graph",
                "b44bb1fb-0000-45b0-9e09-d657365580bf",
                "2026-01-01",
                "",
                "D. Okafor",
                "2026-01-14",
                "company dissolved, tenant deleted",
            ),
        ),
    ),
)
