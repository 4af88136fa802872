"""Following a vendor's pages to their end, and noticing when the end is not one.

The way from page to page is dlt's (`dlt.sources.helpers.rest_client.paginators`); the two styles of its own that
NinjaOne has are added. Every style is checked for repeated pages, links that leave the vendor's host and empty pages
where more is due. Does not belong here: requests and retries (`connectors/http.py`), totals of one vendor.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from dlt.sources.helpers.rest_client.paginators import BasePaginator, BaseReferencePaginator
from requests import Request

from connectors.bodies import Envelope
from connectors.errors import IncompleteReadError, SourceReadError
from connectors.http import Answer, SourceClient, Tally

# A list so long that it has more pages is a loop; at 200 rows a page this is two million rows.
MOST_PAGES = 10_000


class UntilEmptyPaginator(BaseReferencePaginator):
    """Goes on until a page is empty: the reference is passed as `parameter` (NinjaOne's two styles).

    A short page ends nothing: a server may give fewer rows than it was asked for on each page.

    Args:
        parameter: query parameter that carries the reference.
        cursor: take the reference from `cursor.name` of the envelope, where its absence ends the list too; otherwise it
            is the last row's key.
    """

    def __init__(self, parameter: str, *, cursor: bool = False) -> None:
        super().__init__()
        self.parameter = parameter
        self.cursor = cursor

    def update_state(self, response: Answer, data: list[Any] | None = None) -> None:  # type: ignore[override]
        """Take the next reference from `response`; none after an empty page."""
        reference = response.last_key
        if self.cursor:
            reference = (response.json().get("cursor") or {}).get("name")
        self._next_reference = reference if response.row_count else None

    def update_request(self, request: Request) -> None:
        """Put the reference into the query."""
        request.params = {**dict(request.params or {}), self.parameter: str(self._next_reference)}  # type: ignore[arg-type]


def read_pages(
    client: SourceClient,
    url: str,
    *,
    endpoint: str,
    tally: Tally,
    paginator: BasePaginator,
    envelope: Envelope | None = None,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    empty_is_suspect: bool = False,
    empty_goes_on: bool = False,
) -> list[Answer]:
    """All pages of a list, in order.

    Args:
        client: sends the requests.
        url: absolute address of the first page.
        endpoint: name for messages.
        tally: gets the cost.
        paginator: a fresh one; it is used up.
        envelope: what a page looks like.
        params: query of the first page.
        headers: extra headers for every page.
        empty_is_suspect: ask once more when the first page is empty, before believing it.
        empty_goes_on: follow the next link of a page that is empty, also when asked once more: for vendors that say
            that a page may be, and whose list proves itself otherwise.

    Raises:
        IncompleteReadError: a page came twice, or an empty page came though more were due.
        SourceReadError: see `SourceClient.send`; also a next link that leaves the host.
    """
    envelope = envelope or Envelope()
    request = Request("GET", url, params=dict(params or {}), headers=dict(headers or {}))
    paginator.init_request(request)
    host = urlsplit(url)[:2]
    pages: list[Answer] = []
    digests: set[str] = set()
    asked: set[str] = set()
    while True:
        answer = client.send(request, endpoint=endpoint, tally=tally, envelope=envelope)
        due = bool(pages) or empty_is_suspect or empty_goes_on
        if answer.row_count == 0 and due:
            answer = client.send(request, endpoint=endpoint, tally=tally, envelope=envelope)
        _update(client, endpoint, paginator, answer)
        if answer.row_count == 0 and paginator.has_next_page and not empty_goes_on:
            raise IncompleteReadError(client.system, endpoint, f"page {len(pages) + 1} is empty though more follow")
        if answer.row_count and answer.digest in digests:
            raise IncompleteReadError(client.system, endpoint, f"page {len(pages) + 1} repeats an earlier page")
        digests.add(answer.digest or "")
        asked.add(answer.url)
        pages.append(answer)
        if not paginator.has_next_page:
            return pages
        paginator.update_request(request)
        _refuse_next(client, endpoint, request, host, asked, len(pages))


def _update(client: SourceClient, endpoint: str, paginator: BasePaginator, answer: Answer) -> None:
    try:
        # dlt's paginators read json() and links, which an Answer has, and whether there are rows at all.
        paginator.update_state(answer, [None] * min(answer.row_count, 1))  # type: ignore[arg-type]
    except ValueError:
        # Their message repeats the whole envelope.
        raise SourceReadError(client.system, endpoint, "the page does not say where the list goes on") from None


def _refuse_next(
    client: SourceClient, endpoint: str, request: Request, host: tuple[str, str], asked: set[str], count: int
) -> None:
    if urlsplit(request.url)[:2] != host:
        # The credentials would go with it.
        raise SourceReadError(client.system, endpoint, "the next link leaves the vendor's host")
    if not request.params and request.url in asked:
        raise IncompleteReadError(client.system, endpoint, f"page {count} links back to an earlier page")
    if count >= MOST_PAGES:
        raise SourceReadError(client.system, endpoint, f"more than {MOST_PAGES} pages")


def row_total(pages: list[Answer]) -> int:
    """Rows on all `pages`."""
    return sum(page.row_count for page in pages)
