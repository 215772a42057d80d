"""What codes of effects, bounds and checks mean, in sentences."""

from collections.abc import Callable, Mapping
from math import floor, isnan, log10

from trueup.impact.bound import TOO_FEW_DONORS, TOO_FEW_MATCHED, Bound
from trueup.impact.diagnostics import (
    BEFORE_START,
    DEFINITION,
    EARLIER,
    FEW_EFFECTIVE,
    ONE_DONOR,
    POOR_FIT,
    SHOCK,
    Check,
)
from trueup.impact.effect import CUSTOMER_GAPS, NO_DONORS, NOT_OVER, TOO_SHORT, Effect
from trueup.impact.panel import EXCLUDED, GAPS, TREATED, LeftOut
from trueup.impact.placebo import FEWEST_DONORS, fewest_placebos

_MANY = 1000
_MOST_DIGITS = 6
_LEAST = 0.5 * 10.0**-_MOST_DIGITS
CHECKED: Mapping[str, str] = {
    POOR_FIT: "nobody resembles it closely enough before the start",
    FEW_EFFECTIVE: "it is compared with too few donors in effect",
    ONE_DONOR: "the estimate rests on one donor",
    BEFORE_START: "it had improved before the start already",
    DEFINITION: "the measure's definition changed",
    SHOCK: "a donor had a shock at the start",
}
"""Why a check that blocks does so."""
EVIDENCE: Mapping[str, str] = {
    "strong": "the low end is above nothing, nothing speaks against it, and there is much to compare with",
    "moderate": "the low end is above nothing, and nothing speaks against it",
    "weak": "there are signs of an improvement, but not enough to pay on",
    "none": "no improvement can be told from what happens by itself",
}
"""What a grade of evidence says."""


def check_in_words(check: Check) -> str:
    """What a check looked at, and what it found."""
    return _CHECKS[check.name](check)


def _poor_fit(check: Check) -> str:
    limit = "" if isnan(check.limit) else f"; of ten donors nine are missed by {amount(check.limit)} or less"
    return f"Before the start it is missed by {amount(check.figure)} on average{limit}."


def _few_effective(check: Check) -> str:
    return f"It is compared with {check.figure:.1f} donors in effect; it takes {check.limit:.0f}."


def _one_donor(check: Check) -> str:
    if isnan(check.figure):
        return "There are too few donors to leave one out."
    but = ", which turns its sign" if check.blocks else "; no donor turns its sign"
    return f"Without {check.about} the estimate would be {signed(check.figure)}{but}."


def _before_start(check: Check) -> str:
    if isnan(check.figure):
        return "Too little is known to try an earlier start."
    earlier = f"Had it started {EARLIER} times earlier, before anything was done"
    return f"{earlier}, the low end would be {signed(check.figure)}."


def _definition(check: Check) -> str:
    return (
        f"The measure was defined otherwise from {check.about} on."
        if check.blocks
        else "No other definition is known of."
    )


def _shock(check: Check) -> str:
    if isnan(check.figure):
        return "Donors are too few or too much alike to see a shock."
    who = f"{check.about} jumped" if check.blocks else "The donor that jumped most did so"
    return f"{who} by {check.figure:.1f} standard deviations at the start; up to {check.limit:.0f} may be chance."


_CHECKS: Mapping[str, Callable[[Check], str]] = {
    POOR_FIT: _poor_fit,
    FEW_EFFECTIVE: _few_effective,
    ONE_DONOR: _one_donor,
    BEFORE_START: _before_start,
    DEFINITION: _definition,
    SHOCK: _shock,
}


def left_out_in_words(left_out: LeftOut) -> str:
    """Why a unit is no donor."""
    why = {
        EXCLUDED: left_out.why,
        GAPS: "a value is missing in the times compared",
        TREATED: "it was treated itself by the end of the times compared",
    }
    return why[left_out.code]


def why_in_words(effect: Effect) -> str:
    """Why there is no effect, or but its own line."""
    why = {
        NOT_OVER: f"the panel ends before {times_told(effect.window.after)} after its start are over",
        CUSTOMER_GAPS: "one of its values after the start is missing",
        TOO_SHORT: f"only {times_told(effect.window.before)} before its start are known without a gap",
        NO_DONORS: f"it takes {FEWEST_DONORS} donors, and there are {len(effect.donors)}",
    }
    return why[effect.why]


def bound_why_in_words(effect: Effect, bound: Bound) -> str:
    """Why there is no bound though there are estimates."""
    fewest = fewest_placebos(bound.confidence)
    count = min(member.placebos for member in bound.members)
    why = {
        TOO_FEW_DONORS: f"that takes {fewest} donors, and there are {len(effect.donors)}",
        TOO_FEW_MATCHED: f"that takes {fewest} donors that could have come in as it did, and there are {count}",
    }
    return why[bound.why]


def amount(value: float) -> str:
    """A number with three digits that count, as long as they are among the first six decimals."""
    if abs(value) >= _MANY:
        return f"{value:,.0f}"
    if abs(value) < _LEAST:
        return "0"
    digits = max(0, 2 - floor(log10(abs(value))))
    return f"{value:.{min(digits, _MOST_DIGITS)}f}"


def signed(value: float) -> str:
    """A number with its sign, where it has one."""
    return f"+{amount(value)}" if value >= _LEAST else amount(value)


def times_told(count: int) -> str:
    """A number of times."""
    return "1 time" if count == 1 else f"{count} times"
