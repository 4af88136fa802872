"""Settings of the four sources that point at a sandbox server, with pauses short enough for tests."""

from typing import Any

from connectors.http import Budget
from connectors.reads import Plan, Read
from connectors.registry import SYSTEMS
from sandbox.credentials import CONNECTWISE, MICROSOFT_GRAPH, NINJAONE, PAX8
from sandbox.world.model import World

SYSTEMS_OVER_HTTP = ("connectwise", "microsoft_graph", "pax8", "ninjaone")


def config(system: str, world: World, url: str, **settings: Any) -> Any:
    own: dict[str, dict[str, Any]] = {
        "connectwise": {
            "api_url": f"{url}/connectwise",
            "login_url": f"{url}/connectwise",
            "company_id": CONNECTWISE.company_id,
            "public_key": CONNECTWISE.public_key,
            "private_key": CONNECTWISE.private_key,
            "client_id": CONNECTWISE.client_id,
        },
        "microsoft_graph": {
            "api_url": f"{url}/microsoft_graph/v1.0",
            "login_url": f"{url}/microsoft_login",
            "partner_tenant_id": world.microsoft_graph.partner_tenant_id,
            "client_id": MICROSOFT_GRAPH.client_id,
            "client_secret": MICROSOFT_GRAPH.client_secret,
        },
        "pax8": {
            "api_url": f"{url}/pax8/v1",
            "login_url": f"{url}/pax8/v1/token",
            "client_id": PAX8.client_id,
            "client_secret": PAX8.client_secret,
        },
        "ninjaone": {
            "api_url": f"{url}/ninjaone",
            "login_url": f"{url}/ninjaone/ws/oauth/token",
            "client_id": NINJAONE.client_id,
            "client_secret": NINJAONE.client_secret,
        },
    }
    quick = {"backoff_seconds": 0.01, "max_attempts": 3, "timeout_seconds": 5}
    return SYSTEMS[system].config_model(**{**own[system], **quick, **settings})


def reading(system: str, world: World, url: str, plan: Plan | None = None, **settings: Any) -> Any:
    """A fresh reading of `system`; nothing is sent yet."""
    seconds = settings.pop("budget", 60.0)
    return SYSTEMS[system].reads(config(system, world, url, **settings), plan or Plan(), Budget(seconds))


def by_table(reads: tuple[Read, ...]) -> dict[str, Read]:
    """The reads of a source that has no accounts, by table."""
    return {read.table_name: read for read in reads}
