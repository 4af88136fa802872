"""The pages of docs/ as tests read them.

Belongs here: reading a page. Does not belong here: what must stand on it.
"""

from pathlib import Path

_DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """The text of one page with single blanks, so that a sentence is found wherever its lines break."""
    return " ".join((_DOCS / name).read_text(encoding="utf-8").split())
