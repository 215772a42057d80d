"""What the score, the KPIs found, the controls and dumb baselines were worth on dates that nothing was chosen by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trueup.indicators.evidence import Rows, conditional, q_values
from trueup.indicators.forward import (
    KEPT_BACK,
    Folded,
    Tried,
    controls_only,
    losses,
    one_control,
    only,
    quarters,
    try_on,
)
from trueup.indicators.missed import Gain, gain
from trueup.indicators.panel import Codes, Days, Flags, Panel
from trueup.indicators.sample import Sample
from trueup.indicators.score import righted
from trueup.indicators.selection import Q
from trueup.indicators.skill import Skill, skill
from trueup.statistics.logit import Floats

FAMILIES = ("experience", "activity")
BASELINES = 2
NO_CHALLENGERS: Mapping[str, Tried] = {}
_HARDLY = 1.0
SCORE, CHOSEN, CONTROLS = "the score", "the KPIs found", "controls only"


@dataclass(frozen=True)
class Adds:
    """What the KPIs of one family save over the controls and those of another."""

    family: str
    over: str
    gain: Gain


@dataclass(frozen=True)
class Skills:
    """What forecasts were worth: claimed before the last as-of dates were looked at, and realised on them."""

    name: str
    claimed: Skill
    realised: Skill


def adds_of(panel: Panel, some: Sequence[Folded], penalty: float) -> tuple[Adds, ...]:
    """What experience adds over activity, and activity over experience."""
    of_family = {family: [place for place, kpi in enumerate(panel.kpis) if kpi.family == family] for family in FAMILIES}
    if not some or not all(of_family.values()):
        return ()
    accounts = np.concatenate([each.tried.accounts for each in some])
    happened = np.concatenate([each.tried.happened for each in some])

    def lost(kpis: Sequence[int]) -> Floats:
        return losses(try_on(some, only(kpis), penalty).log_odds, happened)

    both = lost([kpi for kpis in of_family.values() for kpi in kpis])
    one, other = FAMILIES
    return (
        Adds(one, other, gain(lost(of_family[other]) - both, accounts)),
        Adds(other, one, gain(lost(of_family[one]) - both, accounts)),
    )


def skills_of(
    panel: Panel,
    of: Sample,
    some: Sequence[Folded],
    given: Tried,
    *,
    same: Sequence[set[int]],
    challengers: Mapping[str, Tried] = NO_CHALLENGERS,
) -> tuple[Skills, ...]:
    """The skills of the score's forecasts ``given``, of simpler ones, and of challengers; none without folds."""
    if not some:
        return ()
    as_of = panel.as_of[of.rows]
    controls = try_on(some, controls_only, 0.0)
    forecasts = {
        SCORE: given,
        CHOSEN: righted(some, try_on(some, lambda rows: _found(rows, same), _HARDLY)),
        CONTROLS: controls,
    }
    for place, control in enumerate(panel.control_columns[:BASELINES]):
        forecasts[f"{control.label or control.name} alone"] = try_on(some, one_control(place), 0.0)
    forecasts |= {name: righted(some, tried) for name, tried in challengers.items()}
    lately = _lately(given, as_of)

    def worth(tried: Tried, which: Flags) -> Skill:
        beside = None if tried is controls else _of_rows(controls, which)
        return skill(_of_rows(tried, which), of.happened, panel.accounts[of.rows], as_of, beside=beside)

    return tuple(
        Skills(name, worth(tried, lately), worth(tried, tried.is_kept_back)) for name, tried in forecasts.items()
    )


def _found(rows: Rows, same: Sequence[set[int]]) -> Codes:
    """The columns of the KPIs that would have been found by these rows, quarter by quarter, and the controls."""
    among = sorted({int(owner) for owner in rows.owners if owner >= 0})
    tested = conditional(rows, among, same)
    q = q_values(np.array([tested[kpi].p for kpi in among]), family=len(among))
    return only([kpi for kpi, of_it in zip(among, q, strict=True) if of_it <= Q])(rows)


def _lately(tried: Tried, as_of: Days) -> Flags:
    """Of the rows tried before the last as-of dates, the latest: those whose models knew most."""
    quarter = quarters(as_of[tried.places])
    waves = np.unique(quarter[~tried.is_kept_back])[-KEPT_BACK:]
    return ~tried.is_kept_back & np.isin(quarter, waves)


def _of_rows(tried: Tried, which: Flags) -> Tried:
    return Tried(tried.places[which], tried.log_odds[which], tried.is_kept_back[which])
