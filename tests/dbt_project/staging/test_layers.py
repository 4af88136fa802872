"""Who may read staging: the layering as it is, read from the models' own references."""

import re
from pathlib import Path

from tests.dbt_project.warehouse import PROJECT

# Vendor rows and control rows pass through the canonical layer. Rules are the exception: they are confirmed by people
# and written in canonical terms already, so the layer that applies a rule reads it.
READERS = {"control": {"canonical"}, "rules": {"canonical", "mapping", "compare"}}
LAYERS = ("staging", "canonical", "mapping", "compare", "marts")


def _models(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".sql", ".py"))


def references() -> list[tuple[str, str, str]]:
    """(layer, model, referenced model) of every reference in the project."""
    return [
        (layer, path.stem, name)
        for layer in LAYERS
        for path in _models(PROJECT / "models" / layer)
        for name in re.findall(r"ref\(\s*['\"](\w+)['\"]\s*\)", path.read_text())
    ]


def test_staging_is_read_by_the_layer_that_follows_it_alone() -> None:
    found = [
        (layer, model, name)
        for layer, model, name in references()
        if name.startswith("stg_") and layer not in READERS.get(name.removeprefix("stg_").split("__")[0], {"canonical"})
    ]
    assert found == []


def test_nothing_that_a_figure_depends_on_reads_a_suggestion() -> None:
    suggested = {"name_matches", "mapping_suggestions"}
    readers = {(layer, model) for layer, model, name in references() if name in suggested}
    assert readers == {("mapping", "mapping_suggestions"), ("marts", "public_mapping_suggestions")}


def test_no_mart_reads_staging_or_raw_tables() -> None:
    assert [row for row in references() if row[0] == "marts" and row[2].startswith("stg_")] == []
    for path in (PROJECT / "models" / "marts").rglob("*.sql"):
        sources = set(re.findall(r"source\('(\w+)', '(\w+)'\)", path.read_text()))
        # What is kept over runs is read from control itself: decisions, publications, the run whose rows are replaced.
        assert sources <= {("control", "decisions"), ("control", "run"), ("control", "published_runs")}, path.name


def test_every_reference_is_to_a_model_that_exists() -> None:
    models = {path.stem for path in _models(PROJECT / "models")}
    assert {name for _, _, name in references()} <= models


def test_the_second_opinion_reads_nothing_of_what_it_judges_but_the_result() -> None:
    """A model of the chain in it, and both would share a fault. What it reads of the result it checks or compares."""
    own = {path.stem for path in _models(PROJECT / "models" / "recompute")}
    for path in _models(PROJECT / "models" / "recompute"):
        read = set(re.findall(r"ref\(\s*['\"](\w+)['\"]\s*\)", path.read_text())) - own
        assert read <= {"reconciliation", "row_dispositions", "source_health", "public_client_mappings"}, path.name
