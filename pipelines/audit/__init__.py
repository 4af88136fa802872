"""One comparison of two exports, without configuration: `tieout audit`.

Belongs here: the home an audit works in (`home.py`), its run (`run.py`), what names it accepted and what it could not
match (`matches.py`). Does not belong here: reading files (`connectors.exports`), comparing (dbt), the workbook
(`pipelines.reports.workbook`), the terminal (`pipelines.cli.audit`).
"""
