"""What a lever did for customers like this one: effects of several pooled, allowing that they truly differ.

Random effects: each customer's own effect is drawn around a mean, and known with an error. The spread of true effects
is estimated by restricted maximum likelihood (Viechtbauer 2005), and the mean's interval is Hartung and Knapp's (2001),
never narrower than the plain one (Roever, Knapp and Friede 2015). Where the next customer's effect is expected does not
take the spread for known, which few customers hardly tell: it is averaged over all spreads, each as likely as Cochran's
Q makes it (Nagashima, Noma and Furukawa 2019; by quantiles instead of draws).

Customers who came in after a bad quarter recover by themselves, all of them, so that no average takes it out. Therefore
everything is told twice, once with what donors recover after theirs taken off, and ranges hold both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import chdtri, stdtr, stdtrit  # type: ignore[import-untyped]

from trueup.impact.effect import Effect
from trueup.impact.placebo import SDID, Placebos
from trueup.impact.simplex import Numbers
from trueup.statistics.discrimination import LEVEL, Interval

Told = tuple[float, float, float, float]
FEWEST = 3
"""Customers from fewer of whom nothing is said of others."""
_STEPS = 10_000
_NEAR = 1e-12
_GRID = 200
_HALVINGS = 60


@dataclass(frozen=True)
class Insight:
    """What ``customers`` many effects have in common, more is better.

    ``mean``: the mean effect with its interval; ``next_customer``: where the true effect of another one is expected.
    ``tau``: standard deviation of true effects, in the measure's unit. ``i_squared``: 0 to 1, the share of the
    effects' variance that is true difference. ``q``: Cochran's. Probability of both intervals: ``level``.
    ``recovered``: the mean with what donors recover by themselves taken off, where that was asked.
    """

    customers: int
    mean: Interval
    next_customer: Interval
    tau: float
    i_squared: float
    q: float
    level: float
    recovered: float | None = None


def insight(effects: Sequence[Effect], *, level: float = LEVEL) -> Insight | None:
    """The insight of customers' effects, each with the standard errors of its placebos; None of fewer than three.

    Only effects that are sound take part (``Effect.is_sound``).
    """
    sound = [each for each in effects if each.is_sound]
    told = [told_by(each.estimates[SDID].estimate, each.calendar[SDID], each.matched[SDID]) for each in sound]
    return cautious([each for each in told if each is not None], level=level)


def told_by(estimate: float, calendar: Placebos, matched: Placebos) -> Told | None:
    """What one customer tells: its estimate and error, and both again with what matched donors recover taken off.

    None where placebos tell no error.
    """
    if not calendar.error > 0 or not matched.error > 0:
        return None
    return estimate, calendar.error, estimate - float(matched.estimates.mean()), matched.error


def cautious(told: Sequence[Told], *, level: float = LEVEL) -> Insight | None:
    """The insight of what customers tell (see ``told_by``): its ranges hold those of both ways; None below three."""
    found = np.array(told, np.float64).reshape(-1, 4)
    plain = random_effects(found[:, 0], found[:, 1], level=level)
    recovered = random_effects(found[:, 2], found[:, 3], level=level)
    if plain is None or recovered is None:
        return None
    return replace(
        plain,
        mean=_around(plain.mean, recovered.mean),
        next_customer=_around(plain.next_customer, recovered.next_customer),
        tau=max(plain.tau, recovered.tau),
        recovered=recovered.mean.value,
    )


def _around(one: Interval, other: Interval) -> Interval:
    return Interval(one.value, min(one.low, other.low), max(one.high, other.high))


def random_effects(estimates: Numbers, errors: Numbers, *, level: float = LEVEL) -> Insight | None:
    """The insight of estimates (n,) with standard errors (n,) above 0; None of fewer than three."""
    n = len(estimates)
    if n < FEWEST:
        return None
    variances = errors**2
    tau_squared = _reml(estimates, variances)
    weights = 1 / (variances + tau_squared)
    mean = float(weights @ estimates / weights.sum())
    apart = float(weights @ (estimates - mean) ** 2) / (n - 1)
    error = float(np.sqrt(max(apart, 1.0) / weights.sum()))
    half = error * float(stdtrit(n - 1, (1 + level) / 2))
    plain = 1 / variances
    typical = (n - 1) * plain.sum() / (plain.sum() ** 2 - (plain**2).sum())
    return Insight(
        customers=n,
        mean=Interval(mean, mean - half, mean + half),
        next_customer=_expected(estimates, variances, mean, level),
        tau=float(np.sqrt(tau_squared)),
        i_squared=float(tau_squared / (tau_squared + typical)),
        q=float(plain @ (estimates - plain @ estimates / plain.sum()) ** 2),
        level=level,
    )


def _expected(estimates: Numbers, variances: Numbers, mean: float, level: float) -> Interval:
    """Where another true effect is expected: quantiles of a mixture over spreads, with Student's t of n - 1."""
    freedom = len(estimates) - 1
    spreads = _spreads(estimates, variances)
    weights = 1 / (variances + spreads[:, None])
    means = weights @ estimates / weights.sum(1)
    errors = np.sqrt(spreads + 1 / weights.sum(1))
    reach = float(errors.max()) * float(stdtrit(freedom, (1 + level) / 2))

    def quantile(share: float) -> float:
        def beyond(at: float) -> float:
            return float(stdtr(freedom, (at - means) / errors).mean()) - share

        return float(brentq(beyond, means.min() - 2 * reach, means.max() + 2 * reach))

    return Interval(mean, quantile((1 - level) / 2), quantile((1 + level) / 2))


def _spreads(estimates: Numbers, variances: Numbers) -> Numbers:
    """(_GRID,): variances of true effects, each as likely; at each Cochran's Q is a quantile of its chi-squared."""
    quantiles = chdtri(len(estimates) - 1, (np.arange(_GRID) + 0.5) / _GRID)
    low, high = np.zeros(_GRID), np.full(_GRID, float(np.ptp(estimates)) ** 2 * _GRID * len(estimates))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        weights = 1 / (variances + middle[:, None])
        means = weights @ estimates / weights.sum(1)
        is_above = (weights * (estimates - means[:, None]) ** 2).sum(1) > quantiles
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return low


def _reml(estimates: Numbers, variances: Numbers) -> float:
    """The variance of true effects, by the fixed point of its restricted likelihood's slope; never below 0."""
    found = max(float(estimates.var(ddof=1) - variances.mean()), 0.0)
    for _ in range(_STEPS):
        weights = 1 / (variances + found)
        apart = (estimates - weights @ estimates / weights.sum()) ** 2 - variances
        better = max(float(weights**2 @ apart / (weights**2).sum() + 1 / weights.sum()), 0.0)
        if abs(better - found) <= _NEAR * (found + float(variances.mean())):
            return better
        found = better
    return found
