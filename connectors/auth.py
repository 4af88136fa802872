"""Credentials for requests: dlt's authentication classes, made safe for threads, refreshable and without a repr.

Does not belong here: which vendor uses which; that stands in `connectors/<system>/source.py`.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from dlt.sources.helpers.rest_client.auth import HttpBasicAuth, OAuth2ClientCredentials
from pydantic import SecretStr
from requests import PreparedRequest, Request

EXPIRY_MARGIN_SECONDS = 60  # a token about to end is not sent with a request that may wait for its turn


class Auth(Protocol):
    """What `connectors.http.SourceClient` asks of credentials; also a `requests` authenticator."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the credentials to `request`."""

    def token(self) -> str | None:
        """The token in use, None where there is none (yet)."""

    def refresh(self, used: str | None) -> bool:
        """Get a new token unless another thread replaced `used` already; False where there is nothing to renew."""


class BasicAuth:
    """HTTP Basic with a fixed user and password."""

    def __init__(self, user: str, password: SecretStr) -> None:
        self._basic = HttpBasicAuth(user, password.get_secret_value())

    def __repr__(self) -> str:
        return "BasicAuth(...)"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the Authorization header."""
        return self._basic(request)

    def token(self) -> None:
        """There is no token."""

    def refresh(self, used: str | None) -> bool:
        """Nothing to renew."""
        return False


# Sends the token request and gives the answer's JSON object; raises SourceReadError.
FetchToken = Callable[[Request], Mapping[str, Any]]


class _ClientCredentials(OAuth2ClientCredentials):
    """dlt's client credentials, with the token request sent by `fetch` (retries, checks, messages without secrets)."""

    fetch: ClassVar[Any]  # set on the instance: as a dlt setting it would be looked up in the configuration

    def obtain_token(self) -> None:
        arguments = self.build_access_token_request()
        answer = self.fetch(Request("POST", self.access_token_url, **arguments))
        self.access_token = self.parse_access_token(answer)
        lifetime = self.parse_expiration_in_seconds(answer)
        self.token_expiry = self.token_expiry.now("UTC").add(seconds=max(1, lifetime - EXPIRY_MARGIN_SECONDS))


class _JsonClientCredentials(_ClientCredentials):
    """The same where the vendor wants the token request as JSON instead of a form."""

    def build_access_token_request(self) -> dict[str, Any]:
        form = super().build_access_token_request()
        return {"json": form["data"], "headers": {"Content-Type": "application/json"}}


class TokenAuth:
    """OAuth 2.0 client credentials: one token shared by all threads, renewed before it ends or when refused.

    Args:
        url: token endpoint.
        client_id: of the registered application.
        client_secret: of the same.
        fetch: sends the token request.
        extra: more members of the request (scope, audience).
        as_json: send JSON instead of a form.
    """

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: SecretStr,
        fetch: FetchToken,
        extra: Mapping[str, str],
        *,
        as_json: bool = False,
    ) -> None:
        kind = _JsonClientCredentials if as_json else _ClientCredentials
        self._credentials = kind(
            access_token_url=url,
            client_id=client_id,
            client_secret=client_secret.get_secret_value(),
            access_token_request_data=dict(extra),
        )
        vars(self._credentials)["fetch"] = fetch
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "TokenAuth(...)"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the bearer token, fetching one first where none is valid."""
        with self._lock:
            return self._credentials(request)

    def token(self) -> str | None:
        """The token in use."""
        return self._credentials.access_token

    def refresh(self, used: str | None) -> bool:
        """Replace `used` by a new token, unless another thread did."""
        with self._lock:
            if self._credentials.access_token == used or used is None:
                self._credentials.obtain_token()
        return True
