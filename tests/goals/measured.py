"""Goals, terms and readings of tests: a number of days and a table of readings say it all."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import get_args

from hypothesis import strategies as st

from trueup.goals.goal import Answer, Direction, Goal, Reading, Terms, Verdict, Verification

BEGUN = date(2026, 1, 1)
DAYS = 200
"""How far from the beginning days of random goals lie."""
NOON = datetime.fromisoformat("2026-01-01T12:00")

amounts = st.integers(-300, 300).map(lambda cents: Decimal(cents) / 100)
days = st.integers(0, DAYS).map(lambda day: BEGUN + timedelta(days=day))
directions = st.sampled_from(get_args(Direction))


def at(day: int) -> date:
    """The day so many days after the baseline."""
    return BEGUN + timedelta(days=day)


def terms(
    baseline: str | None = "100", target: str | None = "50", *, days: int = 100, tolerance: str | None = None
) -> Terms:
    """Terms from the first day on, to be reached after so many days."""
    wanted = [None if amount is None else Decimal(amount) for amount in (baseline, target, tolerance)]
    return Terms(1, BEGUN, wanted[0], BEGUN, wanted[1], at(days), wanted[2])


def goal(direction: Direction = "decrease", *, cadence_days: int = 45) -> Goal:
    """A goal agreed on the first day."""
    return Goal("g1", direction, "agreed", BEGUN, cadence_days=cadence_days)


def readings(*listed: tuple[int, str]) -> list[Reading]:
    """Unverified readings: on which day, and what."""
    return [
        Reading(f"r{number}", at(day), Decimal(amount), NOON + timedelta(hours=number))
        for number, (day, amount) in enumerate(listed)
    ]


random_readings = st.lists(
    st.tuples(
        st.integers(-20, DAYS), amounts, st.sampled_from(get_args(Verification)), st.none() | st.integers(0, DAYS)
    ),
    max_size=12,
).map(
    lambda rows: [
        Reading(
            f"r{number}", at(day), amount, NOON, verification, None if since is None else NOON + timedelta(days=since)
        )
        for number, (day, amount, verification, since) in enumerate(rows)
    ]
)
random_answers = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(get_args(Verdict)), st.integers(0, DAYS), st.none() | amounts),
    max_size=8,
).map(
    lambda rows: [
        Answer(f"a{number}", f"r{reading}", verdict, NOON + timedelta(days=day), amount)
        for number, (reading, verdict, day, amount) in enumerate(rows)
    ]
)
random_terms = st.builds(
    lambda baseline, target, begun, length, tolerance: Terms(
        1, BEGUN, baseline, at(begun), target, at(begun + length), tolerance
    ),
    amounts,
    amounts,
    st.integers(0, 60),
    st.integers(1, 150),
    st.integers(0, 50).map(lambda cents: Decimal(cents) / 100),
)
"""Terms with all they need, whose target may be the baseline."""
