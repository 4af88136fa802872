"""Dagster's web application with the guard around it.

Belongs here: what of Dagster's application is changed. Does not belong here: who may ask (`pipelines.web.guard`), the
processes behind it (`pipelines.web.services`).
"""

from collections.abc import Sequence
from typing import Any

from dagster._core.workspace.context import IWorkspaceProcessContext
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pipelines.web.guard import Guard, known_names


class GuardedWebserver(DagsterWebserver[Any, Any]):
    """Dagster's web server; GraphQL comes by POST alone, from those whom the guard lets pass.

    Args:
        context: The workspace to show.
        host: The address that the server listens on.
        allowed: Further names by which people reach it.
    """

    def __init__(self, context: IWorkspaceProcessContext, host: str, allowed: Sequence[str] = ()) -> None:
        self._names = known_names(host, allowed)
        self._given = tuple(allowed)
        super().__init__(context, live_data_poll_rate=2000)

    def build_middleware(self) -> list[Middleware]:
        """The guard stands before everything else."""
        return [Middleware(Guard, names=self._names, given=self._given), *super().build_middleware()]

    async def graphql_http_endpoint(self, request: Request) -> Response:
        """A link must not act: GET shows the playground page and answers no query."""
        # The same question that Dagster asks: where it shows the page, no query is looked at.
        if request.method != "POST" and "text/html" not in request.headers.get("Accept", ""):
            return PlainTextResponse(
                "tieout refuses this request: GraphQL is answered to POST with Content-Type: application/json only.\n",
                status_code=405,
                headers={"Allow": "POST"},
            )
        return await super().graphql_http_endpoint(request)
