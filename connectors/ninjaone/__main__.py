"""`python -m connectors.ninjaone`: see `connectors/runner.py`."""

from connectors.runner import main

if __name__ == "__main__":
    raise SystemExit(main("ninjaone"))
