"""Value delivered to units of a panel: as a tidy table, whole for programs, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan

import pyarrow as pa

from trueup.answers.indicators import Plain
from trueup.impact.bound import Bound
from trueup.impact.counterfactual import ESTIMATORS
from trueup.impact.diagnostics import Check
from trueup.impact.effect import Effect, before_and_after, block_of
from trueup.impact.panel import Panel
from trueup.impact.placebo import SDID, Placebos, placebos
from trueup.impact.pooled import Pooled
from trueup.impact.simplex import Numbers
from trueup.impact.trend import OWN_TREND
from trueup.impact.words import (
    CHECKED,
    EVIDENCE,
    amount,
    bound_why_in_words,
    check_in_words,
    left_out_in_words,
    signed,
    times_told,
    why_in_words,
)

BEFORE_AFTER, BOUND = "before_after", "bound"
METHODS: Mapping[str, tuple[str, ...]] = {
    "did": ("did",),
    "sc": ("sc",),
    "sdid": ("sdid",),
    "cits": ("cits_synthetic", "cits_mean"),
    "all": ("did", "sc", "difp", "sdid", "cits_synthetic", "cits_mean"),
}
"""Methods that may be asked for, and the estimators each of them is."""
CALLED: Mapping[str, str] = {
    BEFORE_AFTER: "before and after alone",
    "did": "difference in differences",
    "sc": "synthetic control",
    "difp": "synthetic control, level apart",
    "sdid": "synthetic difference in differences",
    "cits_synthetic": "own line beside a synthetic twin",
    "cits_mean": "own line beside the mean of others",
    OWN_TREND: "own line carried on",
    BOUND: "the least of three low ends",
}
CAME_IN: Mapping[str, str] = {
    "worst-quarter": "after their worst three times in a row",
    "best-quarter": "after their best three times in a row",
    "calendar": "at any time, whatever their figures were",
}
"""Rules by which units came in, in words."""
SCHEMA = pa.schema(
    [
        ("unit", pa.string()),
        ("method", pa.string()),
        ("estimate", pa.float64()),
        ("error", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("donors", pa.int64()),
        ("evidence", pa.string()),
        ("blocked_by", pa.string()),
    ]
)
"""A row per unit and method; null where it cannot be computed. ``bound`` is what pay rests on, by its ``low``."""
COLUMNS = tuple(SCHEMA.names)
TOGETHER = "all together"
_TIMES = {0.8: "eight times in ten", 0.9: "nine times in ten", 0.95: "19 times in 20", 0.99: "99 times in 100"}


@dataclass(frozen=True)
class Found:
    """What was found of every treated unit; ``together``: of those with donors, where they are three or more.

    ``measure``: its name; ``methods``: the estimators that were asked for. ``rule``: how units came in, and whether
    anybody said so. ``notes``: what was unknown, in sentences.
    """

    whose: str
    measure: str
    panel: Panel
    effects: tuple[Effect, ...]
    together: Pooled | None
    methods: tuple[str, ...]
    confidence: float
    rule: str
    is_rule_stated: bool
    notes: tuple[str, ...] = ()

    @property
    def times_in_ten(self) -> str:
        """The confidence of either end, as people say it."""
        return _TIMES.get(round(self.confidence, 6), f"{100 * self.confidence:g} times in 100")


@dataclass(frozen=True)
class Line:
    """One method's answer; NaN where there is none. Ends are one-sided, each with the confidence."""

    method: str
    estimate: float
    error: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def table(found: Found) -> pa.Table:
    """A row per unit and method; then what is certain enough of each, and of all together."""
    rows = []
    for effect in found.effects:
        told = {
            "unit": effect.unit,
            "donors": len(effect.donors),
            "evidence": effect.evidence,
            "blocked_by": ", ".join(blocked_by(effect)) or None,
        }
        rows += [{**told, **_cells(line)} for line in lines(found, effect)]
    if found.together is not None:
        rows.append(
            {"unit": TOGETHER, "donors": None, "evidence": None, "blocked_by": found.together.bound.why or None}
        )
        rows[-1] |= _cells(line_of(found.together.bound, found.together.estimate))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _cells(line: Line) -> dict[str, str | float | None]:
    cells = {"estimate": line.estimate, "error": line.error, "low": line.low, "high": line.high}
    return {"method": line.method, **{name: _known(value) for name, value in cells.items()}}


def lines(found: Found, effect: Effect) -> list[Line]:
    """What each method says of a unit, the naive one first and what is certain enough last."""
    naive = Line(BEFORE_AFTER, before_and_after(found.panel, effect))
    if effect.alone is not None:
        alone = effect.alone
        return [naive, Line(OWN_TREND, alone.estimate, low=alone.low, high=alone.high), Line(BOUND, float("nan"))]
    if effect.bound is None:
        return [naive, Line(BOUND, float("nan"))]
    calendar = _calendar(found, effect)
    by_method = [
        _line(name, effect.estimates[name].estimate, calendar[name], found.confidence) for name in found.methods
    ]
    return [naive, *by_method, line_of(effect.bound, effect.estimates[SDID].estimate)]


def line_of(bound: Bound, estimate: float) -> Line:
    """A bound as a line; its error is that of the first member, SDID by the calendar."""
    return Line(BOUND, estimate, bound.members[0].error, _or_nan(bound.low), _or_nan(bound.high))


def _line(name: str, estimate: float, found: Placebos, confidence: float) -> Line:
    return Line(
        name,
        estimate,
        found.error,
        _or_nan(found.low(estimate, confidence)),
        _or_nan(found.high(estimate, confidence)),
    )


def _calendar(found: Found, effect: Effect) -> dict[str, Placebos]:
    """Calendar placebos by estimator, also of those that no bound is made of."""
    block = block_of(found.panel, effect)
    others = {
        name: placebos(block, ESTIMATORS[name], effect.donors) for name in found.methods if name not in effect.calendar
    }
    return {**others, **effect.calendar}


def blocked_by(effect: Effect) -> tuple[str, ...]:
    """Codes of all that forbids to pay on an effect."""
    why = effect.why or (effect.bound.why if effect.bound is not None else "")
    return (*((why,) if why else ()), *effect.blocked_by)


def told_whole(found: Found) -> dict[str, Plain]:
    """Everything that was found, with what is said of it in words, as JSON holds it."""
    return {
        "file": found.whose,
        "measure": found.measure,
        "better": found.panel.better,
        "low_and_high": {
            "each_end": found.confidence,
            "between_both": round(2 * found.confidence - 1, 9),
            "means": ends_mean(found),
        },
        "came_in": {"rule": found.rule, "stated": found.is_rule_stated, "means": CAME_IN[found.rule]},
        "units": [_unit_whole(found, effect) for effect in found.effects],
        "together": _together_whole(found),
        "cannot_tell": cannot_tell(found),
        "notes": list(found.notes),
    }


def _unit_whole(found: Found, effect: Effect) -> dict[str, Plain]:
    panel = found.panel
    times = effect.window.around(effect.start)
    names = panel.times[max(times.start, 0) : times.stop]
    observed = panel.values[panel.place(effect.unit), max(times.start, 0) : times.stop]
    return {
        "unit": effect.unit,
        "start": panel.times[effect.start],
        "before": effect.window.before,
        "after": effect.window.after,
        "estimate": _known(_or_nan(effect.estimate)),
        "low": effect.bound.low if effect.bound is not None else None,
        "high": effect.bound.high if effect.bound is not None else None,
        "payable": effect.payable,
        "evidence": effect.evidence,
        "blocked_by": list(blocked_by(effect)),
        "told": told(found, effect),
        "times": list(names),
        "observed": _listed(observed),
        "methods": _methods_whole(found, effect),
        "bound_is_least_of": _members_whole(effect.bound),
        "checks": [{**_check_whole(check), "told": check_in_words(check)} for check in effect.checks],
        "donors": list(effect.donors),
        "left_out": [
            {"unit": each.unit, "code": each.code, "told": left_out_in_words(each)} for each in effect.left_out
        ],
    }


def _methods_whole(found: Found, effect: Effect) -> dict[str, Plain]:
    calendar = _calendar(found, effect) if effect.estimates else {}
    whole: dict[str, Plain] = {}
    for line in lines(found, effect):
        told: dict[str, Plain] = {name: value for name, value in _cells(line).items() if name != "method"}
        if line.method in calendar:
            each = effect.estimates[line.method]
            before = found.panel.times[effect.start - effect.window.before : effect.start]
            told |= {
                "counterfactual": _listed(each.path),
                "unit_weights": _by(effect.donors, each.unit_weights),
                "time_weights": _by(before, each.time_weights),
                "fit_before": each.fit,
                "effective_donors": each.effective_donors,
                "placebos_calendar": _by(calendar[line.method].units, calendar[line.method].estimates),
            }
        if line.method in effect.matched:
            matched = effect.matched[line.method]
            told["placebos_matched"] = _by(matched.units, matched.estimates)
        if line.method == OWN_TREND and effect.alone is not None:
            told["counterfactual"] = _listed(effect.alone.path)
        if line.method != BOUND:
            whole[line.method] = told
    return whole


def _members_whole(bound: Bound | None) -> list[Plain]:
    if bound is None:
        return []
    return [
        {
            "name": member.name,
            "estimate": member.estimate,
            "error": _known(member.error),
            "low": member.low,
            "high": member.high,
            "placebos": member.placebos,
        }
        for member in bound.members
    ]


def _check_whole(check: Check) -> dict[str, Plain]:
    return {
        "name": check.name,
        "figure": _known(check.figure),
        "limit": _known(check.limit),
        "blocks": check.blocks,
        "about": check.about,
    }


def _together_whole(found: Found) -> dict[str, Plain] | None:
    pool = found.together
    if pool is None:
        return None
    return {
        "units": list(pool.units),
        "left_out": list(pool.left_out),
        "estimate": pool.estimate,
        "low": pool.bound.low,
        "high": pool.bound.high,
        "payable_each": pool.payable,
        "payable_units": [effect.unit for effect in found.effects if effect.estimates and not effect.blocked_by],
        "why_no_bound": pool.bound.why,
        "bound_is_least_of": _members_whole(pool.bound),
        "told": told_together(found),
    }


def ends_mean(found: Found) -> str:
    """What the two ends say."""
    between = 2 * found.confidence - 1
    return (
        f"Each end is one-sided: {found.times_in_ten} the truth is above the low end, and {found.times_in_ten} below"
        f" the high one; that it is between both is only {between:.0%} sure. Pay rests on the low end alone."
    )


def told(found: Found, effect: Effect) -> list[str]:
    """What a unit gained, how sure that is, what would be paid on, and what before and after alone would claim."""
    if effect.estimate is None:
        return [f"Nothing can be said of {effect.unit}: {why_in_words(effect)}."]
    naive = before_and_after(found.panel, effect)
    sentences = [_headline(found, effect), _sure(found, effect), _paid(effect)]
    sentences.append(f"Evidence: {effect.evidence} ({EVIDENCE[effect.evidence]}).")
    sentences += _in_donors(found, effect)
    if not isnan(naive):
        sentences.append(
            f"Before and after alone would claim {signed(naive)}: it takes credit for what would have happened anyway."
        )
    return sentences


def _headline(found: Found, effect: Effect) -> str:
    estimate = _or_nan(effect.estimate)
    gained = "gained" if estimate >= 0 else "lost"
    fewer = " (less is better: a gain is a fall)" if found.panel.better == "lower" else ""
    after = times_told(effect.window.after)
    return (
        f"{effect.unit} {gained} {amount(abs(estimate))} {found.measure}{fewer} beyond what would have happened anyway,"
        f" on average over {after} from {found.panel.times[effect.start]} on."
    )


def _sure(found: Found, effect: Effect) -> str:
    if effect.alone is not None:
        low = signed(effect.alone.low)
        return (
            f"Nobody could stand for it: {why_in_words(effect)}. So this is its own line carried on, which is evidence"
            f" at most: {found.times_in_ten} the truth is above {low}, if the line would have gone on."
        )
    bound = effect.bound
    if bound is None:
        return f"How sure that is cannot be said: {why_in_words(effect)}."
    if bound.low is None or bound.high is None:
        return f"How sure that is cannot be said: {bound_why_in_words(effect, bound)}."
    often = found.times_in_ten
    return f"{often.capitalize()} the truth is above {signed(bound.low)}; {often} it is below {signed(bound.high)}."


def _in_donors(found: Found, effect: Effect) -> list[str]:
    """What the same finds in donors, in whom nothing was done."""
    if not effect.estimates:
        return []
    estimate, sentences = effect.estimates[SDID].estimate, []
    kinds = {
        "at the same start": effect.calendar[SDID],
        f"where they come in {CAME_IN[found.rule]}": effect.matched[SDID],
    }
    for which, found_there in kinds.items():
        values = found_there.estimates
        if len(values):
            more = int((values >= estimate).sum())
            between = f"between {signed(float(values.min()))} and {signed(float(values.max()))}"
            sentences.append(f"{which}, {between}: {more} of {len(values)} gained as much")
    return [f"In donors, in whom nothing was done, the same finds: {'; and '.join(sentences)}."] if sentences else []


def _paid(effect: Effect) -> str:
    if effect.payable > 0:
        return f"Paid on would be {amount(effect.payable)}, the low end."
    if effect.blocked_by:
        names = " and ".join(CHECKED[name] for name in effect.blocked_by)
        return f"Nothing would be paid on, because {names}."
    if effect.bound is None or effect.bound.low is None:
        return "Nothing would be paid on: that takes a low end that others bear out."
    return "Nothing would be paid on: the low end is not above nothing."


def told_together(found: Found) -> list[str]:
    """What units gained together, in words; nothing where they are too few."""
    pool = found.together
    if pool is None:
        return []
    often, bound = found.times_in_ten, pool.bound
    sentences = [f"Together the {len(pool.units)} units gained {signed(pool.estimate)} {found.measure} on average."]
    if bound.low is None or bound.high is None:
        sentences.append("How sure that is cannot be said: it takes more donors than units, and enough of them.")
    else:
        sentences.append(
            f"{often.capitalize()} the truth is above {signed(bound.low)}; {often} it is below {signed(bound.high)}."
        )
        each = f"{amount(pool.payable)} for each of them whom no check blocks" if pool.payable > 0 else "nothing"
        sentences.append(f"Paid on would be {each}; this or each unit's own, as was agreed before the start.")
    if pool.left_out:
        sentences.append(f"Left out, since nobody could be compared with them: {', '.join(pool.left_out)}.")
    return sentences


def came_in(found: Found) -> str:
    """How units came in, by the rule that was stated or taken for granted."""
    if found.is_rule_stated:
        return f"Units came in {CAME_IN[found.rule]}, as you say."
    return (
        f"Nobody said how units came in. They are taken to have come in {CAME_IN[found.rule]}, and would have recovered"
        " anyway; if they did not, the low end is lower than it need be, and you should say --rule calendar, before you"
        " look."
    )


def cannot_tell(found: Found) -> list[str]:
    """What no figure here can tell."""
    sentences = [
        "Whether it was you: whatever else began then in these units, and in no others, is in the estimate too.",
        (
            "Whether the start, the measure, the times compared and the donors were agreed beforehand. Whoever chooses"
            " them after a look at the figures gets what he likes."
        ),
        "Whether donors were touched: what reached them too is missing from the estimate.",
        came_in(found),
    ]
    if found.panel.better == "higher":
        sentences.append("Which direction is better: more was taken to be; say --better lower otherwise.")
    return sentences


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _listed(values: Numbers) -> list[Plain]:
    return [_known(value) for value in values.tolist()]


def _by(names: Sequence[str], values: Numbers) -> dict[str, Plain]:
    return dict(zip(names, _listed(values), strict=True))
