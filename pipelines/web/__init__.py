"""The web server of `tieout ui`: Dagster's own, behind a guard that answers this machine's person and no web page."""
