"""`tieout match` as people use it."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app


def _run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["match", *map(str, arguments)], env={"COLUMNS": "140"})
    return result.exit_code, result.output


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    left, right = tmp_path / "left.csv", tmp_path / "right.csv"
    left.write_text('id,name\n1,"Contoso, ""The"" Ltd"\n2,=1+1 Adatum\n3,😀\n4,Nobody Knows\n', encoding="utf-8")
    right.write_text("id,name\na,Contoso The Limited\nb,=1+1 Adatum\nc,Fabrikam\n", encoding="utf-8")
    return left, right


def test_pairs_are_written_and_counted_by_tier(lists: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pairs.csv"
    code, output = _run(*lists, "--out", out)
    assert code == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert [(row["left_id"], row["right_id"]) for row in rows] == [("1", "a"), ("2", "b")]
    assert list(rows[0]) == ["left_id", "right_id", "score", "tier", "reasons"]
    assert all(
        words in output for words in ("certain", "likely", "possible", "no counterpart: 4", "nothing to compare")
    )


def test_decisions_are_kept_to_and_strangers_among_them_are_said(lists: tuple[Path, Path], tmp_path: Path) -> None:
    learn, out, aliases = tmp_path / "learn.csv", tmp_path / "pairs.csv", tmp_path / "aliases.toml"
    learn.write_text("left_id,right_id,decision\n1,a,reject\n4,c,accept\n9,z,accept\n", encoding="utf-8")
    code, output = _run(*lists, "--learn", learn, "--out", out, "--export-aliases", aliases, "--explain-model")
    assert code == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert [(row["left_id"], row["right_id"]) for row in rows] == [("2", "b"), ("4", "c")]
    assert "1 of 3 decisions name a row that is in neither list" in output
    assert "log odds" in output
    assert aliases.exists()


def test_the_model_is_explained_without_lists() -> None:
    code, output = _run("--explain-model", "--kind", "product")
    assert code == 0
    assert "same product in the public table" in output


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "is empty"), ("id,title\n1,A\n", 'no column "name"'), ("id,name\n1,A\n1,B\n", "stands twice")],
)
def test_a_wrong_file_ends_with_2_and_writes_nothing(
    lists: tuple[Path, Path], tmp_path: Path, content: str, says: str
) -> None:
    lists[0].write_text(content, encoding="utf-8")
    out = tmp_path / "pairs.csv"
    code, output = _run(*lists, "--out", out)
    assert (code, says in output, out.exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("arguments", "says"), [([], "two lists are needed"), (["x.csv", "y.csv", "--export-aliases", "a"], "give --learn")]
)
def test_wrong_usage_is_said(arguments: list[str], says: str) -> None:
    code, output = _run(*arguments)
    assert (code, says in output) == (2, True)


def test_a_folder_that_is_not_there_is_said_before_the_work(lists: tuple[Path, Path], tmp_path: Path) -> None:
    code, output = _run(*lists, "--out", tmp_path / "none" / "pairs.csv")
    assert code == 2
    assert "is no folder" in output


def test_aliases_are_read_and_a_wrong_file_ends_with_2(tmp_path: Path) -> None:
    left, right, out = tmp_path / "left.csv", tmp_path / "right.csv", tmp_path / "pairs.csv"
    left.write_text("id,name\n1,Workplace Gold\n", encoding="utf-8")
    right.write_text("id,name\na,Managed desk\nb,Acme Backup\n", encoding="utf-8")
    aliases = tmp_path / "aliases.toml"
    aliases.write_text('kind = "product"\nsame = [["workplace gold", "Managed desk"]]\n', encoding="utf-8")
    code, _ = _run(left, right, "--kind", "product", "--aliases", aliases, "--out", out)
    assert code == 0
    assert [row["right_id"] for row in csv.DictReader(out.open(encoding="utf-8", newline=""))] == ["a"]
    code, output = _run(left, right, "--kind", "client", "--aliases", aliases, "--out", out)
    assert (code, "holds aliases of products" in output) == (2, True)
