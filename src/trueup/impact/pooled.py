"""Several customers together: a narrower bound, and two more members against what pooling makes worse.

Chance averages out over customers, bias does not. Against that of customers who were improving already stands the
interrupted series beside the plain donor mean, which no weights bend; by matched placebos too, since it carries on a
line that a bad quarter at its end has tilted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trueup.impact.bound import CONFIDENCE, Bound, Member, least
from trueup.impact.effect import Effect
from trueup.impact.placebo import CITS_MEAN, CITS_SYNTHETIC, SDID, Placebos, fewest_placebos
from trueup.impact.simplex import Numbers

DRAWS = 2_000
SEED = 7
FEWEST = 2
MEMBERS = {
    "sdid_calendar": (SDID, False),
    "sdid_matched": (SDID, True),
    "cits_synthetic": (CITS_SYNTHETIC, False),
    "cits_mean": (CITS_MEAN, False),
    "cits_mean_matched": (CITS_MEAN, True),
}
"""Each member of the bound: its estimator, and whether its placebos are matched."""


@dataclass(frozen=True)
class Pooled:
    """The mean improvement of some customers, in which each counts the same. ``left_out``: those without donors.

    ``payable``: what may be paid on for each of ``units`` whom no check blocks. Those whom one blocks count in the mean
    all the same: who is left out after a look at the figures makes those of the others too good (decision 20).
    """

    units: tuple[str, ...]
    left_out: tuple[str, ...]
    estimate: float
    bound: Bound

    @property
    def payable(self) -> float:
        """The bound, never below 0; 0 where there is none."""
        return max(self.bound.low, 0.0) if self.bound.low is not None else 0.0


def pooled(
    effects: Sequence[Effect], *, confidence: float = CONFIDENCE, draws: int = DRAWS, seed: int = SEED
) -> Pooled:
    """The bound of the mean over customers: the least of five, by means of as many placebos.

    ValueError of fewer than two customers who have donors.
    """
    known = sorted((effect for effect in effects if effect.estimates), key=lambda effect: effect.unit)
    if len(known) < FEWEST:
        raise ValueError(f"Pooling needs {FEWEST} customers with donors or more: there are {len(known)}.")
    rng = np.random.default_rng(seed)
    members = tuple(
        _member(
            name,
            [each.estimates[estimator].estimate for each in known],
            [(each.matched if is_matched else each.calendar)[estimator] for each in known],
            confidence=confidence,
            draws=draws,
            rng=rng,
        )
        for name, (estimator, is_matched) in MEMBERS.items()
    )
    units = tuple(effect.unit for effect in known)
    left_out = tuple(effect.unit for effect in effects if effect.unit not in units)
    return Pooled(units, left_out, members[0].estimate, least(members, confidence))


def _member(
    name: str,
    estimates: Sequence[float],
    placebos: Sequence[Placebos],
    *,
    confidence: float,
    draws: int,
    rng: np.random.Generator,
) -> Member:
    """A member of the bound; without ends where donors are too few, or a customer has none that could have come in."""
    estimate = float(np.mean(estimates))
    found = _by_donor(placebos)
    count, pool = found.shape
    is_without = bool(np.isnan(found).all(1).any()) if pool else True
    if is_without or count >= pool or pool < fewest_placebos(confidence):
        return Member(name, estimate, None, None, float("nan"), pool)
    drawn = _drawn(found, draws, rng)
    # Means of donors drawn from few vary less than those of as many strangers would about donors' common error.
    factor = np.sqrt((1 + count / pool) / (1 - count / pool))
    middle = float(np.nanmean(found, axis=1).mean())
    means = middle + factor * (drawn - middle)
    imagined = Placebos((name,) * len(means), means, means)
    return Member(
        name,
        estimate,
        imagined.low(estimate, confidence),
        imagined.high(estimate, confidence),
        imagined.error,
        pool,
    )


def _by_donor(placebos: Sequence[Placebos]) -> Numbers:
    """(customers, donors): what each donor showed in each customer's place; NaN where it was no donor of theirs."""
    units = sorted({unit for each in placebos for unit in each.units})
    places = {unit: place for place, unit in enumerate(units)}
    found = np.full((len(placebos), len(units)), np.nan)
    for row, each in zip(found, placebos, strict=True):
        row[[places[unit] for unit in each.units]] = each.estimates
    return found


def _drawn(found: Numbers, draws: int, rng: np.random.Generator) -> Numbers:
    """(draws,): means over customers of placebos, each of another donor; of one more often where none is left."""
    customers, pool = found.shape
    keys = rng.random((draws, pool))
    total = np.zeros(draws)
    rows = np.arange(draws)
    for placebos in found:
        taken = np.where(np.isnan(placebos), -np.inf, keys).argmax(1)
        total += placebos[taken]
        # A donor that was drawn comes last from now on, and is drawn again only where no other serves.
        keys[rows, taken] -= 1
    return np.asarray(total / customers, np.float64)
