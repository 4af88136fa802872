"""`python -m connectors.pax8`: see `connectors/runner.py`."""

from connectors.runner import main

if __name__ == "__main__":
    raise SystemExit(main("pax8"))
