"""The warehouse: the one DuckDB file that a run writes, its connection, and the control tables."""
