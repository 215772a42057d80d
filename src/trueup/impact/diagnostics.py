"""What makes a bound unfit to pay on, though it may be above nothing: each check with its figure and its limit."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trueup.impact.counterfactual import Block, Counterfactual, sdid
from trueup.impact.panel import Flags, Window
from trueup.impact.placebo import FEWEST_DONORS, SDID, Placebos, placebos
from trueup.impact.simplex import Numbers

POOR_FIT = "poor_fit"
FEW_EFFECTIVE = "few_effective_donors"
ONE_DONOR = "rests_on_one_donor"
BEFORE_START = "effect_before_start"
DEFINITION = "definition_changed"
SHOCK = "donor_shock"
WORST_FIT = 0.9
"""The quantile of donors' own fits beyond which a customer's is poor."""
FEWEST_EFFECTIVE = 3.0
EARLIER = 6
"""Times by which the start that never was comes earlier."""
FEWEST_EARLIER = 6
"""Times before that start that it needs."""
SHOCKED = 5.0
"""Robust standard deviations of donors' placebos beyond which a donor was shocked."""
_TO_DEVIATION = 1.4826


@dataclass(frozen=True)
class Check:
    """A diagnostic: its code, its figure, the limit, whether it blocks payment, and whom or when it is about.

    ``figure``: NaN where there is too little to check, which does not block.
    """

    name: str
    figure: float
    limit: float
    blocks: bool
    about: str = ""


def poor_fit(estimated: Mapping[str, Counterfactual], calendar: Mapping[str, Placebos]) -> Check:
    """Whether the gap before the start is wider than those of nine in ten donors; level or line taken out."""
    if not len(calendar[SDID].fits):
        return Check(POOR_FIT, estimated[SDID].fit, float("nan"), blocks=False)
    limit = float(np.quantile(calendar[SDID].fits, WORST_FIT))
    return Check(POOR_FIT, estimated[SDID].fit, limit, blocks=estimated[SDID].fit > limit)


def few_effective(estimated: Mapping[str, Counterfactual]) -> Check:
    """Whether the synthetic customer is made of fewer than three donors, in effect."""
    figure = estimated[SDID].effective_donors
    return Check(FEW_EFFECTIVE, figure, FEWEST_EFFECTIVE, blocks=figure < FEWEST_EFFECTIVE)


def one_donor(block: Block, estimate: float, names: tuple[str, ...]) -> Check:
    """Whether the estimate has the other sign without one of the donors; the figure is the one nearest to it."""
    if len(names) <= FEWEST_DONORS:
        return Check(ONE_DONOR, float("nan"), 0.0, blocks=False)
    sign = np.sign(estimate)
    found = np.array([sdid(block.without(donor)).estimate for donor in range(len(names))])
    least = int(np.argmin(sign * found))
    return Check(ONE_DONOR, float(found[least]), 0.0, blocks=bool(sign * found[least] <= 0), about=names[least])


def before_start(values: Numbers, serves: Flags, start: int, window: Window, confidence: float) -> Check:
    """Whether a bound is above nothing half a year before anything was done; SDID with calendar placebos.

    values: (1 + donors, times), the customer first, more is better; serves: (donors, times).
    """
    fake = start - EARLIER
    known = ~np.isnan(values[0, :fake])
    behind = int(np.argmin(known[::-1])) if not known.all() else max(fake, 0)
    before = min(window.before, behind)
    times = slice(fake - before, start)
    others = serves[:, times].all(1) if before >= FEWEST_EARLIER else np.zeros(len(serves), np.bool_)
    if others.sum() < FEWEST_DONORS:
        return Check(BEFORE_START, float("nan"), 0.0, blocks=False)
    block = Block(values[:1, times], values[1:][others, times], before)
    found = placebos(block, sdid, tuple(str(place) for place in np.flatnonzero(others)))
    low = found.low(sdid(block).estimate, confidence)
    return Check(BEFORE_START, float("nan") if low is None else low, 0.0, blocks=low is not None and low > 0)


def definition_changed(changes: tuple[int, ...], times: tuple[str, ...], within: slice) -> Check:
    """Whether the measure was defined otherwise from a time within the window, its first time aside."""
    inside = [place for place in changes if within.start < place < within.stop]
    about = ", ".join(times[place] for place in inside)
    return Check(DEFINITION, len(inside), 0.0, blocks=bool(inside), about=about)


def donor_shock(estimated: Mapping[str, Counterfactual], calendar: Mapping[str, Placebos]) -> Check:
    """Whether a donor that weighs more than the average one jumped at the start beyond all likelihood."""
    found = calendar[SDID].estimates
    middle = np.median(found) if len(found) else 0.0
    spread = _TO_DEVIATION * float(np.median(np.abs(found - middle))) if len(found) else 0.0
    weights = estimated[SDID].unit_weights
    if not spread:
        return Check(SHOCK, float("nan"), SHOCKED, blocks=False)
    off = np.where(weights >= 1 / len(weights), np.abs(found - middle) / spread, 0.0)
    most = int(np.argmax(off))
    is_shocked = bool(off[most] > SHOCKED)
    return Check(SHOCK, float(off[most]), SHOCKED, is_shocked, calendar[SDID].units[most] if is_shocked else "")
