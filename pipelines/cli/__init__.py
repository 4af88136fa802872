"""The `tieout` command: one module per subcommand, thin over `pipelines.run` and `pipelines.reports`."""
