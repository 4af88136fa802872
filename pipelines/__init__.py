"""Orchestration: the home, the warehouse, Dagster definitions and the `tieout` command."""
