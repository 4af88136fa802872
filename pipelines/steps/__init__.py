"""The steps of a run as plain functions: begin, extract, load, transform. No Dagster; `pipelines.defs` calls them."""
