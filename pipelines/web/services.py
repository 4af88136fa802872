"""Everything that `tieout ui` runs: code server, daemon, web server; one ends with the others.

What `dagster dev` does, with a web server of ours: that command has no place to put a guard in. The web server runs in
this process, the other two in their own.

Belongs here: their start, their end and the address. Does not belong here: what is answered (`pipelines.web.server`).
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import uvicorn
from dagster import DagsterInstance
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._serdes import serialize_value
from dagster._utils.log import configure_loggers
from dagster_webserver.version import __version__
from starlette.applications import Starlette

from pipelines.defs.instance import open_instance
from pipelines.home import Home
from pipelines.secret_environment import without_secrets
from pipelines.web.server import GuardedWebserver

WORKSPACE = Path(__file__).parents[1] / "workspace.yaml"
LOOK_SECONDS = 1.0
STOP_SECONDS = 60
# Open pages hold web sockets; they come back by themselves.
CLOSE_SECONDS = 3


class UiError(RuntimeError):
    """The UI cannot start or cannot go on; says why in a sentence."""


def listen(host: str, port: int) -> socket.socket:
    """A socket on that address, not yet answering.

    Raises:
        UiError: The address is in use or is none of this machine.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        opened = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise UiError(f"{host} port {port} is no address to listen on ({error}): choose --host, --port") from None
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError as error:
        opened.close()
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UiError(
            f"cannot listen on {host} port {port} ({reason.lower()}): choose another --port, or end what uses this one"
        ) from None
    return opened


def serve(home: Home, listening: socket.socket, host: str, allowed: Sequence[str], answers: Callable[[], None]) -> None:
    """Run the UI of a home until it is asked to end (Ctrl-C, SIGTERM).

    Args:
        home: The home.
        listening: What `listen` gave.
        host: The address that it listens on.
        allowed: Further names by which people reach it.
        answers: Called once the first page can be opened.

    Raises:
        UiError: One of its processes ended by itself.
    """
    configure_loggers(log_level="INFO")
    with _ends_on_request(), ExitStack() as stack:
        instance = stack.enter_context(open_instance(home))
        code = stack.enter_context(ProxyServerManager(instance, WorkspaceFileTarget([str(WORKSPACE)]), "warning"))
        workspace = stack.enter_context(_workspace_file(code))
        daemon = stack.enter_context(_daemon(instance, workspace))
        context = stack.enter_context(
            WorkspaceProcessContext(
                instance, WorkspaceFileTarget([str(workspace)]), __version__, code_server_log_level="warning"
            )
        )
        application = GuardedWebserver(context, host, allowed).create_asgi_app()
        asyncio.run(_answer(application, listening, daemon, answers))


async def _answer(
    application: Starlette, listening: socket.socket, daemon: "subprocess.Popen[bytes]", answers: Callable[[], None]
) -> None:
    """Answer until asked to end, or until the daemon is gone."""
    config = uvicorn.Config(application, log_level="warning", timeout_graceful_shutdown=CLOSE_SECONDS)
    server = uvicorn.Server(config)

    async def watch() -> None:
        while not server.started:
            await asyncio.sleep(0.05)
        answers()
        while daemon.poll() is None:
            await asyncio.sleep(LOOK_SECONDS)
        server.should_exit = True

    watching = asyncio.create_task(watch())
    try:
        await server.serve([listening])
    finally:
        watching.cancel()
    if daemon.poll() is not None:
        raise UiError(f"Dagster's daemon ended by itself (exit code {daemon.returncode}); start the UI again.")


@contextmanager
def _ends_on_request() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does, and Ctrl-C works although a shell's & had it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        return


@contextmanager
def _workspace_file(code: ProxyServerManager) -> Iterator[Path]:
    """A workspace file that leads to the running code server."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "workspace.yaml")
        path.write_text(json.dumps({"load_from": code.get_code_server_specs()}), encoding="utf-8")  # JSON is YAML
        yield path


@contextmanager
def _daemon(instance: DagsterInstance, workspace: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Dagster's daemon, which starts scheduled and queued runs."""
    command = [sys.executable, "-m", "dagster._daemon", "run", "--log-level", "info"]
    command += ["--instance-ref", serialize_value(instance.get_ref()), "--workspace", str(workspace)]
    process = subprocess.Popen(command, env=without_secrets())  # noqa: S603  # a fixed program, no shell
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
