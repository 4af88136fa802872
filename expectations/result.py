"""What goes into a check besides the rows, and what comes out of it.

Belongs here: `Facts` and `ExpectationResult`, plain values. Does not belong here: Great Expectations' own types.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one raw table besides its rows.

    `row_count`: rows that the run would use (for a table in mode `versions`: the newest version of each key).
    `previous_row_count`: the same count as of the newest earlier read that was trusted (its run had no failed read and
    no failed blocking expectation for the source); None when there is none. Where a table is read account by account,
    both counts cover the accounts that both loads could read: a lost consent is not a lost row.
    `age_hours`: age of the newest ok read by the source's own clock; None when there is no such read.
    `limit_hours`: the age from which the rows are stale.
    `declared_total`: the total that the source itself declared for the read; None when it declares none.
    `received_count`: rows received in that read, to be compared with `declared_total`; None means `row_count`, which
    is right for every full read. An incremental read receives only what changed and must say so here.
    `drop_accepted_by`: the person who said for this run that fewer rows are right; None when nobody did.
    `profile_changed`: since the last trusted read a person changed what says which rows of the files count.
    """

    row_count: int
    previous_row_count: int | None
    age_hours: float | None
    limit_hours: float
    declared_total: int | None
    received_count: int | None = None
    drop_accepted_by: str | None = None
    profile_changed: bool = False


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation's outcome: the columns of `control.expectation_results` without the run.

    `observed` says what was seen; `unexpected_count` counts offending rows (None where the expectation is about the
    table as a whole); `sample` is a JSON list of at most 20 keys of offending rows, parts of a key joined by `|`;
    `message` is empty when passed, otherwise it says what is wrong and what to do. Only a floor that passes because a
    person accepted the drop, or changed the folder's profile, passes with a message, which says so. `account_id`: the
    inbox folder that was checked by itself; None: the table as a whole.
    """

    source_system: str
    table_name: str
    expectation: str
    is_blocking: bool
    passed: bool
    observed: str
    unexpected_count: int | None
    sample: str
    message: str
    account_id: str | None = None
