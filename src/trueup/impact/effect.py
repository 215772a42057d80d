"""What a customer gained beyond what would have happened anyway: estimates, bound, checks and grade, in one call."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from trueup.impact.bound import CONFIDENCE, Bound, conservative
from trueup.impact.counterfactual import Block, Counterfactual, did, difp, sc
from trueup.impact.diagnostics import (
    ONE_DONOR,
    Check,
    before_start,
    definition_changed,
    donor_shock,
    few_effective,
    one_donor,
    poor_fit,
)
from trueup.impact.panel import Flags, LeftOut, Panel, Window, donors
from trueup.impact.placebo import (
    FEWEST_BEFORE,
    FEWEST_DONORS,
    SDID,
    Placebos,
    Rule,
    after_worst_quarter,
    calendar,
    fewest_placebos,
    matched,
    reckoned,
)
from trueup.impact.simplex import Numbers
from trueup.impact.trend import OwnTrend, own_trend

Grade = Literal["strong", "moderate", "weak", "none"]
NOT_OVER, CUSTOMER_GAPS, TOO_SHORT, NO_DONORS = "not_over", "customer_gaps", "too_short", "no_donors"
"""Why there is no effect, or but an own trend: time has not come; values are missing; too little before; nobody."""
STRONG_BEFORE, STRONG_AFTER, STRONG_CONFIDENCE = 18, 6, 0.95


@dataclass(frozen=True)
class Effect:
    """What was found of one customer. More is better in all but paths, which are in the measure's own direction.

    ``start``: place among the panel's times; ``window``: what was compared. ``estimates``: by estimator. ``bound``,
    ``checks``: None and none where nobody could stand for the customer; ``why`` is then a code, and ``alone`` what the
    own trend says, where there is enough of it. ``calendar``, ``matched``: placebos by estimator, by donor.
    """

    unit: str
    start: int
    window: Window
    donors: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    estimates: Mapping[str, Counterfactual] = field(default_factory=dict)
    bound: Bound | None = None
    calendar: Mapping[str, Placebos] = field(default_factory=dict)
    matched: Mapping[str, Placebos] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    alone: OwnTrend | None = None
    why: str = ""

    @property
    def estimate(self) -> float | None:
        """The improvement that is shown: SDID's, else the own trend's, else none."""
        if self.estimates:
            return self.estimates[SDID].estimate
        return self.alone.estimate if self.alone else None

    @property
    def blocked_by(self) -> tuple[str, ...]:
        """Names of the checks that forbid to pay."""
        return tuple(check.name for check in self.checks if check.blocks)

    @property
    def is_sound(self) -> bool:
        """Whether there are estimates and no check blocks, but that they rest on one donor: so do small effects.

        What is said of several customers is said of these. Without the small effects it would look better than it is.
        """
        return bool(self.estimates) and not set(self.blocked_by) - {ONE_DONOR}

    @property
    def payable(self) -> float:
        """The improvement that may be paid on: the low end, never below 0; 0 where a check blocks or there is none."""
        if self.bound is None or self.bound.low is None or self.blocked_by:
            return 0.0
        return max(self.bound.low, 0.0)

    @property
    def evidence(self) -> Grade:
        """How good the evidence of an improvement is.

        ``moderate``: the bound is above 0 and nothing blocks; ``strong``: besides, there are donors for a bound of
        95 %, 18 times before and 6 after. ``weak``: the bound is above 0 but something blocks; or each estimate of the
        bound is above one standard error of its placebos; or, without donors, the own trend's lower end is above 0.
        ``none``: otherwise.
        """
        if self.bound is None:
            return "weak" if self.alone is not None and self.alone.low > 0 else "none"
        if self.payable > 0:
            return "strong" if self._is_ample() else "moderate"
        if self.bound.low is not None and self.bound.low > 0:
            return "weak"
        return "weak" if all(each.estimate > each.error for each in self.bound.members) else "none"

    def _is_ample(self) -> bool:
        fewest = min(each.placebos for each in self.bound.members) if self.bound else 0
        is_long = self.window.before >= STRONG_BEFORE and self.window.after >= STRONG_AFTER
        return is_long and fewest >= fewest_placebos(STRONG_CONFIDENCE)


def effect_of(
    panel: Panel,
    unit: str,
    *,
    window: Window | None = None,
    rule: Rule = after_worst_quarter,
    confidence: float = CONFIDENCE,
) -> Effect:
    """What a treated unit gained from its start on. ``rule``: how it came in, which placebos are matched by.

    Where there is less history than the window's before, down to FEWEST_BEFORE, what there is counts. ValueError of a
    unit that is not in the panel or has no start.
    """
    wanted = window or Window()
    start = panel.start_of(unit)
    series = panel.values[panel.place(unit)] * panel.sign
    before = min(wanted.before, _known_before(series, start))
    used = Window(before, wanted.after)
    if start + wanted.after > len(series):
        return Effect(unit, start, used, why=NOT_OVER)
    if np.isnan(series[start : start + wanted.after]).any():
        return Effect(unit, start, used, why=CUSTOMER_GAPS)
    if before < min(wanted.before, FEWEST_BEFORE):
        return Effect(unit, start, used, why=TOO_SHORT)
    times = used.around(start)
    places, left_out = donors(panel, unit, times)
    blank = Effect(unit, start, used, tuple(panel.units[place] for place in places), left_out)
    if len(places) < FEWEST_DONORS:
        alone = own_trend(series[times], before, confidence)
        return replace(blank, alone=replace(alone, path=alone.path * panel.sign), why=NO_DONORS)
    values = np.vstack((series, panel.values[places] * panel.sign))
    return _compared(blank, values, panel.serves()[places], panel, rule=rule, confidence=confidence)


def block_of(panel: Panel, effect: Effect) -> Block:
    """What an effect was found on, more is better; ValueError where there were no donors."""
    rows = [panel.place(unit) for unit in (effect.unit, *effect.donors)]
    values = panel.values[rows, effect.window.around(effect.start)] * panel.sign
    return Block(values[:1], values[1:], effect.window.before)


def before_and_after(panel: Panel, effect: Effect) -> float:
    """What before and after alone would claim: the mean after the start less that of as many times before it, at most.

    It credits us with what would have happened anyway. More is better; NaN where a value is missing.
    """
    series, window = panel.values[panel.place(effect.unit)] * panel.sign, effect.window
    earlier = series[effect.start - min(window.before, window.after) : effect.start]
    later = series[effect.start : effect.start + window.after]
    return float(later.mean() - earlier.mean()) if len(earlier) and len(later) == window.after else float("nan")


def _compared(blank: Effect, values: Numbers, serves: Flags, panel: Panel, *, rule: Rule, confidence: float) -> Effect:
    """The effect of a customer, the first of ``values`` (1 + donors, times), beside the donors; more is better."""
    names, start, window = blank.donors, blank.start, blank.window
    times = window.around(start)
    block = Block(values[:1, times], values[1:, times], window.before)
    estimated = reckoned(block)
    by_calendar = calendar(block, names)
    by_rule = matched(values[1:], serves, names, window, rule)
    checks = (
        poor_fit(estimated, by_calendar),
        few_effective(estimated),
        one_donor(block, estimated[SDID].estimate, names),
        before_start(values, serves, start, window, confidence),
        definition_changed(panel.definition_changes, panel.times, times),
        donor_shock(estimated, by_calendar),
    )
    shown = {"did": did(block), "sc": sc(block), "difp": difp(block), **estimated}
    return replace(
        blank,
        estimates={name: replace(each, path=each.path * panel.sign) for name, each in shown.items()},
        bound=conservative({name: each.estimate for name, each in estimated.items()}, by_calendar, by_rule, confidence),
        calendar=by_calendar,
        matched=by_rule,
        checks=checks,
    )


def _known_before(series: Numbers, start: int) -> int:
    gaps = np.flatnonzero(np.isnan(series[:start]))
    return start - (int(gaps[-1]) + 1 if len(gaps) else 0)
