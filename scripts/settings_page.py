"""Writes `docs/settings.md` from the models that check the settings: `python -m scripts.settings_page`.

Belongs here: the page. Does not belong here: which settings there are (`pipelines.new_home.known`).
"""

from pathlib import Path

from pipelines.new_home.known import known_settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"

_HEAD = """\
# Settings

`tieout init` writes every setting of the systems that you choose into `tieout.toml`, with what it means and its default
beside it. This page is made from the models that check the settings, by `python -m scripts.settings_page`; a test
compares the two.

The first place that has a value wins: the environment (`TIEOUT_<SYSTEM>__<NAME>`, such as
`TIEOUT_PAX8__CLIENT_SECRET`), `secrets.toml`, `tieout.toml`, the default. A secret in `tieout.toml` is refused.

## The home

| Setting | Default | Meaning |
| --- | --- | --- |
| `default_currency` | `"USD"` | ISO code of the currency in which rows are that name none |
| `timezone` | that of the schedule | where months begin and end |
| `[schedule]` `cron` | `"0 6 * * *"` | when the daily job runs by itself: minute, hour, day, month, weekday |
| `[schedule]` `timezone` | `"UTC"` | the time zone of that clock |
| `[schedule]` `enabled` | `false` | `true`: the schedule starts with Dagster |
"""


def page() -> str:
    """The page."""
    parts = [_HEAD]
    for system, settings in known_settings().items():
        parts.append(f"## [sources.{system}]\n\n| Setting | Default | Meaning |\n| --- | --- | --- |\n")
        for one in settings:
            default = "needed" if one.is_required else f"`{one.default}`" if one.default else ""
            where = f"; a secret: `secrets.toml` or `{one.variable}`" if one.is_secret else ""
            parts.append(f"| `{one.name}` | {default} | {one.description}{where} |\n")
    return "\n".join([parts[0], *_grouped(parts[1:])])


def _grouped(parts: list[str]) -> list[str]:
    """Each heading with its rows."""
    groups: list[str] = []
    for part in parts:
        if part.startswith("## "):
            groups.append(part)
        else:
            groups[-1] += part
    return groups


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
