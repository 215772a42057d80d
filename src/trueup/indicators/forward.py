"""Forward chaining: what was learned up to a day is tried on later as-of dates, whose past nobody knew by then."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit  # type: ignore[import-untyped]

from trueup.indicators.design import learn
from trueup.indicators.evidence import Rows
from trueup.indicators.panel import Codes, Days, Flags, Panel
from trueup.indicators.sample import Sample
from trueup.statistics.logit import Fit, Floats, fit

FEWEST_EVENTS = 15
"""Rows with an event, and as many without, that a model must have learned from before it is tried."""
MOST_FOLDS = 10
KEPT_BACK = 4
"""As-of dates at the end that nothing is chosen by: what a score is worth there is what is realised."""
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
FIRST_PENALTY = 30.0
DATES = 30.0
"""The penalty on the trend and the season in forecasts: a line through the past leads anywhere."""
LIGHT = 100.0
"""The penalty under which a KPI is left out and missed, or not."""


@dataclass(frozen=True)
class Fold:
    """Places in the sample's rows: learned from, and tried on; ``is_kept_back``: among the last as-of dates."""

    learned: Codes
    tried: Codes
    is_kept_back: bool


def folds(panel: Panel, of: Sample, *, lead: int, horizon: int) -> list[Fold]:
    """Folds of an expanding origin: rows learned from were over (as-of + lead + horizon) by the first as-of tried.

    As-of dates are taken by calendar quarter; the last KEPT_BACK make folds of their own.
    """
    as_of = panel.as_of[of.rows]
    quarter = quarters(as_of)
    waves = np.unique(quarter)
    found = []
    for tried, is_kept_back in _blocks_of(waves):
        rows = np.flatnonzero(np.isin(quarter, tried))
        learned = np.flatnonzero(as_of + lead + horizon <= as_of[rows].min())
        happened = of.happened[learned]
        if min(happened.sum(), (~happened).sum()) >= FEWEST_EVENTS:
            found.append(Fold(learned, rows, is_kept_back))
    return found


def quarters(as_of: Days) -> Codes:
    """The calendar quarters of days, numbered."""
    return as_of.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // 3


def _blocks_of(waves: Codes) -> list[tuple[Codes, bool]]:
    early, late = (waves[:-KEPT_BACK], waves[-KEPT_BACK:]) if len(waves) > KEPT_BACK else (waves[:0], waves)
    size = max(1, -(-len(early) // (MOST_FOLDS - KEPT_BACK // 2)))
    blocks = [(early[at : at + size], False) for at in range(0, len(early), size)]
    return [*blocks, *((late[at : at + 2], True) for at in range(0, len(late), 2))]


@dataclass(frozen=True)
class Tried:
    """Chances given to rows (places in the sample) by models that knew nothing of what came later."""

    places: Codes
    log_odds: Floats
    is_kept_back: Flags

    @property
    def chances(self) -> Floats:
        """Probabilities."""
        return np.asarray(expit(self.log_odds), np.float64)


def losses(log_odds: Floats, happened: Flags) -> Floats:
    """Log losses by row."""
    return np.asarray(np.logaddexp(0, log_odds) - log_odds * happened, np.float64)


@dataclass(frozen=True)
class Folded:
    """A fold with its design's matrices: to learn from, and to be tried on."""

    fold: Fold
    learned: Rows
    tried: Rows


def folded(panel: Panel, of: Sample, some: Sequence[Fold], *, without: Collection[int] = ()) -> list[Folded]:
    """Folds with matrices whose scales were learned from what each learns from; KPIs ``without`` take no part."""
    found = []
    for fold in some:
        design = learn(panel, of.rows[fold.learned], without=without)
        made = [
            Rows(
                design.matrix(panel, of.rows[places]),
                of.happened[places],
                panel.accounts[of.rows[places]],
                design.owners,
                design.penalties,
            )
            for places in (fold.learned, fold.tried)
        ]
        found.append(Folded(fold, *made))
    return found


def ridge(rows: Rows, penalty: float, *, start: Floats | None = None) -> Fit:
    """The logit whose KPIs are all held back alike, dates somewhat, and controls not, but for rare ones."""
    held = np.where(rows.owners >= 0, penalty, np.where(rows.owners == -1, DATES, 0.0))
    held[0] = 0.0
    penalties = np.maximum(rows.penalties, held)
    return fit(rows.features, rows.happened, penalty=penalties, start=start)


def try_on(some: Sequence[Folded], columns: Callable[[Rows], Codes], penalty: float) -> Tried:
    """The model of some columns under a penalty, fold after fold."""
    parts = []
    for each in some:
        wanted = columns(each.learned)
        fitted = ridge(each.learned.of_columns(wanted), penalty)
        parts.append(fitted.log_odds(each.tried.features[:, wanted]))
    return _joined(some, parts)


def _joined(some: Sequence[Folded], parts: Sequence[Floats]) -> Tried:
    places = [each.fold.tried for each in some]
    back = [np.full(len(each.fold.tried), each.fold.is_kept_back) for each in some]
    if not places:
        return Tried(np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_))
    return Tried(np.concatenate(places), np.concatenate(parts), np.concatenate(back))


def try_ridge(some: Sequence[Folded], columns: Callable[[Rows], Codes]) -> tuple[Tried, float]:
    """As ``try_on``, each fold under the penalty that was best in the folds before it; and the best of all."""
    parts: list[Floats] = []
    lost = np.zeros(len(PENALTIES))
    for each in some:
        wanted = columns(each.learned)
        learned = each.learned.of_columns(wanted)
        fits = []
        start = None
        for penalty in PENALTIES:
            fitted = ridge(learned, penalty, start=start)
            start = fitted.coefficients
            fits.append(fitted.log_odds(each.tried.features[:, wanted]))
        best = int(lost.argmin()) if lost.any() else PENALTIES.index(FIRST_PENALTY)
        parts.append(fits[best])
        lost += [losses(given, each.tried.happened).sum() for given in fits]
    return _joined(some, parts), PENALTIES[int(lost.argmin())] if lost.any() else FIRST_PENALTY


def all_columns(rows: Rows) -> Codes:
    """Every column."""
    return np.arange(len(rows.owners))


def controls_only(rows: Rows) -> Codes:
    """The columns that belong to no KPI."""
    return np.flatnonzero(rows.owners < 0)


def only(kpis: Sequence[int]) -> Callable[[Rows], Codes]:
    """The columns of some KPIs, and the controls."""
    return lambda rows: np.flatnonzero((rows.owners < 0) | np.isin(rows.owners, list(kpis)))


def one_control(place: int) -> Callable[[Rows], Codes]:
    """The columns of a control, and the constant."""
    return lambda rows: np.flatnonzero((rows.owners == -2 - place) | (np.arange(len(rows.owners)) == 0))
