"""Sources of rows: one folder per system, pure dlt. No Dagster, no business rules."""
