"""NinjaOne: settings. The secret comes from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the RMM; an instance lives in one region only (app, us2, eu, oc, ca)."""

    api_url: str = "https://app.ninjarmm.com"
    login_url: str = "https://app.ninjarmm.com/ws/oauth/token"
    client_id: str
    client_secret: SecretStr
    scope: str = "monitoring"  # reading needs no more
    page_size: int = Field(1000, ge=1, le=1000)
