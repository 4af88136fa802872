"""Microsoft Graph: settings. The secret comes from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the customer tenants: one application with consent in each of them and in the partner's own."""

    api_url: str = "https://graph.microsoft.com/v1.0"
    login_url: str = "https://login.microsoftonline.com"
    partner_tenant_id: str
    client_id: str
    client_secret: SecretStr
    page_size: int = Field(999, ge=1, le=999)  # of users; the API's maximum
    reads_sign_in: bool = False  # when users last signed in; needs AuditLog.Read.All and Entra ID P1 in each tenant
    has_contracts: bool = True  # a partner without CSP contracts (delegated administration only) sets this to false
