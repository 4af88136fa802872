"""Confirming mappings: what waits, what is suggested, and how a person's word gets into the rules.

Belongs here: which pairs are suggested (`suggest.py`), the ranked queue (`queue.py`), decisions and their log, the
workbook that is decided in. Does not belong here: likeness of names (`pipelines.matching`), what a rule file must look
like (`pipelines.rules`), the terminal (`pipelines.cli.map`).
"""
