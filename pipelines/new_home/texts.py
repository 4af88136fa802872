"""`tieout.toml` and `secrets.toml` of a new home as text, every setting with its meaning beside it.

Belongs here: these two texts. Does not belong here: which settings there are (`known.py`), writing files (`create.py`).
"""

import json
import textwrap
from collections.abc import Collection, Iterator, Mapping

from pipelines.new_home.known import Setting, known_settings

_WIDTH = 110

_HEAD = """\
# Settings of this home. No secrets here: they stand in secrets.toml beside it (mode 0600), or in the environment.
# A line that begins with # holds a default; take the # away to change it. All settings: docs/settings.md.

# ISO code of the currency in which rows are that name none.
default_currency = {currency}

# Where months begin and end; an IANA time zone.
timezone = {timezone}

# When the daily job runs by itself (tieout ui must be up). Five fields: minute, hour, day, month, weekday.
[schedule]
cron = "0 6 * * *"
timezone = {timezone}
enabled = false
"""

_SECRETS_HEAD = """\
# Secrets of this home. Keep this file out of git; only its owner may read it (mode 0600).
# Write each value between the quotes. The environment goes first: TIEOUT_<SYSTEM>__<NAME>.
"""


def settings_text(systems: Collection[str], values: Mapping[tuple[str, str], str], currency: str, timezone: str) -> str:
    """`tieout.toml` for these systems.

    Args:
        systems: The systems to read.
        values: (system, setting) -> value, of settings that are no secrets.
        currency: The home's currency.
        timezone: The home's time zone.
    """
    parts = [_HEAD.format(currency=json.dumps(currency), timezone=json.dumps(timezone))]
    for system, settings in known_settings().items():
        if system in systems:
            parts.append(f"[sources.{system}]\n" + "".join(_lines(settings, values)))
    return "\n".join(parts)


def secrets_text(systems: Collection[str]) -> str:
    """`secrets.toml` for these systems: the names of what a person fills in, and no value."""
    parts = [_SECRETS_HEAD]
    for system, settings in known_settings().items():
        secrets = [one for one in settings if one.is_secret]
        if system in systems and secrets:
            lines = "".join(f'{_comment(one)}# {one.name} = ""\n' for one in secrets)
            parts.append(f"[sources.{system}]\n{lines}")
    return "\n".join(parts)


def _lines(settings: Collection[Setting], values: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for one in settings:
        if one.is_secret:
            yield f"# {one.name}: a secret, stands in secrets.toml.\n"
            continue
        value = values.get((one.system, one.name))
        yield _comment(one)
        if value is not None:
            yield f"{one.name} = {_written(value, one)}\n"
        else:
            yield f"# {one.name} = {one.default or _empty(one)}\n"


def _comment(one: Setting) -> str:
    text = one.description[:1].upper() + one.description[1:] + "."
    if one.is_required:
        text += " Needed."
    return "".join(
        f"# {line}\n" for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    )


def _written(value: str, one: Setting) -> str:
    """The value as TOML: a number or truth where the default is one, else a text."""
    is_text = one.default is None or one.default.startswith('"')
    return json.dumps(value, ensure_ascii=False) if is_text else value


def _empty(one: Setting) -> str:
    return "{}" if one.name == "roles" else '""'
