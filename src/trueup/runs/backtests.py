"""Scores tried on what became of a workspace's customers: grades, KPIs, the workspace's own score, a file's.

What accounts did is the panel's; who is a customer, and how large, is what was known at the newest quarter's end before
the score. A score tells something only beside what that alone would have told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import numpy as np

from trueup.indicators.audit import audit
from trueup.indicators.backtest import Backtested, backtest, beside
from trueup.indicators.design import learn
from trueup.indicators.evidence import Rows
from trueup.indicators.forward import controls_only, folded, folds, one_control, quarters, ridge
from trueup.indicators.panel import Codes, Days, Outcome, Panel
from trueup.indicators.sample import Dropped, quarterly, sample
from trueup.indicators.score import forecast
from trueup.indicators.skills import BASELINES, CONTROLS
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.entered import Entries
from trueup.mart.snapshot import Snapshot, current
from trueup.metrics.naming import nearest
from trueup.runs import kept_panel
from trueup.runs.build import definitions
from trueup.runs.closing import closed_grades
from trueup.runs.file_columns import near_to
from trueup.runs.folder import Folder
from trueup.runs.ground import IDENTITY_SCHEMA
from trueup.runs.indicators import question_of
from trueup.runs.laid_panel import Laid
from trueup.runs.outcome_names import DEAL_WON
from trueup.runs.panel import lay_panel
from trueup.runs.panel_outcomes import GRACE_DAYS
from trueup.runs.progress import Progress
from trueup.runs.score_file import ACCOUNT, Scores
from trueup.runs.settings import Settings
from trueup.runs.worksheets import CADENCES
from trueup.sources.delivery import DeliveryError
from trueup.statistics.logit import Floats

Kind = Literal["grades", "kpi", "own"]
OWN = "our own score"
LAST_TIME = "as last time"
HOPED = ("expanded", DEAL_WON)
"""Outcomes that are looked for among the best scores; all others are trouble, and are among the worst."""
_YEAR = 365
_NAMED = 5
_KEY = 100_000
_EPOCH = date(1970, 1, 1)


class NothingToTryError(Exception):
    """There are no such scores in the workspace; the message says what to do."""


@dataclass(frozen=True)
class Ours:
    """A score of the workspace. ``name``: grades' cadence, a KPI's. ``is_higher_better``: None: as the KPI says."""

    kind: Kind
    name: str = ""
    is_higher_better: bool | None = None


@dataclass(frozen=True)
class Given:
    """Scores to try, higher is better; a row each: ``accounts`` codes into the panel's names (-1: none of them).

    ``are_chances``: whether they are chances; of an outcome that one hopes for that it comes, else that it does not.
    """

    what: str
    accounts: Codes
    on: Days
    better: Floats
    are_chances: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeptPanel:
    """A panel as it was kept, and when (aware)."""

    laid: Laid
    kept_at: datetime
    known_until: date


def newest_kept(folder: Folder) -> KeptPanel | None:
    """Of the panels that were kept the one that knows most; None where none was, or none of this Trueup's form."""
    found = []
    for file in folder.panels.glob("*.npz"):
        laid = kept_panel.read(file)
        if laid is not None:
            until = max((each.known_until for each in laid.outcomes.values()), default=0)
            found.append((until, file.stat().st_mtime, laid))
    if not found:
        return None
    until, at, laid = max(found, key=lambda each: each[:2])
    return KeptPanel(laid, datetime.fromtimestamp(at, UTC), _EPOCH + timedelta(days=until))


def backtest_workspace(
    folder: Folder,
    settings: Settings,
    wanted: Ours | Scores,
    outcome: str,
    *,
    as_of: datetime,
    entries: Entries,
    progress: Progress,
    lead: int,
    horizon: int,
) -> Backtested:
    """What scores were worth, as known at an instant (aware); the panel is laid where it is not kept.

    Raises NothingToTryError, NoSuchOutcomeError, DeliveryError, and what ``lay_panel`` raises.
    """
    laid = lay_panel(folder, settings, definitions(folder), as_of=as_of, entries=entries, progress=progress)
    progress.stage("trying the score on what came")
    if isinstance(wanted, Scores):
        given = of_file(wanted, laid, ids_today(current(folder.mart), laid))
    elif wanted.kind == "grades":
        given = of_grades(folder, wanted.name, laid, ids_today(current(folder.mart), laid))
    elif wanted.kind == "kpi":
        given = of_kpi(wanted.name, laid, outcome, is_higher_better=wanted.is_higher_better)
    else:
        given = of_own_score(laid, outcome, lead=lead, horizon=horizon)
    return tried(laid, given, outcome, lead=lead, horizon=horizon)


def ids_today(snapshot: Snapshot | None, laid: Laid) -> Mapping[str, str]:
    """What each id of an account is called today, by the newest build: those that were merged, and all others."""
    found = {name: name for name in laid.panel.names}
    if snapshot is None:
        return found
    engine = DuckDBEngine(snapshot.file, read_only=True)
    try:
        named = engine.query("SELECT entity FROM meta.names WHERE grain = 'account'").column(0).to_pylist()
        found |= {name: name for name in named}
        if engine.has_table(IDENTITY_SCHEMA, "accounts"):
            rows = engine.query(f"SELECT id, entity_id FROM {IDENTITY_SCHEMA}.accounts").to_pydict()
            found |= dict(zip(rows["id"], rows["entity_id"], strict=True))
    finally:
        engine.close()
    return found


def of_file(scores: Scores, laid: Laid, today: Mapping[str, str]) -> Given:
    """A file's scores. Accounts that nobody knows are told with their line; DeliveryError where nobody knows any.

    Of ids that are one account today the worse score of a date counts.
    """
    notes = [*scores.notes, *_unknown(scores, today)]
    codes = _codes(laid, [today.get(name, name) for name in scores.names])[scores.accounts]
    kept, twice = _once(codes, scores.on, scores.safe)
    if twice:
        notes.append(f"{scores.shown}: {twice:,} scores are of ids merged into another with a score of the same date;")
        notes[-1] += " the worse one counts."
    return Given(scores.shown, codes[kept], scores.on[kept], scores.safe[kept], scores.are_chances, tuple(notes))


def of_grades(folder: Folder, cadence: str, laid: Laid, today: Mapping[str, str]) -> Given:
    """The points of closed grades, on their closing days; NothingToTryError where none is closed."""
    if cadence not in CADENCES:
        raise NothingToTryError(f"There are no grades {cadence!r}{nearest(cadence, CADENCES)}")
    closed = [each for each in closed_grades(folder) if each.sheet.cadence == cadence]
    if not closed:
        raise NothingToTryError(
            f"No {cadence} grades are closed yet, and only closed ones are what was said at the time."
            " Run `trueup grades close`."
        )
    names = [today.get(name, name) for each in closed for name in each.table.column("account_id").to_pylist()]
    on = np.repeat(
        [(each.period.as_of_on - _EPOCH).days for each in closed], [each.table.num_rows for each in closed]
    ).astype(np.int64)
    points = np.concatenate([_numbers(each.table.column("score").to_pylist()) for each in closed])
    codes = _codes(laid, names)
    kept, _ = _once(codes, on, points)
    periods = f"{closed[0].period.key} to {closed[-1].period.key}" if len(closed) > 1 else closed[0].period.key
    note = f"The points of {cadence} grades of {periods}, as closed; letters that people put over them do not count."
    return Given(f"{cadence} grades", codes[kept], on[kept], points[kept], notes=(note,))


def of_kpi(name: str, laid: Laid, outcome: str, *, is_higher_better: bool | None = None) -> Given:
    """A KPI at quarters' ends, as it was known then; by default the way its definition says is better.

    NothingToTryError where there is no such KPI, or nobody says which way is better.
    """
    panel, _ = question_of(laid, outcome)
    places = {column.name: place for place, column in enumerate(panel.kpis)}
    if name not in places:
        raise NothingToTryError(f"There is no KPI {name!r}{nearest(name, places)}")
    column = panel.kpis[places[name]]
    if column.better == "neither" and is_higher_better is None:
        raise NothingToTryError(
            f"{name}: its definition does not say which way is better. Say it with --higher-is safer, or worse."
        )
    is_higher = column.better == "higher" if is_higher_better is None else is_higher_better
    rows = np.flatnonzero(np.isin(panel.as_of, _quarters_ends(laid)))
    values = panel.known[rows, places[name]].astype(np.float64)
    way = "better" if is_higher else "worse"
    note = f"{column.label or name} over six months, as known at each quarter's end; higher counts as {way}."
    return Given(name, panel.accounts[rows], panel.as_of[rows], values if is_higher else -values, notes=(note,))


def of_own_score(laid: Laid, outcome: str, *, lead: int, horizon: int) -> Given:
    """The workspace's own score at quarters' ends, each forecast by what was known and over before it.

    NothingToTryError where too little came before any date to learn from.
    """
    panel, wanted = question_of(laid, outcome)
    of = sample(panel, wanted, quarterly(panel), lead=lead, horizon=horizon)
    some = folds(panel, of, lead=lead, horizon=horizon)
    if not some:
        raise NothingToTryError(
            f"There is no score of our own for {wanted.name}: too little of it came before any date to learn from."
        )
    at_once = sample(panel, wanted, quarterly(panel), lead=0, horizon=horizon)
    leaks = audit(panel, wanted, of, Rows.of(panel, of), Rows.of(panel, at_once))
    _, given, _ = forecast(folded(panel, of, some, without=leaks))
    rows = of.rows[given.places]
    # A month's end within a quarter has too few rows to compare among themselves: those who left before its end.
    at_end = np.isin(panel.as_of[rows], _quarters_ends(laid))
    rows, chances = rows[at_end], given.chances[at_end]
    # Chances are of what one hopes for that it comes, of trouble that it does not.
    better = chances if wanted.is_good else 1 - chances
    note = "Each forecast knew only what was over by its date; the score learned on everything is not tried."
    return Given(OWN, panel.accounts[rows], panel.as_of[rows], better, are_chances=True, notes=(note,))


def tried(laid: Laid, given: Given, outcome: str, *, lead: int, horizon: int) -> Backtested:
    """What the scores were worth for an outcome, and what size, time with us and segment alone would have told.

    Baselines are forecasts of the newest quarter's end before a score, learned from what was over by then.
    """
    panel, named = question_of(laid, outcome)
    looked_for = _looked_for(_of_those(named, laid))
    then = _newest_quarter(laid, panel, given)
    counts = np.flatnonzero((then >= 0) & ~np.isnan(given.better))
    order = counts[np.lexsort((given.on[counts], given.accounts[counts]))]
    rows = _bare(panel, given.accounts[order], given.on[order])
    safe = given.better[order]
    if named.name in HOPED:
        safe = 1 - safe if given.are_chances else -safe
    found = backtest(
        *(panel.names, rows.accounts, rows.as_of, safe, looked_for),
        lead=lead,
        horizon=horizon,
        are_chances=given.are_chances,
        within=lead + horizon,
    )
    others = {name: of[then[order]] for name, of in _baselines(panel, named, lead=lead, horizon=horizon).items()}
    if (last := _last_time(rows, named)) is not None:
        others[LAST_TIME] = last
    return Backtested(
        what=given.what,
        outcome=named.name,
        names=panel.names,
        found=replace(found, dropped=(*_left_out(given, then, named, laid), *found.dropped)),
        is_hoped=named.name in HOPED,
        beside=beside(rows, safe, others, looked_for, lead=lead, horizon=horizon, within=lead + horizon),
        notes=given.notes,
    )


def _looked_for(named: Outcome) -> Outcome:
    """The outcome that a score warns of: of what should come out well, that it did not."""
    if named.name in HOPED or not named.is_good:
        return named
    return replace(named, happened=~named.happened, is_good=False, needs_all=False)


def _bare(panel: Panel, accounts: Codes, on: Days) -> Panel:
    nothing = np.empty((len(on), 0), np.float32)
    return Panel(panel.names, accounts, on, (), nothing, (), nothing)


def _quarters_ends(laid: Laid) -> Days:
    """The newest date of each quarter: only at those is the panel exactly what was known."""
    dates = np.unique(laid.panel.as_of)
    quarter = quarters(dates)
    return dates[np.r_[quarter[1:] != quarter[:-1], True]] if len(dates) else dates


def _newest_quarter(laid: Laid, panel: Panel, given: Given) -> Codes:
    """Of each score the panel's row of the newest quarter's end up to its day; -1 where there is none."""
    ends = _quarters_ends(laid)
    place = np.searchsorted(ends, given.on, side="right") - 1
    if not len(ends) or not len(panel.as_of):
        return np.full(len(given.on), -1)
    wanted = given.accounts * _KEY + ends[np.maximum(place, 0)]
    keys = panel.accounts * _KEY + panel.as_of
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((keys[at] == wanted) & (place >= 0) & (given.accounts >= 0), at, -1)


def _of_those(named: Outcome, laid: Laid) -> Outcome:
    """The outcome of accounts that the panel has rows of: of many accounts it has those that were drawn by lot."""
    here = np.isin(named.accounts, np.unique(laid.panel.accounts))
    return replace(named, accounts=named.accounts[here], on=named.on[here], happened=named.happened[here])


def _left_out(given: Given, then: Codes, named: Outcome, laid: Laid) -> list[Dropped]:
    is_nothing = np.isnan(given.better)
    is_left = ~is_nothing & (then < 0)
    has_rows = np.zeros(len(laid.panel.names) + 1, np.bool_)
    has_rows[laid.panel.accounts] = True
    # Names without rows are those of accounts that were not drawn; the last place is of codes of nobody.
    is_undrawn = is_left & (given.accounts >= 0) & ~has_rows[given.accounts]
    needed = "had no open deal" if named.name == DEAL_WON else "were no customers"
    why = {
        "nothing is known": is_nothing,
        "of many accounts some were drawn by lot, and these were not": is_undrawn,
        f"they {needed} at the newest quarter's end before": is_left & ~is_undrawn,
    }
    return [Dropped(reason, int(which.sum())) for reason, which in why.items() if which.any()]


def _baselines(panel: Panel, named: Outcome, *, lead: int, horizon: int) -> dict[str, Floats]:
    """Of each row of the panel how safe it looks by controls alone; NaN where nothing was to be learned from before."""
    plain = panel.of_kpis(())
    of = sample(plain, named, quarterly(plain), lead=lead, horizon=horizon)
    ways: dict[str, Callable[[Rows], Codes]] = {CONTROLS: controls_only}
    for place, control in enumerate(plain.control_columns[:BASELINES]):
        ways[f"{control.label or control.name} alone"] = one_control(place)
    found = {name: np.full(len(plain.as_of), np.nan) for name in ways}
    quarter = quarters(plain.as_of)
    towards = 1 if named.is_good and named.name not in HOPED else -1
    for fold in folds(plain, of, lead=lead, horizon=horizon):
        learned = of.rows[fold.learned]
        design = learn(plain, learned)
        rows = Rows(
            design.matrix(plain, learned),
            of.happened[fold.learned],
            plain.accounts[learned],
            design.owners,
            design.penalties,
        )
        here = np.flatnonzero(np.isin(quarter, np.unique(quarter[of.rows[fold.tried]])))
        features = design.matrix(plain, here)
        for name, columns in ways.items():
            wanted = columns(rows)
            fitted = ridge(rows.of_columns(wanted), 0.0)
            found[name][here] = towards * fitted.log_odds(features[:, wanted])
    return found


def _last_time(rows: Panel, named: Outcome) -> Floats | None:
    """How safe each row looks by what came of it last, as was known then: 1 or 0, half where nothing was.

    Of what does not come due: whether it came within a year. None of what happens but once.
    """
    if named.ends:
        return None
    order = np.lexsort((named.on, named.accounts))
    accounts, on, happened = named.accounts[order], named.on[order], named.happened[order]
    wait = GRACE_DAYS + 1 if named.is_due else 0
    at = (
        np.searchsorted(accounts * _KEY + np.maximum(on, 0), rows.accounts * _KEY + rows.as_of - wait, side="right") - 1
    )
    if not len(on):
        return None
    is_there = (at >= 0) & (accounts[at] == rows.accounts)
    if named.is_due:
        came = np.where(is_there, happened[at], 0.5)
    else:
        came = np.where(is_there & (on[at] > rows.as_of - _YEAR), 1.0, 0.0)
    return np.asarray(1 - came if named.name in HOPED else came, np.float64)


def _unknown(scores: Scores, today: Mapping[str, str]) -> list[str]:
    """What is wrong with accounts that nobody knows, the first of them with their lines; DeliveryError if all are."""
    unknown = [place for place, name in enumerate(scores.names) if name not in today]
    if not unknown:
        return []
    unknown.sort(key=scores.lines.__getitem__)
    first = unknown[0]
    cure = "Name accounts by their ids, as `trueup grades --format csv` does."
    if len(unknown) == len(scores.names):
        message = f"None of its accounts is known here ({scores.names[first]!r} is the first)."
        raise DeliveryError(scores.shown, message, cure, row=scores.lines[first], column=ACCOUNT)
    notes = []
    for place in unknown[:_NAMED]:
        near = near_to(scores.names[place], list(today))
        hint = f" Did you mean {near!r}?" if near else ""
        where = f"{scores.shown}, line {scores.lines[place]}, column {ACCOUNT}"
        notes.append(f"{where}: {scores.names[place]!r} is no account that is known here.{hint}")
    rows = int(np.isin(scores.accounts, unknown).sum())
    many = f"{len(unknown):,} accounts that are" if len(unknown) > 1 else "an account that is"
    notes.append(f"{scores.shown}: {rows:,} scores of {many} not known here take no part. {cure}")
    return notes


def _codes(laid: Laid, names: Sequence[str]) -> Codes:
    """Each name's place among the panel's; -1 where it has none."""
    places = {name: place for place, name in enumerate(laid.panel.names)}
    return np.array([places.get(name, -1) for name in names], np.int64)


def _once(accounts: Codes, on: Days, better: Floats) -> tuple[Codes, int]:
    """Places of rows such that an account has one of a day, the worst; and how many others it had."""
    order = np.lexsort((better, on, accounts))
    again = (np.diff(accounts[order]) == 0) & (np.diff(on[order]) == 0) & (accounts[order][1:] >= 0)
    return order[np.r_[True, ~again]] if len(order) else order, int(again.sum())


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)
