"""Microsoft Graph: settings. The secret comes from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the customer tenants: one application with consent in each of them and in the partner's own."""

    api_url: str = Field(
        "https://graph.microsoft.com/v1.0", description="address of the API; national clouds have their own"
    )
    login_url: str = Field(
        "https://login.microsoftonline.com",
        description="address at which tokens are asked for; each tenant's id is appended",
    )
    partner_tenant_id: str = Field(description="id of your own (the partner's) tenant, whose customers are read")
    client_id: str = Field(description="application id of the app registration that has consent in each tenant")
    client_secret: SecretStr = Field(description="client secret of the app registration")
    page_size: int = Field(999, ge=1, le=999, description="users of a page; the API gives 999 at most")
    reads_sign_in: bool = Field(
        False,
        description="read when users last signed in; needs AuditLog.Read.All and Entra ID P1 in each tenant",
    )
    has_contracts: bool = Field(
        True, description="false for a partner without CSP contracts (delegated administration only)"
    )
