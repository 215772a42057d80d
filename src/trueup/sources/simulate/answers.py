"""How long customers wait for us, and when they write: the pieces tickets, mail threads and calls share."""

import numpy as np

from trueup.sources.simulate import planted
from trueup.sources.simulate.clock import DAY, OPENS, WORKDAY, Clock
from trueup.sources.simulate.columns import Flags, Floats, Ints

HOUR = 3600


def answer_gaps(level: Floats, rng: np.random.Generator) -> Ints:
    """Business seconds until we answer, at that latent response level."""
    spread = planted.RESPONSE_SPREAD * level + 0.7 * rng.standard_normal(len(level))
    return np.asarray(np.maximum(60, HOUR * np.exp(planted.RESPONSE_LOG_HOURS + spread)), dtype=np.int64)


def customer_gaps(rows: int, rng: np.random.Generator) -> Ints:
    """Business seconds until the customer writes again: a day or so."""
    return np.asarray(np.maximum(300, 6 * HOUR * np.exp(0.9 * rng.standard_normal(rows))), dtype=np.int64)


def at_month(level: Floats, account: Ints, worked: Ints, clock: Clock) -> Floats:
    """The latent level of each account in the month of a moment."""
    month = np.minimum(clock.month(clock.local(worked) // DAY), level.shape[1] - 1)
    return np.asarray(level[account, month])


def within_month(month: Ints, clock: Clock, rng: np.random.Generator) -> Ints:
    """A random business moment of each month, in worked seconds."""
    edges = clock.worked_before[np.append(clock.month_starts, clock.cutoff + 1) - clock.first]
    return np.asarray(edges[month] + rng.random(len(month)) * (edges[month + 1] - edges[month]), dtype=np.int64)


def after_hours(worked: Ints, chosen: Flags, clock: Clock, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Worked seconds and local moments, the chosen ones moved to the evening, weekend or early morning before that day.

    To the business calendar such a message arrives as the doors open.
    """
    opening = np.where(chosen, worked - worked % WORKDAY, worked)
    day = opening // WORKDAY
    opened = clock.workdays[day] * DAY + OPENS
    closed = clock.workdays[np.maximum(day - 1, 0)] * DAY + OPENS + WORKDAY
    part = rng.random(len(worked))
    when = rng.random(len(worked))
    morning = opened - 60 - (when * 3 * HOUR).astype(np.int64)
    evening = closed + 60 + (when * 5 * HOUR).astype(np.int64)
    free_day = closed + ((17 + 11 * when) * HOUR).astype(np.int64)
    outside = np.where(part < 0.4, morning, np.where((part > 0.7) & (opened - closed > DAY), free_day, evening))
    return opening, np.where(chosen, outside, clock.local(worked))
