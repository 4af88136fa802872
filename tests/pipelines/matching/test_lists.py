"""What lists are read, and how a wrong one is refused."""

from pathlib import Path

import pytest

from connectors.exports.problems import Refused
from pipelines.matching.decisions import read_decisions
from pipelines.matching.lists import read_list


def _write(folder: Path, content: str | bytes, name: str = "left.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "id,name\n1,Café Zürich\n",
        "\ufeffid,name\n1,Café Zürich\n".encode(),
        "id,name\n1,Café Zürich\n".encode("utf-16"),
        "ID;Name\r\n1;Café Zürich\r\n".encode("cp1252"),
        "name\tid\nCafé Zürich\t1\n",
        'id,name\n\n1,"Café Zürich"\n\n',
    ],
)
def test_encodings_delimiters_and_blank_lines_are_read(tmp_path: Path, content: str | bytes) -> None:
    found = read_list(_write(tmp_path, content))
    assert (list(found.ids), list(found.names)) == (["1"], ["Café Zürich"])


def test_further_columns_are_kept_under_one_spelling(tmp_path: Path) -> None:
    assert read_list(_write(tmp_path, "id,name,Tenant ID\n1,A,x\n")).columns == {"tenant_id": ["x"]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", ["left.csv", "is empty", "id and name"]),
        ("id,name\n", ["line 1", "no row"]),
        ("number,name\n1,A\n", ["line 1", 'column "id"', "headers are: number, name"]),
        ("id,title\n1,A\n", ['column "name"', "headers are: id, title"]),
        ("id,name,name\n1,A,B\n", ['more than one column "name"']),
        ('id,name\n1,"A\nB"\n1,C\n', ["line 4", 'column "id"', "stands twice", "Line 2", '"1"']),
        ("id,name\n1,A\n,B\n", ["line 3", 'column "id"', "is empty"]),
        ("id,name\n1,A,B\n", ["line 2", "3 values under 2 headers", "double quotes"]),
        ('id,name\n1,"A\n', ["line 2", "broken quoting"]),
        (b"id,name\n1,\x00\x01\n", ["NUL"]),
    ],
)
def test_a_wrong_list_is_refused_with_place_and_remedy(tmp_path: Path, content: str | bytes, says: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_list(_write(tmp_path, content))
    assert [words for words in says if words not in str(refused.value)] == []


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        read_list(tmp_path / "none.csv")


def test_decisions_are_read(tmp_path: Path) -> None:
    found = read_decisions(_write(tmp_path, "left_id,right_id,decision\n1,a,accept\n2,b,Reject\n3,c,\n"))
    assert found.accepted == {("1", "a"), ("3", "c")}
    assert found.rejected == {("2", "b")}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("left_id,right\n1,a\n", ['column "right_id"', "headers are"]),
        ("left_id,right_id,decision\n1,a,maybe\n", ["line 2", 'column "decision"', '"maybe"', "accept or reject"]),
        ("left_id,right_id,decision\n1,a,accept\n1,a,reject\n", ["line 3", "accepted and rejected"]),
        ("left_id,right_id\n1,\n", ["line 2", 'column "right_id"', "is empty"]),
    ],
)
def test_wrong_decisions_are_refused(tmp_path: Path, content: str, says: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_decisions(_write(tmp_path, content))
    assert [words for words in says if words not in str(refused.value)] == []
