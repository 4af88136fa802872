"""Files of aliases: read as they were written, refused with file and line, and never more than a suggestion."""

from pathlib import Path

import pytest

from connectors.exports.problems import Refused
from pipelines.matching.aliases import Alias, read_aliases
from pipelines.matching.decisions import Decisions
from pipelines.matching.learning import alias_file
from pipelines.matching.lists import NameList
from pipelines.matching.matching import match
from tests.pipelines.matching.lists import names


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "aliases.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return path


def refusal(tmp_path: Path, text: str | bytes, kind: str = "client") -> str:
    with pytest.raises(Refused) as refused:
        read_aliases(written(tmp_path, text), kind)
    return str(refused.value)


def told(left: NameList, right: NameList, kind: str, *aliases: Alias) -> list[tuple[object, object, object]]:
    rows = match(left, right, kind, aliases=aliases).predictions.to_pylist()
    return [(row["left_id"], row["right_id"], row["tier"]) for row in rows]


@pytest.mark.parametrize("kind", ["client", "product"])
def test_what_is_exported_is_read_back(tmp_path: Path, kind: str) -> None:
    first = ("Amber", "Cobalt", "Larch")
    left = names("l", *(f"{word} Tandarts" for word in first), "LLC", "x" * 400, "Same", 'Suite "A" \\ B')
    right = names("r", *(f"{word} Zahnarzt" for word in first), "GmbH", "y" * 400, "same", "Suite A-B")
    decisions = Decisions(frozenset((f"l{number}", f"r{number}") for number in range(7)))
    found = read_aliases(written(tmp_path, alias_file(kind, left, right, decisions)), kind)
    pairs = [(alias.left, alias.right) for alias in found.same]
    assert pairs[:1] == ([("tandarts", "zahnarzt")] if kind == "client" else [("Amber Tandarts", "Amber Zahnarzt")])
    if kind == "product":
        assert ('Suite "A" \\ B', "Suite A-B") in pairs
        assert not [pair for pair in pairs if "x" * 400 in pair]
    assert all(alias.line for alias in found.same)


def test_words_of_a_file_find_a_client_and_make_nothing_certain() -> None:
    left = names("l", "Hollis Tandarts")
    right = names("r", "Hollis Zahnarzt", "Hollis Motors", "Vance Interiors")
    assert told(left, right, "client", Alias("tandarts", "zahnarzt")) == [("l0", "r0", "likely")]
    reasons = match(left, right, "client", aliases=[Alias("tandarts", "zahnarzt")]).predictions["reasons"].to_pylist()
    assert "'tandarts' stands for 'zahnarzt', as the aliases say" in reasons[0]


def test_a_name_of_a_file_finds_a_product_and_is_only_possible() -> None:
    left, right = names("l", "Workplace Gold"), names("r", "Managed desk", "Acme Backup", "Zeta Firewall")
    assert told(left, right, "product") == []
    assert told(left, right, "product", Alias("WORKPLACE gold", "Managed desk")) == [("l0", "r0", "possible")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('kind = "client"\nsame = [\n    ["a", "b"],\n    ["c"],\n]\n', "line 4"),
        ('kind = "client"\nsame = [\n    ["a", "b"],\n    ["c", 4],\n]\n', "is no pair of texts"),
        ('kind = "client"\nsame = [["", "b"]]\n', "holds no word"),
        ('kind = "client"\nsame = [["--", "b"]]\n', "holds no word"),
        ('kind = "client"\nsame = [["a\\u0000b", "b"]]\n', "control characters"),
        ('kind = "client"\nsame = [["a\\u001b[31m", "b"]]\n', "control characters"),
        ('kind = "client"\nsame = [["one two three four", "b"]]\n', "client_map.csv"),
        ('kind = "client"\nsame = [["' + "x" * 301 + '", "b"]]\n', "longer than 300"),
        ('kind = "client"\nsame = "a"\n', "no list of pairs"),
        ('kind = "client"\n', "no list of pairs"),
        ('kind = "product"\nsame = []\n', "holds aliases of products"),
        ('kind = "vendor"\nsame = []\n', "does not say what it holds"),
        ('kind = ["client"]\nsame = []\n', "does not say what it holds"),
        ('kind = "client"\nsame = []\nrun = "rm -rf"\n', 'no setting is called "run"'),
        ('kind = "client"\nsame = [\n', "is no TOML"),
        ('kind = "client"\nsame = ' + "[" * 5000, "is no TOML"),
        ('kind = "client"\nsame = [' + '["a", "b"],' * 5001 + "]", "more than 5,000"),
        (b'kind = "client"\nsame = [["\xff", "b"]]', "line 2"),
        (b"#" * 1_000_001, "larger than"),
    ],
)
def test_a_wrong_or_hostile_file_is_refused_with_its_place(tmp_path: Path, text: str | bytes, says: str) -> None:
    said = refusal(tmp_path, text)
    assert says in said
    assert str(tmp_path / "aliases.toml") in said
    assert all(sign.isprintable() or sign == "\n" for sign in said)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        read_aliases(tmp_path / "none.toml", "client")


def test_hostile_words_are_text() -> None:
    aliases = [Alias("'; DROP TABLE clients; --", "=1+1"), Alias("[red]", "%s"), Alias("(", "[")]
    assert told(names("l", "Adatum ("), names("r", "Adatum", "Contoso"), "client", *aliases)
