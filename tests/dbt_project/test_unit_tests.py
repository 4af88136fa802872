"""dbt's unit tests, beside the models in `dbt_project/models/*/_*__unit_tests.yml`, are part of the suite."""

from collections import Counter
from pathlib import Path

from tests.dbt_project.warehouse import PROJECT, Warehouse


def test_every_unit_test_of_the_project_passes(warehouse: Warehouse) -> None:
    # They take the types of their inputs from the tables themselves.
    warehouse.build()
    results = warehouse.build("--select", "test_type:unit", command="test")
    assert Counter(status for _, status in results) == {"pass": declared(PROJECT)}


def declared(project: Path) -> int:
    """How many unit tests stand in the project's files."""
    files = project.glob("models/**/*__unit_tests.yml")
    return sum(text.count("\n    given:") for text in (file.read_text(encoding="utf-8") for file in files))
