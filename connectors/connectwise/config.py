"""ConnectWise PSA: settings. Secrets come from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the PSA; read rights suffice."""

    api_url: str = "https://api-na.myconnectwise.net"
    login_url: str = "https://api-na.myconnectwise.net"
    company_id: str
    public_key: str
    private_key: SecretStr
    client_id: SecretStr  # the vendor issues it per integration and wants it with every call
    api_version: str = "2025.1"
    page_size: int = Field(1000, ge=1, le=1000)
