"""Dagster definitions by area: ingest, transform, publish, schedule; assembled in `pipelines.defs.build`.

Belongs here: keys, groups, checks, metadata, jobs, resources. Does not belong here: what a step does
(`pipelines.steps`, `pipelines.publish`), which works and is tested without Dagster.
"""
