"""A profile written from a look at a file reads it as no profile does, and leaves a person what only they can say."""

import tomllib
from pathlib import Path

import pytest

from connectors.exports.aliases import load_aliases
from connectors.exports.folder import read_folder
from connectors.exports.problems import Refused
from connectors.exports.profile import Profile
from connectors.exports.suggest import suggest_profile, try_profile

CASES = sorted((Path(__file__).parents[2] / "acceptance" / "export_cases").iterdir())


def read(path: Path, profile: str, folder: Path) -> list[object] | str:
    folder.mkdir(parents=True)
    try:
        found = try_profile(path, profile, None, "GBP", folder)
    except Refused as refused:
        return str(refused)
    return [
        {name: value for name, value in row.items() if name != "source_name"}
        for kind in sorted(found.tables)
        for part in found.tables[kind]
        for row in part.to_pylist()
    ]


@pytest.mark.parametrize("path", CASES, ids=[path.name for path in CASES])
def test_a_profile_from_a_look_changes_nothing(path: Path, tmp_path: Path) -> None:
    text = suggest_profile(path, currency="GBP")
    Profile.model_validate(tomllib.loads(text))
    assert read(path, text, tmp_path / "said") == read(path, "", tmp_path / "plain")


@pytest.mark.parametrize("path", CASES, ids=[path.name for path in CASES])
def test_the_look_says_of_each_column_what_it_is_taken_for_or_that_it_is_not(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / path.name).write_bytes(path.read_bytes())
    text = suggest_profile(path, currency="GBP")
    try:
        notes = read_folder(folder, None, load_aliases(), "GBP").notes
    except Refused:
        return
    for note in notes:
        if note.kind == "taken" and note.column != "status":
            assert f'"{note.header}"' in text or note.header in text


def test_what_is_missing_is_a_line_to_choose(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("Firmenkonto,Posten,Stueckzahl,Unit Price\nAcme,P,3,2.50\nBeta,Q,4,2.50\n")
    text = suggest_profile(path, "billing")
    assert '# client_name = "Firmenkonto"  # 2 values, for example "acme", "beta"' in text
    assert '# quantity = "Stueckzahl"  # 2 values, for example "3", "4"' in text
    refused = read(path, 'kind = "billing"\n', tmp_path / "refused")
    assert 'under [columns]: client_name = "Firmenkonto", or client_name = "Posten".' in refused
    chosen = (
        'kind = "billing"\n[columns]\nclient_name = "Firmenkonto"\nproduct_name = "Posten"\nquantity = "Stueckzahl"\n'
    )
    assert [row["quantity"] for row in read(path, chosen, tmp_path / "chosen")] == [3, 4]


def test_a_kind_that_nobody_can_tell_is_left_to_a_person(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company,Product,Quantity\nAcme,P,3\n")
    text = suggest_profile(path)
    assert '# kind = "billing"\n# kind = "vendor"\n' in text
    assert tomllib.loads(text) == {"columns": {}}


def test_a_word_that_is_not_known_is_a_line_of_states(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text('Client,Product,Quantity,Unit Price,Status\nAcme,P,3,2.50,"On ""loan"""\nBeta,P,4,2.50,Active\n')
    assert '# "on \\"loan\\"" = "counts"  # or "gone"' in suggest_profile(path)


def test_text_of_the_file_is_no_line_of_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(
        'Client,Product,Quantity,Unit Price,"x\nkind = ""vendor"""\nAcme\x1b[31m,P,3,2.50,"a\n[constants]"\n'
    )
    text = suggest_profile(path)
    assert "\x1b" not in text
    assert set(tomllib.loads(text)) == {"kind", "columns"}
    assert tomllib.loads(text)["kind"] == "billing"
