"""When a planted fault fires, and how one is written."""

import pytest

from sandbox.misbehave import Misbehaviour, MisbehaviourError, Switchboard


def asked(switchboard: Switchboard, path: str = "/v1/invoices", *, signed_in: bool = True) -> str | None:
    rule = switchboard.answer_fault("pax8", path, is_sign_in=False, is_signed_in=signed_in)
    return rule.kind if rule else None


def test_a_fault_waits_fires_and_ends() -> None:
    switchboard = Switchboard([Misbehaviour(system="pax8", kind="http_500", after=1, times=2)])
    assert [asked(switchboard) for _ in range(4)] == [None, "http_500", "http_500", None]


def test_a_request_elsewhere_does_not_count() -> None:
    switchboard = Switchboard([Misbehaviour(system="pax8", kind="http_500", endpoint="invoices", after=1)])
    assert [asked(switchboard, "/v1/companies"), asked(switchboard), asked(switchboard)] == [None, None, "http_500"]


def test_a_token_that_is_refused_already_cannot_expire_again() -> None:
    switchboard = Switchboard([Misbehaviour(system="pax8", kind="expired_token", times=1)])
    assert asked(switchboard, signed_in=False) is None
    assert asked(switchboard) == "expired_token"


def test_the_second_fault_takes_over_where_the_first_ends() -> None:
    rules = [Misbehaviour(system="pax8", kind=kind, times=1) for kind in ("http_429", "html_200")]
    switchboard = Switchboard(rules)
    assert [asked(switchboard) for _ in range(3)] == ["http_429", "html_200", None]


def test_set_starts_every_counter_again() -> None:
    rules = [Misbehaviour(system="pax8", kind="http_500", times=1)]
    switchboard = Switchboard(rules)
    assert [asked(switchboard), asked(switchboard)] == ["http_500", None]
    switchboard.set(rules)
    assert asked(switchboard) == "http_500"


def test_a_first_page_cannot_be_repeated_and_counts_as_good() -> None:
    switchboard = Switchboard([Misbehaviour(system="pax8", kind="repeated_page", after=1, times=1)])
    fired = [
        switchboard.page_fault("pax8", "/v1/invoices", has_rows=True, has_previous=has_previous) is not None
        for has_previous in (False, True, True)
    ]
    assert fired == [False, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pax8:http_500", Misbehaviour(system="pax8", kind="http_500")),
        ("pax8:http_500:invoices", Misbehaviour(system="pax8", kind="http_500", endpoint="invoices")),
        (
            "ninjaone:slow:devices:after=2:times=1:seconds=0.5",
            Misbehaviour(system="ninjaone", kind="slow", endpoint="devices", after=2, times=1, seconds=0.5),
        ),
        (
            "connectwise:type_change:shape=object",
            Misbehaviour(system="connectwise", kind="type_change", shape="object"),
        ),
    ],
)
def test_a_misbehaviour_is_read_from_text(text: str, expected: Misbehaviour) -> None:
    assert Misbehaviour.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "pax8", "acme:http_500", "pax8:on_fire", "pax8:slow:x:often", "pax8:slow:times=few", "pax8:slow:times=0"],
)
def test_a_wrong_text_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(MisbehaviourError, match=r"expected|must be"):
        Misbehaviour.parse(text)
