"""Planted faults of the sandbox server: what can go wrong, how it is written on a command line, and when it fires.

What an answer looks like when a fault fires belongs to `sandbox/app.py` (whole answers) and `sandbox/paging.py` (rows
of a page); this module only decides whether it is this request's turn.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final, Literal, get_args

Kind = Literal[
    "http_403",
    "http_429",
    "http_500",
    "slow",
    "truncated_json",
    "html_200",
    "expired_token",
    "empty_page",
    "hollow_page",
    "repeated_page",
    "short_pages",
    "type_change",
]

KINDS: Final = frozenset(get_args(Kind))
PAGE_KINDS: Final = frozenset({"empty_page", "hollow_page", "repeated_page", "short_pages", "type_change"})
"""Faults in the rows of a page. All other kinds concern an answer as a whole.

An `empty_page` loses its rows; a `hollow_page` has none yet and says that the list goes on where it began.
"""

SYSTEMS: Final = ("connectwise", "microsoft_graph", "pax8", "ninjaone")
"""The systems the sandbox serves; `microsoft_graph` covers the login host too."""


class MisbehaviourError(ValueError):
    """A misbehaviour names an unknown system, kind or setting."""


@dataclass(frozen=True, kw_only=True)
class Misbehaviour:
    """One planted fault of one system.

    Attributes:
        system: One of `SYSTEMS`.
        kind: One of `KINDS`.
        endpoint: Part of the path below the system's prefix that a request must hold, for example `invoices`. For
            `microsoft_graph` the path is preceded by the tenant id of the token (`<tenant>/v1.0/users`), so that one
            tenant alone can fail. None is every data call; sign-in calls fail only when their path is named
            (`token`, `companyinfo`).
        after: Number of good answers to matching requests before the fault starts.
        times: Number of bad answers before the system is well again; None is for ever. For `expired_token` on systems
            with tokens: number of tokens refused, each until the client asks for a new one.
        seconds: Length of the pause of kind `slow`.
        retry_after: Seconds in the Retry-After header of kind `http_429`.
        rows: The most rows that a page of kind `short_pages` holds, however many were asked for.
        shape: What `type_change` turns a number into: a text such as `42 seats`, or an object.
    """

    system: str
    kind: Kind
    endpoint: str | None = None
    after: int = 0
    times: int | None = None
    seconds: float = 1.0
    retry_after: int = 1
    rows: int = 100
    shape: Literal["text", "object"] = "text"

    def __post_init__(self) -> None:
        if self.system not in SYSTEMS:
            raise MisbehaviourError(f"unknown system {self.system!r}: expected one of {', '.join(SYSTEMS)}")
        if self.kind not in KINDS:
            raise MisbehaviourError(f"unknown kind {self.kind!r}: expected one of {', '.join(sorted(KINDS))}")
        if self.shape not in ("text", "object"):
            raise MisbehaviourError(f"unknown shape {self.shape!r}: expected text or object")
        if self.after < 0 or (self.times is not None and self.times < 1) or self.seconds < 0 or self.retry_after < 0:
            raise MisbehaviourError("after, seconds and retry_after must be 0 or more, times 1 or more")
        if self.rows < 1:
            raise MisbehaviourError("rows must be 1 or more")

    @classmethod
    def parse(cls, text: str) -> "Misbehaviour":
        """Read `system:kind[:endpoint][:name=value...]`, for example `pax8:http_500:invoices:after=2:times=1`.

        Raises:
            MisbehaviourError: The text has another form, or names an unknown system, kind or setting.
        """
        system, _, rest = text.partition(":")
        kind, *settings = rest.split(":")
        values: dict[str, object] = {}
        readers = {
            "after": int,
            "times": int,
            "seconds": float,
            "retry_after": int,
            "rows": int,
            "shape": str,
            "endpoint": str,
        }
        for position, setting in enumerate(settings):
            name, equals, value = setting.partition("=")
            if not equals and position == 0:
                name, value = "endpoint", setting
            if name not in readers or not value:
                known = ", ".join(field.name for field in fields(cls) if field.name in readers)
                raise MisbehaviourError(f"{text!r}: cannot read {setting!r}; expected name=value with name of {known}")
            try:
                values[name] = readers[name](value)
            except ValueError as error:
                raise MisbehaviourError(f"{text!r}: {name} must be a number, not {value!r}") from error
        return cls(system=system, kind=kind, **values)  # type: ignore[arg-type]  # checked in __post_init__


class _Fault:
    """A misbehaviour and how far it has got."""

    __slots__ = ("answered_badly", "answered_well", "rule")

    def __init__(self, rule: Misbehaviour) -> None:
        self.rule = rule
        self.answered_well = 0
        self.answered_badly = 0

    def fires(self, *, possible: bool) -> bool:
        """Count one matching answer. An answer that cannot be spoilt (`possible` false) counts as a good one."""
        if not possible or self.answered_well < self.rule.after:
            self.answered_well += 1
            return False
        if self.rule.times is not None and self.answered_badly >= self.rule.times:
            return False
        self.answered_badly += 1
        return True


class Switchboard:
    """The faults in force, safe to use from several threads."""

    def __init__(self, rules: Iterable[Misbehaviour] = ()) -> None:
        self._lock = threading.Lock()
        self._faults: tuple[_Fault, ...] = ()
        self.set(rules)

    def set(self, rules: Iterable[Misbehaviour]) -> None:
        """Replace all faults; every counter starts again."""
        faults = tuple(_Fault(rule) for rule in rules)
        with self._lock:
            self._faults = faults

    def answer_fault(self, system: str, path: str, *, is_sign_in: bool, is_signed_in: bool) -> Misbehaviour | None:
        """Return the fault that spoils this answer as a whole, if it is one's turn.

        Args:
            system: System asked.
            path: As for `Misbehaviour.endpoint`.
            is_sign_in: Whether the request signs in.
            is_signed_in: Whether its credentials are valid; without valid ones nothing can expire.
        """
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                rule = fault.rule
                if rule.system != system or rule.kind in PAGE_KINDS:
                    continue
                is_meant = not is_sign_in if rule.endpoint is None else rule.endpoint in path
                if not is_meant or (rule.kind == "expired_token" and not is_signed_in):
                    continue
                if fault.fires(possible=True):
                    return rule
        return None

    def page_fault(self, system: str, path: str, *, has_rows: bool, has_previous: bool) -> Misbehaviour | None:
        """Return the fault that spoils the rows of this page, if it is one's turn.

        Args:
            system: System asked.
            path: As for `Misbehaviour.endpoint`.
            has_rows: Whether the good answer holds rows; without rows there is nothing to spoil.
            has_previous: Whether a page comes before this one; without it nothing can be repeated.
        """
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                rule = fault.rule
                if rule.system != system or rule.kind not in PAGE_KINDS:
                    continue
                if rule.endpoint is not None and rule.endpoint not in path:
                    continue
                if fault.fires(possible=has_previous if rule.kind == "repeated_page" else has_rows):
                    return rule
        return None
