"""See schema.py for the tables and source.py for how they are read."""
