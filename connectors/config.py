"""What every source's settings have in common. One vendor's own settings stand in `connectors/<system>/config.py`.

The values come from `tieout.toml` and the environment; reading them is not done here.
"""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator


class SourceConfig(BaseModel):
    """Settings shared by all sources; times in seconds unless the name says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = Field(True, description="false: the source is not read, and its lines are not assessed")
    freshness_hours: int = Field(
        26, ge=1, description="a newest whole read that is older is stale, in hours"
    )  # a day and slack


class ApiConfig(SourceConfig):
    """Settings shared by the sources that are read over HTTP."""

    timeout_seconds: float = Field(30.0, gt=0, description="how long one answer may take")
    max_attempts: int = Field(5, ge=1, description="how often one request is tried")
    backoff_seconds: float = Field(1.0, ge=0, description="the wait before the second attempt; doubles after each")
    workers: int = Field(
        8, ge=1, le=64, description="calls at a time, where a vendor wants one call per customer or document"
    )
    time_budget_seconds: float = Field(1800.0, gt=0, description="how long the whole read of the source may take")
    # A page of a thousand rows has a few; an answer beyond it is no list that a vendor means to send.
    max_answer_megabytes: int = Field(
        64, ge=1, le=1024, description="the largest answer that is taken, unpacked, in megabytes"
    )

    @field_validator("*")
    @classmethod
    def _is_safe_address(cls, value: Any, info: Any) -> Any:
        if str(info.field_name).endswith("_url"):
            check_address(value)
        return value


def check_address(url: str) -> None:
    """Refuse an address that would send credentials and clients' data in the open.

    Raises:
        ValueError: It is not https, nor http to this machine itself.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018  # raises where it is no number
    except ValueError:
        host = None
    if not host or any(letter.isspace() or not letter.isprintable() for letter in url):
        raise ValueError("an address, for instance https://api.example.com")
    if parts.username is not None:
        raise ValueError("an address without user and password in it; they have settings of their own")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise ValueError("an address with https: over http, credentials and data can be read on the way")
    if parts.scheme not in ("http", "https"):
        raise ValueError("an address that begins with https://")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def without_slash(url: str) -> str:
    """`url` without the slash at its end, so that paths can be appended."""
    return url.rstrip("/")
