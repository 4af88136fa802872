"""Settings of the exports source: `[sources.exports]` in `tieout.toml`. What one folder's files mean is its profile."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from connectors.config import SourceConfig


class ExportsConfig(SourceConfig):
    """Settings of the exports source.

    Attributes:
        inbox: Folder with one sub-folder per exporting system; the pipeline sets it to the home's own.
        roles: Source folder -> `psa` or `vendor`, for files whose headers fit both and that have no profile.
        currency: The MSP's own ISO currency: which dollar a bare `$` is. Without it a `$` is read as US dollars.
    """

    inbox: Path | None = Field(None, description="the folder of exports; without it, inbox/ of the home")
    roles: dict[str, Literal["psa", "vendor"]] = Field(
        default_factory=dict,
        description="folder = psa or vendor, for files whose headers fit both and that have no profile",
    )
    currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        description="ISO code for rows that name none, and which dollar a bare $ is; without it, the home's",
    )
