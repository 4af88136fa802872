"""Plain HTTP clients of the four vendors: right credentials, no retries, no cleverness."""

import re
from typing import Any, Self

import requests

from sandbox.credentials import CONNECTWISE, MICROSOFT_GRAPH, NINJAONE, PAX8

GRAPH_SCOPE = "https://graph.microsoft.com/.default"
PSA_BASE = "/connectwise/v4_6_release/apis/3.0"


class Clients:
    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
        url = path if path.startswith("http") else self.url + path
        return self.session.get(url, headers=headers, params=query, timeout=10)

    def psa(self, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
        url = path if path.startswith("http") else f"{self.url}{PSA_BASE}{path}"
        user = f"{CONNECTWISE.company_id}+{CONNECTWISE.public_key}"
        return self.session.get(
            url,
            auth=(user, CONNECTWISE.private_key),
            headers={"clientId": CONNECTWISE.client_id, **(headers or {})},
            params=query,
            timeout=10,
        )

    def graph_token(self, tenant: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": MICROSOFT_GRAPH.client_id,
            "client_secret": MICROSOFT_GRAPH.client_secret,
            "scope": GRAPH_SCOPE,
        }
        url = f"{self.url}/microsoft_login/{tenant}/oauth2/v2.0/token"
        return self.session.post(url, data=form | changes, timeout=10)

    def graph(self, tenant: str) -> dict[str, str]:
        token = self.graph_token(tenant).json()["access_token"]
        return {"Authorization": f"Bearer {token}", "ConsistencyLevel": "eventual"}

    def pax8_token(self, **changes: str) -> requests.Response:
        body = {
            "grant_type": "client_credentials",
            "client_id": PAX8.client_id,
            "client_secret": PAX8.client_secret,
            "audience": "https://api.pax8.com",
        }
        return self.session.post(f"{self.url}/pax8/v1/token", json=body | changes, timeout=10)

    def pax8(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.pax8_token().json()['access_token']}"}

    def ninja_token(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": NINJAONE.client_id,
            "client_secret": NINJAONE.client_secret,
            "scope": "monitoring",
        }
        return self.session.post(f"{self.url}/ninjaone/ws/oauth/token", data=form | changes, timeout=10)

    def ninja(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.ninja_token().json()['access_token']}"}


def links(answer: requests.Response) -> dict[str, str]:
    """The Link header by rel."""
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers.get("Link", ""))}
