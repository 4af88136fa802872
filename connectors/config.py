"""What every source's settings have in common. One vendor's own settings stand in `connectors/<system>/config.py`.

The values come from `tieout.toml` and the environment; reading them is not done here.
"""

from pydantic import BaseModel, ConfigDict, Field


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


def without_slash(url: str) -> str:
    """`url` without the slash at its end, so that paths can be appended."""
    return url.rstrip("/")
