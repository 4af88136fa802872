"""The plan as a portal without API would export it: one CSV file of daily counts.

Belongs here: rendering. Does not belong here: choosing (`dated_counts.py`) or writing files (`sandbox/home.py`).
"""

import csv
from io import StringIO

from sandbox.world.counts import Counts
from sandbox.world.model import Inbox
from sandbox.world.plan import Plan
from sandbox.world.products import SEATWATCH

_HEADER = ("Organization Id", "Organization Name", "Product Code", "Product Name", "Active Users", "Usage Date")
FILE, PROFILE = f"{SEATWATCH}/daily-counts.csv", f"{SEATWATCH}/profile.toml"
# What the portal said at first; of two files that reach equally far the later name stands, and '.' comes after '-'.
FIRST = f"{SEATWATCH}/daily-counts-first.csv"


def render(plan: Plan) -> Inbox:
    """All files of the inbox; none where no portal counts anything."""
    counts = [c for client in plan.clients for p in client.positions.values() for c in p.counts]
    if not counts:
        return Inbox()
    # Exported at the world's now: a file without its time counts as read by the clock of the machine.
    profile = f'kind = "vendor"\nside = "used"\nas_of = {plan.clock.strftime("%Y-%m-%dT%H:%M:%SZ")}\n'
    inbox = Inbox(files={FILE: _file(counts, is_first=False), PROFILE: profile})
    if any(count.restated for count in counts):
        inbox.files[FIRST] = _file(counts, is_first=True)
    return inbox


def _file(counts: list[Counts], *, is_first: bool) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    for count in counts:
        account, product = count.account, count.product
        for day, quantity in sorted(count.days.items()):
            stated = count.restated.get(day, quantity) if is_first else quantity
            row = account.id, account.name, product.identifier, product.name, f"{stated:f}", day.isoformat()
            writer.writerow(row)
    return text.getvalue()
