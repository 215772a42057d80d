"""To whom people report is told day by day: from a line's first day on, and no more on its end."""

from datetime import date

from pay.paying import facts
from trueup.pay.crediting import ReportingLines

LINES = facts(
    reporting_lines="""
        person manager start      end
        ann    bob     2026-01-01 2026-03-16
        ann    cat     2026-03-16 2026-07-01
        dan    cat     2026-02-01 -
        ann    eve     2026-06-01 -
    """
).reporting_lines
DAYS = {
    "2025-12-31": {},
    "2026-01-01": {"ann": ("bob",)},
    "2026-01-31": {"ann": ("bob",)},
    "2026-02-01": {"ann": ("bob",), "dan": ("cat",)},
    "2026-03-15": {"ann": ("bob",), "dan": ("cat",)},
    "2026-03-16": {"ann": ("cat",), "dan": ("cat",)},
    "2026-06-01": {"ann": ("cat", "eve"), "dan": ("cat",)},
    "2026-06-30": {"ann": ("cat", "eve"), "dan": ("cat",)},
    "2026-07-01": {"ann": ("eve",), "dan": ("cat",)},
}


def test_managers_change_on_the_exact_day_in_whatever_order_days_are_asked_for() -> None:
    for order in (list(DAYS), list(DAYS)[::-1]):
        lines = ReportingLines(LINES)
        assert {day: lines.managers(date.fromisoformat(day)) for day in order} == DAYS
