import pyarrow as pa
import pytest

from connectors.ninjaone.source import contradiction
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.connectors.sources import by_table, reading

pytestmark = pytest.mark.integration


def test_all_pages_of_lists_and_query_are_read(world: World, server: SandboxServer) -> None:
    ninja = world.ninjaone
    for page_size in (1000, 7):
        reads = by_table(reading("ninjaone", world, server.url, page_size=page_size).reads())
        assert {name: read.row_count for name, read in reads.items()} == {
            "organizations": len(ninja.organizations),
            "devices": len(ninja.devices),
            "computer_systems": len(ninja.computer_systems),
        }


@pytest.mark.parametrize("rows", [100, 3])
def test_pages_shorter_than_asked_for_are_not_the_last(world: World, server: SandboxServer, rows: int) -> None:
    """The server answers at most so many rows where 1,000 were asked for: all are read, and nothing is lost."""
    server.set([Misbehaviour(system="ninjaone", kind="short_pages", rows=rows)])
    ninja = world.ninjaone
    reads = by_table(reading("ninjaone", world, server.url, page_size=1000).reads())
    assert {name: (read.status, read.row_count) for name, read in reads.items()} == {
        "organizations": ("ok", len(ninja.organizations)),
        "devices": ("ok", len(ninja.devices)),
        "computer_systems": ("ok", len(ninja.computer_systems)),
    }


def test_a_list_of_devices_that_ends_early_is_noticed(world: World, server: SandboxServer) -> None:
    server.set([Misbehaviour(system="ninjaone", kind="empty_page", endpoint="v2/devices", after=1)])
    reads = by_table(reading("ninjaone", world, server.url, page_size=5).reads())
    assert reads["devices"].status == "failed"
    assert reads["organizations"].status == "ok"


def test_no_computer_system_at_all_is_noticed(world: World, server: SandboxServer) -> None:
    server.set([Misbehaviour(system="ninjaone", kind="empty_page", endpoint="computer-systems")])
    reads = by_table(reading("ninjaone", world, server.url).reads())
    assert reads["devices"].status == "failed"
    assert "not one of them as a computer system" in (reads["devices"].message or "")


def devices(*rows: tuple[int, str, str | None]) -> pa.Table:
    ids, classes, approvals = zip(*rows, strict=True)
    columns = {"id": list(ids), "node_class": list(classes), "approval_status": pa.array(approvals, pa.string())}
    return pa.table(columns)


def systems(*ids: int) -> pa.Table:
    return pa.table({"device_id": pa.array(ids, pa.int64())})


@pytest.mark.parametrize(
    ("listed", "reported", "agrees"),
    [
        (devices((1, "WINDOWS_SERVER", "APPROVED"), (2, "NMS_SWITCH", "APPROVED")), systems(1), True),
        (devices((1, "WINDOWS_SERVER", "APPROVED"), (2, "MAC", "APPROVED")), systems(1), True),
        (devices((2, "NMS_SWITCH", "APPROVED")), systems(), True),
        (devices((1, "WINDOWS_SERVER", "PENDING")), systems(), True),
        (devices((1, "WINDOWS_SERVER", "APPROVED")), systems(1, 2), False),
        (devices((1, "LINUX_SERVER", None)), systems(), False),
    ],
)
def test_devices_and_computer_systems_prove_each_other(listed: pa.Table, reported: pa.Table, agrees: bool) -> None:
    assert (contradiction(listed, reported) is None) is agrees
