"""What becomes of accounts after a date: within the lead it is too late, after the window not yet known."""

from datetime import date, timedelta

import numpy as np
import pytest

from trueup.indicators.panel import Column, Outcome, Panel
from trueup.indicators.sample import (
    BEFORE,
    NOT_OVER,
    NOTHING_DUE,
    TOO_LATE,
    TOO_YOUNG,
    every,
    quarterly,
    sample,
)

EPOCH = date(1970, 1, 1)


def day(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


def panel_of(rows: str, *, young: str = "") -> Panel:
    """Rows as "account date"; ``young``: accounts that are too young."""
    told = sorted(line.split() for line in rows.splitlines())
    names = sorted({name for name, _ in told})
    return Panel(
        names=names,
        accounts=np.array([names.index(name) for name, _ in told]),
        as_of=np.array([day(at) for _, at in told]),
        kpis=(Column("calls"),),
        known=np.zeros((len(told), 1), np.float32),
        control_columns=(),
        controls=np.zeros((len(told), 0), np.float32),
        is_young=np.array([name in young.split() for name, _ in told]),
    )


def left(panel: Panel, *events: str, known_until: str = "2026-06-30") -> Outcome:
    told = [event.split() for event in events]
    return Outcome(
        "left",
        np.array([panel.names.index(name) for name, _ in told], np.int64),
        np.array([day(at) for _, at in told], np.int64),
        known_until=day(known_until),
    )


def test_an_event_counts_after_the_lead_and_up_to_the_horizon() -> None:
    """As of 2025-03-31, 90 days on is 06-29, and 180 days after that 12-26."""
    panel = panel_of("acme 2025-03-31\nbolt 2025-03-31\ncore 2025-03-31\ndale 2025-03-31\nedge 2025-03-31")
    outcome = left(panel, "acme 2025-06-29", "bolt 2025-06-30", "core 2025-12-26", "dale 2025-12-27")
    found = sample(panel, outcome, every(panel), lead=90, horizon=180)
    told = {panel.names[panel.accounts[row]]: bool(came) for row, came in zip(found.rows, found.happened, strict=True)}
    assert told == {"bolt": True, "core": True, "dale": False, "edge": False}
    assert [(each.why, each.rows) for each in found.dropped] == [(TOO_LATE, 1)]


def test_what_is_left_out_is_counted_with_the_reason() -> None:
    panel = panel_of("acme 2025-03-31\nacme 2026-03-31\nbolt 2025-03-31\ncore 2025-03-31", young="core")
    outcome = left(panel, "bolt 2025-01-15")
    found = sample(panel, outcome, every(panel), lead=90, horizon=180)
    assert [(each.why, each.rows) for each in found.dropped] == [(TOO_YOUNG, 1), (BEFORE, 1), (NOT_OVER, 1)]
    assert len(found.rows) + sum(each.rows for each in found.dropped) == 4


def test_nothing_yet_is_never_taken_for_nothing() -> None:
    panel = panel_of("acme 2025-12-31")
    found = sample(panel, left(panel), every(panel), lead=90, horizon=180)
    assert (len(found.rows), found.dropped[0].why) == (0, NOT_OVER)


def test_an_event_in_two_windows_is_one_event() -> None:
    panel = panel_of("acme 2025-03-31\nacme 2025-06-30")
    found = sample(panel, left(panel, "acme 2025-11-01"), every(panel), lead=90, horizon=180)
    assert (found.happened.tolist(), found.events) == ([True, True], 1)


@pytest.mark.parametrize(("needs_all", "expected"), [(True, [False, True]), (False, [True, True])])
def test_of_several_contracts_due_all_must_be_renewed_or_one(*, needs_all: bool, expected: list[bool]) -> None:
    panel = panel_of("acme 2025-03-31\nbolt 2025-03-31\ncore 2025-03-31")
    outcome = Outcome(
        "renewed",
        accounts=np.array([0, 0, 1]),
        on=np.array([day("2025-08-01"), day("2025-09-01"), day("2025-10-01")]),
        happened=np.array([True, False, True]),
        known_until=day("2026-06-30"),
        is_due=True,
        ends=False,
        needs_all=needs_all,
    )
    found = sample(panel, outcome, every(panel), lead=90, horizon=180)
    assert found.happened.tolist() == expected
    assert [(each.why, each.rows) for each in found.dropped] == [(NOTHING_DUE, 1)]


def test_a_quarter_is_looked_at_once_at_its_end() -> None:
    months = ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31")
    panel = panel_of("\n".join(f"acme {at}" for at in months) + "\nbolt 2025-02-28")
    kept = [str(EPOCH + timedelta(days=int(at))) for at in panel.as_of[quarterly(panel)]]
    assert kept == ["2025-03-31", "2025-05-31", "2025-02-28"]
