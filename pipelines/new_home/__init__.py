"""A new home: its settings, secrets, rules and inbox, each described where it stands (`tieout init`).

Belongs here: what a new home holds (`create.py`), the settings there are as data (`known.py`) and as text
(`texts.py`). Does not belong here: reading settings (`pipelines.settings`), rule files (`pipelines.rules.templates`).
"""
