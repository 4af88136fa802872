"""ConnectWise PSA: settings. Secrets come from the environment or `secrets.toml`, never from `tieout.toml`."""

from pydantic import Field, SecretStr

from connectors.config import ApiConfig


class Config(ApiConfig):
    """How to reach the PSA; read rights suffice."""

    api_url: str = Field(
        "https://api-na.myconnectwise.net",
        description="address of the API in your region (na, eu, au), or your own server",
    )
    login_url: str = Field(
        "https://api-na.myconnectwise.net",
        description="address that tells the API's version for your company: the one that you sign in at",
    )
    company_id: str = Field(description="the company that you name when you sign in")
    public_key: str = Field(description="public key of the API member (My Account, API Keys)")
    private_key: SecretStr = Field(description="private key of the API member, shown once when it is made")
    client_id: SecretStr = Field(
        description="client id of the integration (developer.connectwise.com), sent with every call"
    )
    api_version: str = Field("2025.1", description="version of the API that is asked for")
    page_size: int = Field(1000, ge=1, le=1000, description="rows of a page; the API gives 1000 at most")
