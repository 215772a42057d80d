"""The example company's clock, ids and timestamps: columns made whole, checked one by one."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.sources.simulate import Company, columns
from trueup.sources.simulate.clock import DAY, OPENS, WORKDAY, clock_of, day_number

CLOCK = clock_of(Company(years=2, ends_on=date(2026, 6, 30)))
BERLIN = ZoneInfo("Europe/Berlin")
moments = st.integers(day_number(date(2024, 1, 1)) * DAY, day_number(date(2026, 6, 30)) * DAY)


def worked(local: int) -> int:
    return int(CLOCK.worked(np.array([local]))[0])


def local(seconds: int) -> int:
    return int(CLOCK.local(np.array([seconds]))[0])


@given(st.integers(0, 700 * WORKDAY))
def test_business_seconds_survive_the_way_to_the_wall_clock_and_back(seconds: int) -> None:
    assert worked(local(seconds)) == seconds


@given(moments, st.integers(0, 10 * DAY))
def test_work_never_goes_backwards_nor_faster_than_the_clock(start: int, later: int) -> None:
    assert 0 <= worked(start + later) - worked(start) <= later


def test_the_weekend_counts_nothing() -> None:
    friday_evening = day_number(date(2026, 6, 12)) * DAY + OPENS + WORKDAY
    monday_morning = day_number(date(2026, 6, 15)) * DAY + OPENS
    assert worked(friday_evening) == worked(monday_morning)


def test_a_german_holiday_counts_nothing() -> None:
    eve = day_number(date(2026, 5, 1)) * DAY
    assert worked(eve + DAY) == worked(eve)


@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 6, 15), date(2026, 3, 30), date(2025, 10, 27)])
def test_utc_follows_daylight_saving(day: date) -> None:
    wall = datetime(day.year, day.month, day.day, 9, 30, tzinfo=BERLIN)
    seconds = CLOCK.utc(np.array([day_number(day) * DAY + 9 * 3600 + 1800]))
    assert int(seconds[0]) == int(wall.timestamp())


@given(st.lists(moments, min_size=1, max_size=20))
def test_timestamps_read_back(seconds: list[int]) -> None:
    texts = columns.stamps(np.array(seconds)).to_pylist()
    assert [int(datetime.fromisoformat(text).timestamp()) for text in texts] == seconds


def test_no_moment_is_an_empty_cell() -> None:
    noon = int(datetime(2026, 6, 14, 12, tzinfo=UTC).timestamp())
    assert columns.stamps(np.array([-1, noon]), end=".000Z").to_pylist() == [None, "2026-06-14T12:00:00.000Z"]
    assert columns.dates(np.array([-1, day_number(date(2024, 2, 29))])).to_pylist() == [None, "2024-02-29"]


def test_the_three_check_letters_of_an_id_tell_its_capitals() -> None:
    def checked(short: str) -> str:
        def letter(five: str) -> str:
            return "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[sum(1 << i for i, c in enumerate(five) if c.isupper())]

        return short + "".join(letter(short[start : start + 5]) for start in (0, 5, 10))

    assert checked("0015500000Xyy06") == "0015500000Xyy06AAB"
    ids = columns.salesforce_ids("001", np.array([0, 7, 123_456])).to_pylist()
    assert ids == [checked(text[:15]) for text in ids]


@given(st.sets(st.integers(0, 50_000_000), max_size=50))
def test_ids_are_unique_also_in_their_short_form(numbers: set[int]) -> None:
    array = np.array(sorted(numbers), dtype=np.int64)
    assert len(set(columns.salesforce_ids("00T", array).to_pylist())) == len(numbers)
    assert len(set(columns.short_salesforce_ids("00T", array).to_pylist())) == len(numbers)


def test_money_prints_to_the_cent() -> None:
    assert columns.money(np.array([123_456, -1, 5])).to_pylist() == [1234.56, None, 0.05]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"accounts": 3}, "at least 10 accounts"),
        ({"years": 0}, "1 to 10 years"),
        ({"interactions_per_account_year": 5.0}, "no room"),
        ({"currency": "JPY"}, "books in EUR"),
    ],
)
def test_an_impossible_company_is_refused(change: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Company(**change)
