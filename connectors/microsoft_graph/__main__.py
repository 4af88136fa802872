"""`python -m connectors.microsoft_graph`: see `connectors/runner.py`."""

from connectors.runner import main

if __name__ == "__main__":
    raise SystemExit(main("microsoft_graph"))
