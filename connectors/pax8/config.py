"""Pax8: settings. The secret comes from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the distributor's partner API."""

    api_url: str = "https://api.pax8.com/v1"
    login_url: str = "https://api.pax8.com/v1/token"
    client_id: str
    client_secret: SecretStr
    audience: str = "https://api.pax8.com"
    page_size: int = Field(200, ge=1, le=200)  # the API's maximum
