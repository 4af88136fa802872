"""The errors a read can end in. Each names source system, endpoint and reason, and never carries a secret.

Does not belong here: deciding what an error means for a run (that is `connectors/reads.py` and the pipeline).
"""

SHOWN_CHARACTERS = 60


def shorten(value: object, limit: int = SHOWN_CHARACTERS) -> str:
    """`value` as one line of at most `limit` characters, for a message that a person reads."""
    text = " ".join(str(value).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."


class SourceReadError(Exception):
    """A table could not be read. The message reads `<system> <endpoint>: <reason>`."""

    def __init__(self, system: str, endpoint: str, reason: str) -> None:
        super().__init__(f"{system} {endpoint}: {reason}")
        self.system = system
        self.endpoint = endpoint
        self.reason = reason


class AccessRefusedError(SourceReadError):
    """The source answered 401 or 403, also after a fresh token: consent or permission is missing."""

    def __init__(self, system: str, endpoint: str, status: int, reason: str | None = None) -> None:
        super().__init__(system, endpoint, reason or f"access refused (HTTP {status})")
        self.status = status


class NotFoundError(SourceReadError):
    """The source answered 404."""


class IncompleteReadError(SourceReadError):
    """The answers contradict each other or a declared total; asking for the whole table again may help."""


class TimeBudgetError(SourceReadError):
    """The source used up its time for this run."""


class FieldError(SourceReadError):
    """A field does not hold what its declaration says: a changed type, or a key that is missing.

    `page` is the number of the page (0-based, in the order parsed) and `field` the vendor's dotted field name.
    """

    def __init__(self, system: str, endpoint: str, *, field: str, row_key: str, problem: str, page: int) -> None:
        super().__init__(system, endpoint, f"field {field} of row {row_key}: {problem}")
        self.field = field
        self.row_key = row_key
        self.page = page
