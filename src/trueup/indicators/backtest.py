"""The backtest of a score that somebody already has: what it would have been worth, had one acted on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logit  # type: ignore[import-untyped]
from scipy.stats import rankdata  # type: ignore[import-untyped]

from trueup.indicators.forward import Tried, folds
from trueup.indicators.panel import Codes, Column, Days, Flags, Outcome, Panel
from trueup.indicators.sample import Dropped, Sample, every, sample
from trueup.indicators.skill import TENTH, Skill, skill, waves
from trueup.statistics.discrimination import Interval, auc_paired, auc_within
from trueup.statistics.logit import Floats, fit

TOPS = (10, 20, 50)
_SURE = 1e-6
"""Chances of 0 and 1 count as this far from it: nobody is that sure."""


@dataclass(frozen=True)
class Top:
    """The accounts that the score fears most on each date: so ``many``, or None for a tenth.

    ``rows``: as many account-dates. ``precision``: share to whom it happened; ``chance``: the share by drawing lots on
    the same dates; ``lift``: one over the other.
    """

    many: int | None
    rows: float
    precision: float
    chance: float
    lift: float


@dataclass(frozen=True)
class Calibration:
    """Whether chances were right. ``is_as_given``: the scores are chances; else a line learned on earlier dates."""

    is_as_given: bool
    skill: Skill


@dataclass(frozen=True)
class Warned:
    """What the riskiest tenth of each date said of events before them.

    ``events``: accounts with an event and a score before it; ``in_time``: of them those in the tenth at least the lead
    before. ``missed``: accounts never in it before their event. ``days``: of the others, ``accounts``, from the first
    time in it to the event, ascending. ``unscored``: accounts with an event and no score before. ``share``: of all rows
    in the tenth.
    """

    events: int
    in_time: int
    missed: tuple[int, ...]
    days: tuple[int, ...]
    unscored: int
    share: float
    accounts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Backtest:
    """What a score was worth. ``rows``, ``happened``: account-dates that count; ``base``: their share with the outcome.

    ``events``: each counted once. ``area``: AUC among accounts of the same date; .5 is a coin.
    """

    lead: int
    horizon: int
    accounts: int
    dates: int
    rows: int
    happened: int
    events: int
    base: float
    dropped: tuple[Dropped, ...]
    area: Interval
    tops: tuple[Top, ...]
    warned: Warned
    calibration: Calibration | None


@dataclass(frozen=True)
class Beside:
    """A forecast on the rows that all have. ``gain``: the score's AUC less its own; NaN of the score's own."""

    name: str
    found: Backtest
    gain: Interval


@dataclass(frozen=True)
class Backtested:
    """A backtest of ``what`` and whom it is told of. ``names``: of accounts; ``is_hoped``: one hopes for the outcome.

    ``beside``: the score and the baselines on the rows that all have, the score first; none where nothing is known of
    accounts but the score, or too little came before to learn baselines from. ``notes``: what was assumed.
    """

    what: str
    outcome: str
    names: Sequence[str]
    found: Backtest
    is_hoped: bool = False
    beside: tuple[Beside, ...] = ()
    notes: tuple[str, ...] = ()


def backtest(
    names: Sequence[str],
    accounts: Codes,
    on: Days,
    scores: Floats,
    outcome: Outcome,
    *,
    lead: int,
    horizon: int,
    are_chances: bool | None = None,
    within: int | None = None,
) -> Backtest:
    """The backtest of ``scores`` (rows,), higher is safer, of ``accounts`` (codes into ``names``) ``on`` days.

    One score per account and day, in any order; rows without one (NaN) take no part. ``are_chances``: whether scores
    are chances that the outcome does not come; None: they are if all lie within 0 and 1. ``within``: days before an
    event that a warning counts; None: however long.
    """
    order = np.lexsort((on, accounts))
    order = order[~np.isnan(scores[order])]
    panel = Panel(
        names,
        accounts[order],
        on[order],
        (Column("score"),),
        scores[order].astype(np.float32)[:, None],
        (),
        np.empty((len(order), 0), np.float32),
    )
    safe = scores[order]
    of = sample(panel, outcome, every(panel), lead=lead, horizon=horizon) if len(order) else _NOTHING
    theirs = panel.accounts[of.rows]
    wave = waves(panel.as_of[of.rows], theirs)
    kept = safe[of.rows]
    return Backtest(
        lead,
        horizon,
        len(np.unique(theirs)),
        len(np.unique(wave)),
        len(of.rows),
        int(of.happened.sum()),
        of.events,
        float(of.happened.mean()) if len(of.rows) else float("nan"),
        of.dropped,
        auc_within(kept, of.happened, wave, theirs),
        tuple(_top(kept, of.happened, wave, many) for many in (*TOPS, None)),
        _warned(panel, safe, outcome, lead, within),
        _calibration(panel, safe, of, lead=lead, horizon=horizon, are_chances=are_chances),
    )


def beside(
    panel: Panel, safe: Floats, others: Mapping[str, Floats], outcome: Outcome, *, lead: int, horizon: int, within: int
) -> tuple[Beside, ...]:
    """The score ``safe`` (rows,) and ``others`` (rows,), higher is safer, on the panel's rows that have all of them.

    Gains are of AUCs by each score's place among those of the same date. Nothing where nobody can be told apart.
    """
    known = np.asarray(np.isfinite(np.column_stack([safe, *others.values()])).all(axis=1), np.bool_)
    of = sample(panel, outcome, every(panel), lead=lead, horizon=horizon)
    rows = of.rows[known[of.rows]]
    happened = of.happened[known[of.rows]]
    if not len(rows) or not happened.any() or happened.all():
        return ()
    accounts, on = panel.accounts[rows], panel.as_of[rows]
    dates = waves(on, accounts)

    def tried(name: str, scores: Floats) -> Beside:
        found = backtest(
            *(panel.names, accounts, on, scores[rows], outcome),
            lead=lead,
            horizon=horizon,
            are_chances=False,
            within=within,
        )
        places = _places(safe[rows], dates), _places(scores[rows], dates)
        gain = auc_paired(*places, happened, accounts).difference if name else _NO_INTERVAL
        return Beside(name, found, gain)

    return (tried("", safe), *(tried(name, scores) for name, scores in others.items()))


_NO_INTERVAL = Interval(float("nan"), float("nan"), float("nan"))


def _places(scores: Floats, dates: Codes) -> Floats:
    """Each score's place among those of its date, from 0 to 1; the mean of their places where scores are tied."""
    found = np.empty(len(scores))
    for there in _by_date(dates):
        found[there] = (rankdata(scores[there]) - 0.5) / len(there)
    return found


_NOTHING = Sample(np.empty(0, np.int64), np.empty(0, np.bool_), 0, ())


def _top(safe: Floats, happened: Flags, dates: Codes, many: int | None) -> Top:
    """Of scores that tie at the edge, as if drawn by lot among them."""
    rows = hits = by_chance = 0.0
    for there in _by_date(dates):
        wanted = _tenth(len(there)) if many is None else min(many, len(there))
        share = _shares(safe[there], wanted)
        rows += wanted
        hits += float(share @ happened[there])
        by_chance += wanted * float(happened[there].mean())
    if not rows or not by_chance:
        return Top(many, rows, hits / rows if rows else float("nan"), 0.0 if rows else float("nan"), float("nan"))
    return Top(many, rows, hits / rows, by_chance / rows, hits / by_chance)


def _by_date(dates: Codes) -> list[Codes]:
    order = np.argsort(dates, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(dates[order])) + 1) if len(order) else []


def _tenth(rows: int) -> int:
    return max(1, round(TENTH * rows))


def _shares(safe: Floats, wanted: int) -> Floats:
    """How much of each row belongs to the ``wanted`` riskiest: 1, 0, or its part of a tie at the edge."""
    edge = np.partition(safe, wanted - 1)[wanted - 1]
    riskier, tied = safe < edge, safe == edge
    return np.asarray(riskier + tied * ((wanted - riskier.sum()) / tied.sum()), np.float64)


def _in_tenth(safe: Floats, dates: Codes) -> Flags:
    """Rows in the riskiest tenth of their date, ties at its edge all in; if the edge is the safest score, all out."""
    found = np.zeros(len(safe), np.bool_)
    for there in _by_date(dates):
        wanted = _tenth(len(there))
        edge = np.partition(safe[there], wanted - 1)[wanted - 1]
        found[there] = safe[there] <= edge if edge < safe[there].max() else safe[there] < edge
    return found


def _warned(panel: Panel, safe: Floats, outcome: Outcome, lead: int, within: int | None) -> Warned:
    came = np.flatnonzero(outcome.happened)
    if within is not None and len(panel.as_of):
        # Of earlier ones nobody could be warned in time.
        came = came[outcome.on[came] > panel.as_of.min() + lead]
    first = np.full(len(panel.names), np.iinfo(np.int64).max)
    np.minimum.at(first, outcome.accounts[came], outcome.on[came])
    of_row = first[panel.accounts]
    is_before = (panel.as_of < of_row) & (of_row < np.iinfo(np.int64).max)
    if within is not None:
        is_before &= of_row <= panel.as_of + within
    scored = np.unique(panel.accounts[is_before])
    is_feared = _in_tenth(safe, waves(panel.as_of, panel.accounts))
    feared = is_before & is_feared
    warned, place = np.unique(panel.accounts[feared], return_index=True)
    days = first[warned] - panel.as_of[feared][place]
    order = np.argsort(days, kind="stable")
    in_time = np.unique(panel.accounts[feared & (panel.as_of <= of_row - lead)])
    return Warned(
        len(scored),
        len(in_time),
        tuple(np.setdiff1d(scored, warned).tolist()),
        tuple(days[order].tolist()),
        len(np.unique(outcome.accounts[came])) - len(scored),
        float(is_feared.mean()) if len(safe) else float("nan"),
        tuple(warned[order].tolist()),
    )


def _calibration(
    panel: Panel, safe: Floats, of: Sample, *, lead: int, horizon: int, are_chances: bool | None
) -> Calibration | None:
    """Of chances as they are; of other scores by a line that was learned on earlier dates; None where nobody can."""
    if not len(safe) or not of.happened.any() or of.happened.all():
        return None
    accounts, dates, kept = panel.accounts[of.rows], panel.as_of[of.rows], safe[of.rows]
    if are_chances or (are_chances is None and safe.min() >= 0 and safe.max() <= 1):
        given = np.asarray(logit(np.clip(1 - kept, _SURE, 1 - _SURE)), np.float64)
        places = np.arange(len(kept))
        base = Tried(places, np.full(len(kept), float(logit(of.happened.mean()))), np.zeros(len(kept), np.bool_))
        tried = Tried(places, given, np.zeros(len(kept), np.bool_))
        return Calibration(is_as_given=True, skill=skill(tried, of.happened, accounts, dates, beside=base))
    places_of, lines, bases = [], [], []
    for fold in folds(panel, of, lead=lead, horizon=horizon):
        learned = kept[fold.learned]
        middle, wide = float(learned.mean()), float(learned.std())
        if not wide:
            continue
        risk = (middle - kept) / wide
        ahead = np.column_stack([np.ones(len(kept)), risk])
        line = fit(ahead[fold.learned], of.happened[fold.learned], penalty=np.array([0.0, 1.0]))
        places_of.append(fold.tried)
        lines.append(line.log_odds(ahead[fold.tried]))
        bases.append(np.full(len(fold.tried), float(logit(of.happened[fold.learned].mean()))))
    if not places_of:
        return None
    places, back = np.concatenate(places_of), np.zeros(sum(map(len, places_of)), np.bool_)
    base = Tried(places, np.concatenate(bases), back)
    tried = Tried(places, np.concatenate(lines), back)
    return Calibration(is_as_given=False, skill=skill(tried, of.happened, accounts, dates, beside=base))
