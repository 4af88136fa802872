"""Nothing is reported to anybody: the libraries' own reports on their use are off, whatever their settings say.

Belongs here: the switches in the environment, which child processes inherit. Does not belong here: those in settings
(`pipelines.defs.instance`, `connectors.dlt_source`, `dbt_project.yml`).
"""

import os

# The environment wins over a library's files, a person's own in the home directory among them.
SWITCHES = {
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "GX_ANALYTICS_ENABLED": "false",
}


def switch_off() -> None:
    """Switch all of it off in this process and in those that it starts."""
    os.environ.update(SWITCHES)
