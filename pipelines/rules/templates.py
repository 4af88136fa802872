"""Rule files for a new home: the header, and examples as comments. Files that exist are left alone."""

import csv
import io
from pathlib import Path

from pipelines.rules.declare import RuleFile
from pipelines.rules.files import FILES


def write_templates(folder: Path) -> list[Path]:
    """Create each rule file that does not exist yet.

    Args:
        folder: The home's `rules` folder; created when missing.

    Returns:
        The files created.
    """
    folder.mkdir(parents=True, exist_ok=True)
    created = []
    for declared in FILES:
        path = folder / declared.file
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(template(declared))
        except FileExistsError:
            continue
        created.append(path)
    return created


def template(declared: RuleFile) -> str:
    """The text of a new rule file: what it is for and examples as comments, then the header."""
    comments = [declared.about, "valid_to is the first day without the rule; empty: for ever. Examples:"]
    comments += [_line(example) for example in declared.examples]
    return "".join(f"# {comment}\n" for comment in comments) + _line(declared.column_names) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
