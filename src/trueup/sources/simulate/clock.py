"""The company's clock: business seconds, local time and UTC, for millions of moments at once.

Three scales, all whole seconds: *worked* counts the company's business seconds since the first day; *local* is the wall
clock as seconds since 1970; *utc* is what exports hold.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from trueup.sources.simulate.columns import NOTHING, Flags, Ints
from trueup.sources.simulate.scale import RUN_UP_MONTHS, Company

OPENS = 9 * 3600
WORKDAY = 8 * 3600
DAY = 86_400
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Clock:
    """Day tables from ``first`` on: ``works`` and UTC ``offset`` per day, ``workdays`` as day numbers since 1970."""

    first: int
    works: Flags
    offset: Ints
    workdays: Ints
    worked_before: Ints
    month_starts: Ints
    window_from: int
    cutoff: int

    def local(self, worked: Ints) -> Ints:
        """The wall-clock moment at which that many business seconds have been worked."""
        day, second = np.divmod(worked, WORKDAY)
        return np.asarray(self.workdays[day] * DAY + OPENS + second)

    def worked(self, local: Ints) -> Ints:
        """Business seconds worked up to a wall-clock moment."""
        day, second = np.divmod(local, DAY)
        today = np.clip(second - OPENS, 0, WORKDAY)
        return np.asarray(self.worked_before[day - self.first] + today * self.works[day - self.first])

    def utc(self, local: Ints) -> Ints:
        """The UTC seconds of a wall-clock moment; below 0 there is none."""
        moment = np.maximum(local, self.first * DAY)
        return np.where(local >= 0, moment - self.offset[moment // DAY - self.first], NOTHING)

    def month(self, day: Ints) -> Ints:
        """The index of the latent world's month that holds each day; days before it belong to the first."""
        return np.asarray(np.clip(np.searchsorted(self.month_starts, day, side="right") - 1, 0, None), dtype=np.int64)

    def known(self, local: Ints) -> Flags:
        """Whether a moment lies before the export was made."""
        return np.asarray(local < (self.cutoff + 1) * DAY)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def as_date(number: int) -> date:
    """The date that many days after 1970-01-01."""
    return _EPOCH + timedelta(days=number)


def add_months(day: date, months: int) -> date:
    """The first of the month that lies ``months`` after the day's month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def clock_of(company: Company) -> Clock:
    """The day tables of a company, with three years' room on both sides of the exported window."""
    window_from = add_months(company.ends_on + timedelta(days=1), -12 * company.years)
    start = add_months(window_from, -RUN_UP_MONTHS)
    first, last = add_months(start, -36), add_months(company.ends_on, 40)
    days = np.arange(day_number(first), day_number(last), dtype=np.int64)
    closed = holidays.country_holidays(company.holidays, years=range(first.year, last.year + 1))
    works = np.array([as_date(int(day)).weekday() < 5 and as_date(int(day)) not in closed for day in days])
    zone = ZoneInfo(company.zone)
    offset = np.array([_offset(as_date(int(day)), zone) for day in days], dtype=np.int64)
    return Clock(
        first=int(days[0]),
        works=works,
        offset=offset,
        workdays=days[works],
        worked_before=np.concatenate([[0], np.cumsum(works)[:-1]]) * WORKDAY,
        month_starts=np.array(
            [day_number(add_months(start, month)) for month in range(company.months)], dtype=np.int64
        ),
        window_from=day_number(window_from),
        cutoff=day_number(company.ends_on),
    )


def _offset(day: date, zone: ZoneInfo) -> int:
    at_noon = datetime.combine(day, time(12), tzinfo=zone).utcoffset()
    assert at_noon is not None
    return int(at_noon.total_seconds())
