"""A line is added, or taken away, as the file is written; every other byte stays."""

import pytest

from pipelines.rules.files import FILES
from pipelines.rules.layout import appended, removed

CLIENT_MAP = next(declared for declared in FILES if declared.name == "client_map")
RULE = {"source_system": "pax8", "account_id": "ä,1", "client_id": "connectwise:1", "valid_from": "2026-01-01",
        "confirmed_by": "A", "confirmed_at": "2026-01-02", "reason": "r"}  # fmt: skip
HEADER = "source_system,account_id,client_id,valid_from,valid_to,confirmed_by,confirmed_at,reason"
OLD = "pax8,x,connectwise:2,2026-01-01,,A,2026-01-02,r"
SPELLINGS = {
    "plain": f"{HEADER}\n{OLD}\n".encode(),
    "no end of line": f"{HEADER}\n{OLD}".encode(),
    "byte order mark": f"{HEADER}\n{OLD}\n".encode("utf-8-sig"),
    "Windows line ends": f"{HEADER}\r\n{OLD}\r\n".encode(),
    "UTF-16 with tabs": f"{HEADER}\n{OLD}\n".replace(",", "\t").encode("utf-16"),
    "comments": f"# a; b; c\n\n{HEADER}\n# end\n".encode(),
    "header alone": HEADER.encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_line_is_added_in_the_files_own_spelling_and_taken_away_again(spelling: str) -> None:
    data = SPELLINGS[spelling]
    after, [line] = appended(data, CLIENT_MAP, [RULE])
    assert after.startswith(data)
    back = removed(after, line)
    assert back is not None
    assert back.startswith(data)
    encoding = "utf-16-le" if spelling.startswith("UTF-16") else "utf-8"
    assert back[len(data) :].decode(encoding) in ("", "\n")


def test_a_file_that_is_not_there_begins_with_its_template() -> None:
    after, [line] = appended(None, CLIENT_MAP, [RULE])
    assert after.decode().endswith(f"{HEADER},method\n{line}\n")


def test_a_first_cell_that_begins_as_a_comment_is_quoted() -> None:
    data = b"account_id,source_system,client_id,valid_from,valid_to,confirmed_by,confirmed_at,reason\n"
    _, lines = appended(data, CLIENT_MAP, [{**RULE, "account_id": "#7"}, {**RULE, "account_id": '#"7,'}])
    assert [line[: line.index(",pax8")] for line in lines] == ['"#7"', '"#""7,"']


def test_only_a_whole_line_is_taken_away_and_of_equal_ones_the_last() -> None:
    data = f"{HEADER}\nx{OLD}\n{OLD}\n{OLD}x\n{OLD}\n# {OLD}\n".encode()
    assert removed(data, OLD) == f"{HEADER}\nx{OLD}\n{OLD}\n{OLD}x\n# {OLD}\n".encode()
    assert removed(data, "nothing") is None
