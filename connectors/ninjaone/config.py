"""NinjaOne: settings. The secret comes from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the RMM; an instance lives in one region only (app, us2, eu, oc, ca)."""

    api_url: str = Field("https://app.ninjarmm.com", description="address of your instance: app, us2, eu, oc or ca")
    login_url: str = Field(
        "https://app.ninjarmm.com/ws/oauth/token",
        description="address at which tokens are asked for, on the same instance",
    )
    client_id: str = Field(description="client id of the API application (machine to machine)")
    client_secret: SecretStr = Field(description="client secret of the API application")
    scope: str = Field("monitoring", description="scope of the token; reading needs no more")
    page_size: int = Field(1000, ge=1, le=1000, description="rows of a page; the API gives 1000 at most")
