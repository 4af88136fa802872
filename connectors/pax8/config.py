"""Pax8: settings. The secret comes from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the distributor's partner API."""

    api_url: str = Field("https://api.pax8.com/v1", description="address of the partner API")
    login_url: str = Field("https://api.pax8.com/v1/token", description="address at which tokens are asked for")
    client_id: str = Field(description="client id of the integration (Pax8 Integrations Hub)")
    client_secret: SecretStr = Field(description="client secret of the integration")
    audience: str = Field("https://api.pax8.com", description="whom the token is for; Pax8 wants this value")
    page_size: int = Field(200, ge=1, le=200, description="rows of a page; the API gives 200 at most")
