"""The credentials that the sandbox server accepts and that a sandbox home is given.

Belongs here: these invented constants only. They open nothing but a server on this machine that answers with invented
data, so they stand in the open. Does not belong here: anything that a real system would accept.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectWiseCredentials:
    """HTTP Basic user is `company_id+public_key`, password `private_key`; `client_id` is the header of every call."""

    company_id: str
    public_key: str
    private_key: str
    client_id: str


@dataclass(frozen=True, slots=True)
class OAuthCredentials:
    """A `client_credentials` pair."""

    client_id: str
    client_secret: str


CONNECTWISE = ConnectWiseCredentials(
    company_id="sandbox",
    public_key="sandboxPublicKey1",
    private_key="sandboxPrivateKey1",
    client_id="5a6d0b0e-0000-4000-8000-00000000c0de",
)
MICROSOFT_GRAPH = OAuthCredentials("5a6d0b0e-0000-4000-8000-0000000000a1", "sandbox-graph-secret")
PAX8 = OAuthCredentials("sandbox-pax8-client", "sandbox-pax8-secret")
NINJAONE = OAuthCredentials("sandbox-ninjaone-client", "sandbox-ninjaone-secret")
