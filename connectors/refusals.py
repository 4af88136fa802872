"""What a vendor says about a request that it refuses, short and without secrets, for a message that a person reads.

Belongs here: finding the reason in the error bodies that vendors send, and what must never be repeated of it. Does not
belong here: which status means what (`connectors/http.py`).
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from connectors.errors import shorten

_MOST_CHARACTERS = 200
_MOST_PARSED = 20_000
# Members that hold the reason, in the order in which they are said: OData, OAuth 2.0, ConnectWise, Pax8, NinjaOne.
_CODES = ("code", "resultCode", "error", "type")
_TEXTS = ("message", "error_description", "errorMessage", "detail", "title", "description")
# What follows in a login's answer only serves its own support.
_TAIL = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp)\s*:.*$", re.IGNORECASE | re.DOTALL)
_HIDDEN = (
    (re.compile(r"\b(bearer|basic)\s+\S+", re.IGNORECASE), r"\1 ..."),
    (re.compile(r"\b(\w*(?:secret|password|token|key|authorization|cookie))\s*[=:]\s*\S+", re.IGNORECASE), r"\1=..."),
    (re.compile(r"[^\s@'\"<>()]+@[^\s@'\"<>()]+"), "(a user)"),
    # A long run with digits in it that is no GUID may be a key, whatever it is called.
    (
        re.compile(
            r"(?<![\w~+/=.-])(?![0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w~+/=.-]))"
            r"(?=(?:[A-Za-z_~+/=.-]*\d){2})[\w~+/=.-]{24,}"
        ),
        "...",
    ),
)


def stated_reason(body: str, secrets: Collection[str] = ()) -> str | None:
    """The reason in an error body, as one short line; None where it states none.

    Args:
        body: the answer's text, JSON or not.
        secrets: texts that are hidden wherever they stand, beside everything that looks like a secret.
    """
    if len(body) > _MOST_PARSED:
        return None
    try:
        parts = list(dict.fromkeys(_parts(json.loads(body))))
    except (ValueError, RecursionError):
        return None
    text = ": ".join(_TAIL.sub("", part) for part in parts)
    for secret in secrets:
        if secret:
            text = text.replace(secret, "...")
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return shorten(text, _MOST_CHARACTERS) or None


def _parts(body: Any) -> Iterator[str]:
    """Code and text of an error, then those of the first error listed below it."""
    if isinstance(body, list):
        body = body[0] if body else None
    if not isinstance(body, dict):
        return
    inner = body.get("error")
    if isinstance(inner, dict):
        yield from _parts(inner)
        return
    for names in (_CODES, _TEXTS):
        found = next((body[name] for name in names if isinstance(body.get(name), str) and body[name].strip()), None)
        if found is not None:
            yield found.strip()
    for name in ("errors", "details"):
        if isinstance(body.get(name), list):
            yield from _parts(body[name])
