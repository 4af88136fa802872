"""Which row of one list is which row of another: clients and products, by ids, by decisions, by names.

Belongs here: reading two lists, candidates, evidence, scores, tiers, reasons, learning. Does not belong here: Dagster,
dbt, the warehouse. Names only suggest; whoever calls decides what a suggestion may do.
"""
