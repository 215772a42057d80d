"""Who may stand for whom: units that are known throughout, not treated themselves, and not excluded beforehand."""

from dataclasses import replace

import numpy as np
import pytest

from trueup.impact.panel import LeftOut, Panel, TreatedTwiceError, Treatment, donors

NAN = float("nan")
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")


TICKETS = """acme 9 8 5 4
bolt 7 7 6 7
core 8 - 8 8
dale 6 6 6 3
edge 5 5 4 5"""


def tickets() -> Panel:
    """Tickets a month; Acme starts in March, Dale in April; fewer are better."""
    rows = [line.split() for line in TICKETS.splitlines()]
    values = np.array([[NAN if each == "-" else float(each) for each in row[1:]] for row in rows])
    starts = (Treatment("acme", 2), Treatment("dale", 3))
    return Panel(tuple(row[0] for row in rows), MONTHS, values, starts, better="lower")


def names(panel: Panel, unit: str, times: slice) -> list[str]:
    return [panel.units[place] for place in donors(panel, unit, times)[0]]


def test_who_is_no_donor_is_named_with_the_reason() -> None:
    panel = replace(tickets(), excluded={"edge": "shares our helpdesk"})
    found, left_out = donors(panel, "acme", slice(0, 4))
    assert [panel.units[place] for place in found] == ["bolt"]
    assert set(left_out) == {
        LeftOut("core", "gaps"),
        LeftOut("dale", "treated_in_window"),
        LeftOut("edge", "excluded", "shares our helpdesk"),
    }


def test_who_adopts_the_lever_later_serves_until_then() -> None:
    assert names(tickets(), "acme", slice(0, 3)) == ["bolt", "dale", "edge"]
    assert tickets().serves().sum(1).tolist() == [2, 4, 3, 3, 4]


def test_a_gap_outside_the_window_does_no_harm() -> None:
    assert names(tickets(), "acme", slice(2, 4)) == ["bolt", "core", "edge"]


def test_a_unit_that_starts_twice_is_refused() -> None:
    with pytest.raises(TreatedTwiceError, match="acme starts twice: at 2026-03 and at 2026-04"):
        replace(tickets(), treatments=(Treatment("acme", 2), Treatment("acme", 3)))


@pytest.mark.parametrize(
    ("treatment", "told"),
    [(Treatment("nobody", 2), "nobody starts at 2, but is not"), (Treatment("acme", 9), "place 9 of 4 times")],
)
def test_a_start_that_cannot_be_is_refused(treatment: Treatment, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        replace(tickets(), treatments=(treatment,))


def test_a_unit_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="in the panel twice"):
        replace(tickets(), units=("acme", "acme", "core", "dale", "edge"))
