"""Which mended faults the controls of a run see when they are put back; the cases themselves run with them."""

import re

from tests.docs.pages import page
from tests.engine.faults import FAULTS

# Ranks of several currencies are laid out without these models (`tests/dbt_project/marts/test_currencies_apart`).
ELSEWHERE = {33}


def test_every_contract_case_has_its_fault() -> None:
    assert sorted(fault.case for fault in FAULTS) == sorted(set(range(1, 39)) - ELSEWHERE)


def test_the_decision_says_which_faults_a_control_sees() -> None:
    """The page names the cases by number, so that nobody takes a control for more than it is."""
    told = page("decisions/0013-second-opinion.md")
    seen = _numbers(re.search(r"a control stops the run for the cases ([\d, and]+):", told))
    unseen = _numbers(re.search(r"no control sees the cases ([\d, and]+)\.", told))
    assert seen == {fault.case for fault in FAULTS if fault.seen_by}
    assert unseen == {fault.case for fault in FAULTS if not fault.seen_by}


def _numbers(found: re.Match[str] | None) -> set[int]:
    assert found
    return {int(number) for number in re.findall(r"\d+", found.group(1))}
