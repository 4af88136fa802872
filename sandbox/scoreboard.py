"""The scores of several worlds as one table, for people.

Belongs here: adding scores up, and the page that shows them. Does not belong here: one world's score (`score.py`) or
running a pipeline (`scripts/scoreboard.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.score import MoneyScore, Score, Tally, percent

_WRONG_ROWS_SHOWN = 20


@dataclass(slots=True)
class Scoreboard:
    """What has been scored so far; `failed` are worlds whose run published nothing, with the reason."""

    title: str
    scores: dict[str, Score] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def is_perfect(self) -> bool:
        """Whether every world was published and none of its rows or totals differs."""
        return bool(self.scores) and not self.failed and all(score.perfect for score in self.scores.values())

    def page(self) -> str:
        """The whole scoreboard as Markdown."""
        scores = list(self.scores.values())
        rows = sum(score.rows_expected for score in scores)
        wrong = sum(len(score.wrong) for score in scores)
        attributed = sum(score.attributed for score in scores)
        elsewhere = sum(score.misattributed for score in scores)
        lines = [
            "# Scoreboard",
            "",
            self.title,
            "",
            f"{len(scores)} worlds, {rows:,} rows of known truth, {wrong} of them wrong. "
            f"Of {attributed:,} assessed rows, {elsewhere} stand at a client to which the truth does not give them "
            f"({percent(elsewhere / attributed if attributed else None)}).",
            "",
            *_tallies("class", [tally for score in scores for tally in score.classes]),
            *_tallies("flag", [tally for score in scores for tally in score.flags]),
            *_money([money for score in scores for money in score.money]),
        ]
        for world, reason in self.failed.items():
            lines += [f"- {world} was not published: {' '.join(reason.split())[:400]}"]
        shown = [(world, row) for world, score in self.scores.items() for row in score.wrong]
        lines += [f"- {world}: `{row}`" for world, row in shown[:_WRONG_ROWS_SHOWN]]
        return "\n".join(lines).rstrip() + "\n"


def _tallies(kind: str, tallies: Iterable[Tally]) -> list[str]:
    sums: dict[str, Tally] = {}
    for tally in tallies:
        before = sums.get(tally.name, Tally(tally.name, 0, 0, 0))
        sums[tally.name] = Tally(
            tally.name, before.expected + tally.expected, before.found + tally.found, before.hit + tally.hit
        )
    rows = [
        f"| `{t.name}` | {t.expected:,} | {t.found:,} | {t.hit:,} | {percent(t.precision)} | {percent(t.recall)} |"
        for t in sorted(sums.values(), key=lambda tally: tally.name)
    ]
    head = [f"| {kind} | planted | found | right | precision | recall |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    return [*head, *rows, ""]


def _money(totals: Sequence[MoneyScore]) -> list[str]:
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for total in totals:
        for side, planted, found in (
            ("underbilled", total.under_expected, total.under_found),
            ("overbilled", total.over_expected, total.over_found),
        ):
            line = sums.setdefault((total.currency, side), [Decimal(0), Decimal(0), Decimal(0)])
            line[0] += planted
            line[1] += found
            # Added up world by world: an error of one world must not cancel that of another.
            line[2] += abs(found - planted)
    rows = [
        f"| {side}, {currency} | {planted:,.2f} | {found:,.2f} | {'exact' if not off else f'off by {off:,.2f}'} |"
        for (currency, side), (planted, found, off) in sorted(sums.items())
    ]
    return ["| money a month | planted | found | |", "| --- | ---: | ---: | --- |", *rows, ""]
