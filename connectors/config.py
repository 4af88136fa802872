"""What every source's settings have in common. One vendor's own settings stand in `connectors/<system>/config.py`.

The values come from `tieout.toml` and the environment; reading them is not done here.
"""

from pydantic import BaseModel, ConfigDict, Field


class SourceConfig(BaseModel):
    """Settings shared by all sources; times in seconds unless the name says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    freshness_hours: int = Field(26, ge=1)  # a daily run and two hours of slack


class ApiConfig(SourceConfig):
    """Settings shared by the sources that are read over HTTP."""

    timeout_seconds: float = Field(30.0, gt=0)
    max_attempts: int = Field(5, ge=1)
    backoff_seconds: float = Field(1.0, ge=0)  # doubles after each attempt
    workers: int = Field(8, ge=1, le=64)  # parallel calls where a vendor wants one call per parent
    time_budget_seconds: float = Field(1800.0, gt=0)


def without_slash(url: str) -> str:
    """`url` without the slash at its end, so that paths can be appended."""
    return url.rstrip("/")
