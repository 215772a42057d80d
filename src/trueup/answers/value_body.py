"""What was found of one gain, as it is drawn: its months, whom it is compared with, what the same finds elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trueup.answers.value import Better, Gain, Whole
from trueup.impact.diagnostics import Check
from trueup.impact.placebo import SDID

CALENDAR, MATCHED = "calendar", "matched"
"""Placebos: donors at the customer's start, and donors where they would have come in by the rule."""


@dataclass(frozen=True)
class Month:
    """A time compared, in the measure's own direction and unit.

    ``anyway``: what would have happened anyway; ``low``, ``high``: the band about it, after the start only.
    ``is_odd``: the value is far from its neighbours; it counts all the same.
    """

    time: str
    observed: float | None
    anyway: float | None
    low: float | None
    high: float | None
    is_odd: bool


@dataclass(frozen=True)
class Donor:
    """An account that stands for the customer, with its share in it."""

    account_id: str
    weight: float


@dataclass(frozen=True)
class Elsewhere:
    """What the same finds where nothing was done, by account; more is better."""

    name: str
    found: tuple[tuple[str, float], ...]

    def as_much_as(self, estimate: float) -> int:
        """In how many of them as much was found, or more."""
        return sum(value >= estimate for _, value in self.found)


@dataclass(frozen=True)
class Estimate:
    """What one method finds; its ends where it is one of those that pay rests on. More is better."""

    name: str
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Body:
    """Everything that was found of a gain. ``start``: the place among ``months`` at which it began."""

    months: tuple[Month, ...]
    start: int
    confidence: float | None
    donors: tuple[Donor, ...]
    elsewhere: tuple[Elsewhere, ...]
    methods: tuple[Estimate, ...]
    members: tuple[Estimate, ...]
    checks: tuple[Check, ...]


def body_of(whole: Whole) -> Body | None:
    """What was found of a gain; None where nothing could be compared."""
    gain, body = whole.gain, whole.body
    if not body:
        return None
    methods, alone = body["methods"], body["alone"]
    path = alone["path"] if alone else methods[SDID]["path"] if methods else []
    weights = methods[SDID]["weights"] if methods else []
    donors = [Donor(*each) for each in zip(body["donors"], weights, strict=False)]
    return Body(
        months=_months(gain, body, path),
        start=body["before"],
        confidence=body["confidence"],
        donors=tuple(sorted(donors, key=lambda each: -each.weight)),
        elsewhere=tuple(_elsewhere(name, body[name][SDID]) for name in (CALENDAR, MATCHED) if SDID in body[name]),
        methods=tuple(
            Estimate(name, each["estimate"], None, None)
            for name, each in methods.items()
            if each["estimate"] is not None
        ),
        members=tuple(Estimate(each["name"], each["estimate"], each["low"], each["high"]) for each in body["members"]),
        checks=tuple(_check(each) for each in body["checks"]),
    )


def band(path: float, *, better: Better, estimate: float, low: float, high: float) -> tuple[float, float]:
    """Where what would have happened anyway may be: its own value moved by as much as the improvement may be off.

    With an improvement at its ``low`` end it would have been nearer to what happened, with one at its ``high`` end
    farther off. More is better in the improvement, not in the path.
    """
    sign = 1.0 if better == "higher" else -1.0
    ends = path + sign * (estimate - low), path + sign * (estimate - high)
    return min(ends), max(ends)


def _months(gain: Gain, body: Mapping[str, Any], path: Sequence[float | None]) -> tuple[Month, ...]:
    told = []
    for place, time in enumerate(body["times"]):
        anyway = path[place] if place < len(path) else None
        low, high = None, None
        is_after = place >= body["before"]
        if is_after and anyway is not None and None not in {gain.attributable, gain.low, gain.high}:
            assert gain.attributable is not None
            assert gain.low is not None
            assert gain.high is not None
            low, high = band(anyway, better=gain.better, estimate=gain.attributable, low=gain.low, high=gain.high)
        told.append(Month(time, body["observed"][place], anyway, low, high, time in body["outliers"]))
    return tuple(told)


def _elsewhere(name: str, placebos: Mapping[str, Any]) -> Elsewhere:
    pairs = zip(placebos["units"], placebos["estimates"], strict=True)
    return Elsewhere(name, tuple((unit, value) for unit, value in pairs if value is not None))


def _check(told: Mapping[str, Any]) -> Check:
    figure, limit = (float("nan") if told[name] is None else told[name] for name in ("figure", "limit"))
    return Check(told["name"], figure, limit, told["blocks"], told["about"])
