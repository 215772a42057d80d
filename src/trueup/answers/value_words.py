"""What is said of gains, claims and insights, in sentences."""

from collections.abc import Mapping, Sequence

from trueup.answers.value import Gain, InsightTold
from trueup.impact.bound import TOO_FEW_DONORS, TOO_FEW_MATCHED
from trueup.impact.claim import (
    AGREED_LATE,
    GOALS_UNIT,
    NO_EFFECT,
    NO_WORTH,
    NOT_MEANT,
    ONCE,
    OTHER_WAY,
    TOO_GREAT,
)
from trueup.impact.comparison import LESS_ALIKE, OTHER_DEFINITION, OTHER_LEVER, OTHER_UNIT
from trueup.impact.effect import CUSTOMER_GAPS, NO_DONORS, NOT_OVER, TOO_SHORT
from trueup.impact.panel import GAPS, TREATED
from trueup.impact.trend import OWN_TREND
from trueup.impact.words import CHECKED, amount
from trueup.runs.customer_effects import TREATED_TWICE
from trueup.runs.customer_value import UNKNOWN_DIRECTION

WHY: Mapping[str, str] = {
    NOT_OVER: "the months compared after the start are not over",
    CUSTOMER_GAPS: "too many of its values after the start are missing",
    TOO_SHORT: "too little is known from before the start: it takes 12 values",
    NO_DONORS: "nobody could be compared with it; its own line carried on is evidence at most",
    TREATED_TWICE: "it had begun with something else too short a time before, and nobody can tell what did what",
    TOO_FEW_DONORS: "too few customers could be compared with it to say how sure this is",
    TOO_FEW_MATCHED: "too few customers could have come in as it did to say how sure this is",
    UNKNOWN_DIRECTION: "nobody said which way of the measure is better",
    NOT_MEANT: "nobody had said beforehand that this is meant to move the measure",
    AGREED_LATE: "the goal was agreed on only after the start",
    ONCE: "another goal of the customer about the same measure claims it",
    NO_WORTH: "nobody said what a unit of it is worth to the customer",
    TOO_GREAT: "the value would be beyond belief; correct what a unit is worth, or the readings",
    OTHER_WAY: "the customer wants the measure to go the other way than it was compared",
    GOALS_UNIT: "the goal tells the measure in a unit that cannot be converted",
    NO_EFFECT: "the customer uses nothing that is meant to move it",
    **CHECKED,
}
"""Why nothing can be said, or nothing is paid on, by code."""
LEFT_OUT: Mapping[str, str] = {
    LESS_ALIKE: "others were more like it in segment, industry and size",
    TREATED: "they used the same by then",
    OTHER_LEVER: "they began with something else in these months",
    OTHER_UNIT: "they tell the measure in another unit",
    OTHER_DEFINITION: "their measure was defined otherwise in these months",
    GAPS: "a value of theirs is missing in these months",
}
"""Why other customers were not compared, by code."""
STATE: Mapping[str, str] = {
    "confirmed": "the customer or a system vouches for every value",
    "claimed": "only we say so of some of the values",
    "disputed": "the customer says the contrary of some of the values",
}
MEMBERS: Mapping[str, str] = {
    "sdid_calendar": "beside others at the same start",
    "sdid_matched": "beside others where they would have come in by the rule",
    "cits_synthetic": "beside its own line carried on",
}
"""The low ends of which the least is paid on, by what they see."""
VERDICT: Mapping[str, tuple[str, str]] = {
    "helps": ("▲", "helps"),
    "harms": ("▼", "harms"),
    "unclear": ("?", "cannot be told"),
}
"""What is said of a lever, as a sign and in words."""
_TAKES: Mapping[str, str] = {
    CUSTOMER_GAPS: "Enter or import what is missing: it takes two thirds of the values after the start.",
    TOO_SHORT: "Import what was measured before: it takes a year of values before the start.",
}
_OF_POINTS = ("%", "percent", "percentage", "pct")


def called(lever: str) -> str:
    """A lever's name as it begins a line: names in files are often keys."""
    name = lever.replace("_", " ")
    return f"{name[:1].upper()}{name[1:]}"


def in_unit(value: float, unit: str) -> str:
    """An amount of a measure, without a sign: 2.4 days, 1.1 points."""
    if unit.lower() in _OF_POINTS:
        return f"{amount(abs(value))} points"
    return f"{amount(abs(value))} {unit}".strip()


def signed_in_unit(value: float, unit: str) -> str:
    """The same with its sign: +2.4 days, −1.1 points."""
    return f"{'−' if value < 0 else '+'}{in_unit(value, unit)}"


def values_unit(unit: str) -> str:
    """What the measure's own values are in, as it stands beside them; amounts of it may be points."""
    return "%" if unit.lower() in _OF_POINTS else unit


def headline(gain: Gain) -> str:
    """What was gained, in one sentence."""
    if gain.attributable is None:
        return f"Nothing can be said yet: {WHY.get(gain.why or '', gain.why)}."
    way = "gained" if gain.attributable >= 0 else "lost"
    beyond = "beyond its own line carried on" if gain.method == OWN_TREND else "beyond what would have happened anyway"
    return f"{gain.label}: {way} {in_unit(gain.attributable, gain.unit)} {beyond}."


def apart(gain: Gain) -> str:
    """What before and after alone would claim, and what of it would have happened anyway; empty where unknown."""
    if gain.improvement is None or gain.counterfactual is None:
        return ""
    moved = "gain" if gain.improvement >= 0 else "loss"
    anyway = "gained" if gain.counterfactual >= 0 else "lost"
    return (
        f"Before and after alone show a {moved} of {in_unit(gain.improvement, gain.unit)}; customers like this one"
        f" {anyway} {in_unit(gain.counterfactual, gain.unit)} in these months without it."
    )


def certain(gain: Gain) -> str:
    """How much of it may be paid on, and why not more."""
    if gain.payable:
        return f"Certain enough to be paid on are {in_unit(gain.payable, gain.unit)}."
    if gain.blocked_by:
        return f"Nothing of it is paid on: {listed([WHY.get(code, code) for code in gain.blocked_by])}."
    return "Nothing of it is paid on: the low end is not above nothing."


def known_when(gain: Gain) -> str:
    """When something will be known of a gain of which nothing is, or what it takes; empty where nothing helps."""
    if gain.why == NOT_OVER:
        return f"It will be known from {gain.known_from_on:%-d %B %Y} on, once the values until then are there."
    return _TAKES.get(gain.why or "", "")


def insight(told: InsightTold) -> str:
    """What a lever did, for somebody who might use it: no customer is named."""
    where = f" in {told.segment}" if told.segment else ""
    who = f"{told.customers} customers{where} that began with {told.lever}"
    between = f"{signed_in_unit(told.low, told.unit)} to {signed_in_unit(told.high, told.unit)}"
    match told.verdict:
        case "helps":
            return f"{who} gained {in_unit(told.mean, told.unit)} of {told.label} on average ({between})."
        case "harms":
            return f"{who} lost {in_unit(told.mean, told.unit)} of {told.label} on average ({between})."
        case "unclear":
            return f"{who}: no gain in {told.label} can be told ({between})."


def together(told: InsightTold) -> str:
    """What is certain of each of them where all are taken together; empty where nothing is."""
    if told.each_at_least is None or told.each_at_least <= 0:
        return ""
    return f"All taken together, {in_unit(told.each_at_least, told.unit)} are certain of each."


def next_one(told: InsightTold) -> str:
    """What another customer may expect, and how often it did not work."""
    expected = f"{signed_in_unit(told.next_low, told.unit)} to {signed_in_unit(told.next_high, told.unit)}"
    without = {0: "every one of them gained", 1: "one of them gained nothing"}.get(
        told.without_gain, f"{told.without_gain} of them gained nothing"
    )
    return f"Another customer's would be expected at {expected}; {without}."


def listed(sentences: Sequence[str]) -> str:
    """Some clauses in a row."""
    return "; ".join(sentences)
