"""One vendor's HTTP: requests with retries, time limits and checked bodies; an answer leaves here as text, not objects.

Built on dlt's `requests` client, which repeats 429, 5xx and broken connections with growing pauses and keeps to
Retry-After. Added here: a body that is not what the endpoint promises (HTML, cut-off JSON, another envelope) counts as
such a passing fault although its status is 200; one fresh token on 401; the source's time budget; and messages without
any secret. Does not belong here: paging (`connectors/paging.py`), tokens (`connectors/auth.py`), row types.
"""

import copy
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from dlt.sources.helpers.requests import Client
from pydantic import SecretStr
from requests import PreparedRequest, Request, Response
from requests.exceptions import ChunkedEncodingError, ConnectionError, RequestException, Timeout

from connectors.auth import Auth, FetchToken
from connectors.bodies import Envelope, inspect_body
from connectors.config import ApiConfig
from connectors.errors import (
    AccessRefusedError,
    NotFoundError,
    SourceReadError,
    TimeBudgetError,
    shorten,
)
from connectors.json_pages import connect
from connectors.refusals import stated_reason

_PASSING_ERRORS = (ConnectionError, Timeout, ChunkedEncodingError)
_SLOW_SECONDS = 30.0
_CHUNK_BYTES = 65_536
_LONGEST_PAUSE_SECONDS = 300.0  # a vendor's Retry-After above this is cut; the time budget ends the source before


@dataclass(frozen=True, slots=True)
class Wait:
    """What a source is waiting for: the endpoint, for how long, and what its last attempt found wrong, if any."""

    endpoint: str
    seconds: float
    problem: str | None = None
    attempts: int = 0
    most_attempts: int = 0

    def words(self) -> str:
        """In one sentence, for a person who watches."""
        if self.problem is None:
            return f"waiting for an answer of {self.endpoint} for {self.seconds:.0f} s"
        return (
            f"{self.endpoint}: {self.problem}, attempt {self.attempts} of {self.most_attempts}; "
            f"trying again for {self.seconds:.0f} s now"
        )


class _TooLargeError(RequestException):
    """An answer beyond the size that is read."""


class Budget:
    """How long one source may take in this run; `stop()` ends it early. Safe to share between threads."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + seconds
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._latest = ""
        self._waiting: dict[int, tuple[float, str]] = {}
        self._waited: dict[str, float] = {}
        self._problems: dict[int, tuple[str | None, int, int]] = {}

    @contextmanager
    def waiting(self, endpoint: str) -> Iterator[None]:
        """While a request to `endpoint` is under way, its pauses included."""
        started, number = time.monotonic(), threading.get_ident()
        with self._lock:
            self._latest = endpoint
            self._waiting[number] = started, endpoint
        try:
            yield
        finally:
            with self._lock:
                del self._waiting[number]
                self._problems.pop(number, None)
                self._waited[endpoint] = self._waited.get(endpoint, 0.0) + time.monotonic() - started

    def note(self, problem: str | None, attempts: int, most_attempts: int) -> None:
        """What the last attempt of this thread's request found wrong."""
        with self._lock:
            self._problems[threading.get_ident()] = problem, attempts, most_attempts

    def longest_wait(self) -> Wait | None:
        """The request that has kept this source waiting longest; None while there is none under way."""
        with self._lock:
            if not self._waiting:
                return None
            number, (started, endpoint) = min(self._waiting.items(), key=lambda item: item[1])
            return Wait(endpoint, time.monotonic() - started, *self._problems.get(number, (None, 0, 0)))

    @property
    def asked(self) -> str:
        """Where a source stands that nobody waits for any longer: the endpoint that has kept it waiting longest."""
        with self._lock:
            return min(self._waiting.values())[1] if self._waiting else self._latest

    def spent(self) -> str:
        """That the time is over, and which endpoint took most of it."""
        with self._lock:
            waited = dict(self._waited)
        said = f"time budget of {self.seconds:g} s used up"
        if not waited:
            return said
        endpoint = max(waited, key=lambda name: waited[name])
        return f"{said}, {waited[endpoint]:.0f} s of it at {endpoint}"

    def stop(self) -> None:
        """No request is sent from now on."""
        self._stopped.set()

    def remaining(self) -> float:
        """Seconds left, 0 when over."""
        return 0.0 if self._stopped.is_set() else max(0.0, self._ends - time.monotonic())


@dataclass
class Tally:
    """What reading one table cost, and the source's clock when it began. Threads add to it."""

    requests: int = 0
    retries: int = 0
    captured_at: datetime | None = None
    started: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, attempts: int, captured_at: datetime | None) -> None:
        """Count one call that took `attempts` sendings; the earliest clock seen is kept."""
        with self._lock:
            self.requests += attempts
            self.retries += max(0, attempts - 1)
            if captured_at is not None and (self.captured_at is None or captured_at < self.captured_at):
                self.captured_at = captured_at

    def clock(self) -> datetime:
        """The source's clock at the first answer; our own where the source never told."""
        return self.captured_at or datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """One checked answer.

    `envelope` is the body without its rows; `row_count`, `last_key` and `digest` (of the rows) come from the rows. The
    method `json` and the attribute `links` make it readable for dlt's paginators, which then never parse the rows.
    """

    text: str
    url: str
    links: Mapping[str, Any]
    captured_at: datetime | None
    envelope: Mapping[str, Any]
    row_count: int = 0
    last_key: str | None = None
    digest: str | None = None

    def json(self) -> Mapping[str, Any]:
        """The body without its rows."""
        return self.envelope


@dataclass
class _Call:
    """One call under way: what its attempts found so far."""

    endpoint: str
    envelope: Envelope
    attempts: int = 0
    problem: str | None = None
    facts: dict[str, Any] | None = None
    captured_at: datetime | None = None


class _Pace:
    """After a 429, calls go one at a time for a while: parallel ones would take each other's allowance for ever."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._slow_until = 0.0

    def slow_down(self) -> None:
        self._slow_until = time.monotonic() + _SLOW_SECONDS

    def turn(self) -> AbstractContextManager[object]:
        return self._turn if time.monotonic() < self._slow_until else nullcontext()


class SourceClient:
    """Sends one source's requests. May be shared by the threads of that source.

    Args:
        system: source system, for messages.
        config: timeouts, attempts and pauses.
        budget: shared by all clients of the source.
        auth: gives each request its credentials; None for calls that need none.
        headers: sent with every request.
    """

    def __init__(
        self,
        system: str,
        config: ApiConfig,
        budget: Budget,
        auth: Auth | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.system = system
        self.budget = budget
        self.auth = auth
        self._headers = {"Accept": "application/json", **(headers or {})}
        self._attempts = config.max_attempts
        self._most_megabytes = config.max_answer_megabytes
        values = (getattr(config, name) for name in type(config).model_fields)
        self._secrets = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        self._calls = threading.local()
        self._pace = _Pace()
        self._database = connect()
        self._client = Client(
            request_timeout=config.timeout_seconds,
            max_connections=config.workers + 1,
            raise_for_status=False,
            status_codes=(),  # one predicate decides about statuses, errors and bodies: it also counts the attempts
            exceptions=(),
            retry_condition=self._again,
            request_max_attempts=config.max_attempts,
            request_backoff_factor=config.backoff_seconds,
            request_max_retry_delay=_LONGEST_PAUSE_SECONDS,
        )

    def with_auth(self, auth: Auth) -> "SourceClient":
        """The same client, connections and time with other credentials (one token per tenant)."""
        other = copy.copy(self)
        other.auth = auth
        return other

    def get(
        self,
        url: str,
        *,
        endpoint: str,
        tally: Tally,
        params: Mapping[str, Any] | None = None,
        envelope: Envelope | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One checked answer; see `send`."""
        request = Request("GET", url, params=dict(params or {}), headers=dict(headers or {}))
        return self.send(request, endpoint=endpoint, tally=tally, envelope=envelope or Envelope())

    def send(self, request: Request, *, endpoint: str, tally: Tally, envelope: Envelope) -> Answer:
        """Send `request` until a sound answer comes; once more with a fresh token after a 401.

        Args:
            request: method, absolute URL, parameters, body; credentials are added here.
            endpoint: how the endpoint is named in messages.
            tally: gets the cost.
            envelope: what the body must look like.

        Raises:
            AccessRefusedError: 401 after a fresh token, or 403.
            NotFoundError: 404.
            TimeBudgetError: no time left.
            SourceReadError: anything else, after the configured number of attempts.
        """
        token = self.auth.token() if self.auth else None
        response, call = self._send_once(request, endpoint, tally, envelope)
        if response.status_code == 401 and self.auth and self.auth.refresh(token):
            response, call = self._send_once(request, endpoint, tally, envelope)
        self._refuse(response, call)
        facts = call.facts
        assert facts is not None, "an answer without problem has been inspected"
        return Answer(response.text, response.url, response.links, call.captured_at, **facts)

    def _send_once(self, request: Request, endpoint: str, tally: Tally, envelope: Envelope) -> tuple[Response, _Call]:
        with self._pace.turn():
            return self._send_now(request, endpoint, tally, envelope)

    def _send_now(self, request: Request, endpoint: str, tally: Tally, envelope: Envelope) -> tuple[Response, _Call]:
        if self.budget.remaining() <= 0:
            raise TimeBudgetError(self.system, endpoint, self.budget.spent())
        call = self._calls.current = _Call(endpoint, envelope)
        session = self._client.session
        request.headers = {**self._headers, **(request.headers or {})}
        request.auth = self.auth
        request.hooks = {"response": [self._read_body]}
        prepared: PreparedRequest = session.prepare_request(request)
        try:
            # No redirects: an API that sends its reader elsewhere (to a login page) is not answering.
            with self.budget.waiting(endpoint):
                response = session.send(prepared, allow_redirects=False)
        except RequestException as error:
            raise SourceReadError(self.system, endpoint, self._gave_up(call, _name(error))) from None
        finally:
            tally.add(call.attempts, call.captured_at)
        return response, call

    def _read_body(self, response: Response, **_: object) -> None:
        """Read the body, unpacked, up to the limit: a small answer can unpack to more than the machine holds."""
        most = self._most_megabytes * 1_000_000
        packings = response.headers.get("Content-Encoding", "").split(",")
        if len(packings) > 1:  # each may unpack to a thousand times the one before
            response.close()
            raise _TooLargeError(f"an answer that is packed {len(packings)} times, which is not read")
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(_CHUNK_BYTES):
            size += len(part)
            if size > most:
                response.close()
                raise _TooLargeError(
                    f"an answer of more than {self._most_megabytes} MB (unpacked), which is not read; if it is right, "
                    f"raise max_answer_megabytes under [sources.{self.system}]"
                )
            parts.append(part)
            if self.budget.remaining() <= 0:
                response.close()
                raise Timeout
        response._content = b"".join(parts)  # where requests itself would put it, right after this

    def _again(self, response: Response | None, exception: BaseException | None) -> bool:
        """Called by the retrying session after each attempt: whether to try again."""
        call: _Call = self._calls.current
        call.attempts += 1
        try:
            return self._is_worth_another(call, response, exception)
        finally:
            self.budget.note(call.problem, call.attempts, self._attempts)

    def _is_worth_another(self, call: _Call, response: Response | None, exception: BaseException | None) -> bool:
        if exception is not None:
            call.problem = _name(exception)
            return isinstance(exception, _PASSING_ERRORS) and self._time_for_more(None)
        assert response is not None, "an attempt ends in a response or an exception"
        call.captured_at = call.captured_at or _date(response)
        status = response.status_code
        if status == 429:
            self._pace.slow_down()
        if status == 429 or status >= 500:
            call.problem = f"HTTP {status}"
            return self._time_for_more(response)
        call.problem = None
        if status == 200:
            call.problem = self._inspect(response, call)
            return call.problem is not None and self._time_for_more(response)
        return False

    def _time_for_more(self, response: Response | None) -> bool:
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        return self.budget.remaining() > (float(asked) if asked.isdigit() else 0.0)

    def _gave_up(self, call: _Call, problem: str) -> str:
        times = f"after {call.attempts} attempts: " if call.attempts > 1 else ""
        return f"{times}{problem}"

    def _refuse(self, response: Response, call: _Call) -> None:
        status = response.status_code
        said = self._said(response)
        if status in (401, 403):
            raise AccessRefusedError(self.system, call.endpoint, status, f"access refused (HTTP {status}){said}")
        if status == 404:
            raise NotFoundError(self.system, call.endpoint, f"not found (HTTP 404){said}")
        if call.problem is not None:
            raise SourceReadError(self.system, call.endpoint, self._gave_up(call, call.problem))
        if status == 400 and _answers_login(response):
            raise AccessRefusedError(
                self.system, call.endpoint, status, f"the login refuses this application (HTTP 400){said}"
            )
        if status != 200:
            where = urlsplit(response.headers.get("Location", "")).netloc
            reason = f"HTTP {status}" + (f", redirected to {where}" if where else said)
            raise SourceReadError(self.system, call.endpoint, reason)

    def _said(self, response: Response) -> str:
        """The vendor's own reason for a refusal, to stand behind ours; empty where it gives none."""
        if not 400 <= response.status_code < 500:
            return ""
        reason = stated_reason(response.content.decode("utf-8", "replace"), self._secrets)
        return f": {reason}" if reason else ""

    def _inspect(self, response: Response, call: _Call) -> str | None:
        """What is wrong with the body, or None and the facts about it in `call`."""
        try:
            text = response.content.decode("utf-8")
        except UnicodeDecodeError:
            return "the body is not UTF-8 text"
        response.encoding = "utf-8"
        if text.lstrip().startswith("<"):
            return "HTML instead of JSON"
        try:
            call.facts = inspect_body(self._database, text, call.envelope)
        except ValueError as error:
            return str(error)
        return None


def _answers_login(response: Response) -> bool:
    """Whether `response` answers a token request: OAuth 2.0 says 400 there for a missing consent (RFC 6749, 5.2)."""
    return response.request.method == "POST"


def _date(response: Response) -> datetime | None:
    """The HTTP Date header (RFC 9110): the source's own clock, to the second."""
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _name(error: BaseException) -> str:
    """A network error in words of our own: the library's text repeats the URL and the pool."""
    if isinstance(error, _TooLargeError):
        return str(error)
    if isinstance(error, Timeout):
        return "no answer in time"
    if isinstance(error, ConnectionError):
        return "connection refused or broken"
    return shorten(type(error).__name__)


def token_fetcher(client: SourceClient, endpoint: str, tally: Tally) -> FetchToken:
    """What `connectors.auth.TokenAuth` uses to ask for a token: `client` has no credentials of its own.

    The returned function raises `AccessRefusedError` where the login refuses the application (400, 401, 403) and
    `SourceReadError` for anything else; of the login's own words only the stated reason is repeated.
    """

    def fetch(request: Request) -> Mapping[str, Any]:
        answer = client.send(request, endpoint=endpoint, tally=tally, envelope=Envelope(rows=None))
        if not isinstance(answer.envelope.get("access_token"), str):
            raise SourceReadError(client.system, endpoint, "the login's answer holds no access_token")
        return answer.envelope

    return fetch
