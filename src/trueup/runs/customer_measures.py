"""Customers' own measures on one calendar, from their series and from goals' readings, and who began with which lever.

Values of a month are averaged; of a measure that most customers tell by the quarter, those of a quarter. Periods that
are not over are left out, and nothing is filled. What the customer said to a reading stands before what a system
measured on that day, and that before what we claim.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trueup.goals.library import library
from trueup.goals.words import folded
from trueup.impact.comparison import Alike, Measured
from trueup.impact.episodes import Started, who_moves
from trueup.impact.measure_units import factor
from trueup.impact.panel import Better
from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.naming import nearest
from trueup.runs.settings import Settings

VOUCHED = ("system", "confirmed", "claimed", "disputed")
"""Who vouches for a value, by its number; the last says the contrary."""
MONTHS_OF_A_QUARTER = 3
_SPARSE = 2.5
"""Months between two values, in the middle, from which on a measure is told by the quarter."""
_MONTHS = 12
_DAY = "THE_DAY"
BETTER: Mapping[str, Better] = {"increase": "higher", "decrease": "lower"}


def key_of(name: str) -> str:
    """SQL: a measure's or a lever's name without what tells only ways of writing apart."""
    return rf"trim(regexp_replace(lower({name}), '[^\p{{L}}\p{{N}}]+', '_', 'g'), '_')"


def folded_key(name: str) -> str:
    """As ``key_of``, of a name."""
    return "_".join("".join(each if each.isalnum() else " " for each in name.lower()).split())


GOALS = f"""
WITH named AS (
    SELECT *, {key_of("measure")} AS label_key,
        CASE WHEN starts_with(bound_to, 'series:') THEN {key_of("substr(bound_to, 8)")} END AS series
    FROM state.goals WHERE kind = 'business' AND measure IS NOT NULL
), same AS (
    SELECT label_key, series AS of_series FROM (
        SELECT label_key, series, count(*) AS goals FROM named WHERE series IS NOT NULL GROUP BY ALL
    ) QUALIFY row_number() OVER (PARTITION BY label_key ORDER BY goals DESC, series) = 1
)
SELECT goal_id, account_id, status, direction, unit, measure AS label, agreed_at, value_per_unit, currency,
    coalesce(series, of_series, label_key) AS measure
FROM named LEFT JOIN same USING (label_key)
"""
"""Business goals with the measure that they are about: goals of one name are about the series that most of them are
bound to."""
_VALUES = f"""
WITH goals AS ({GOALS}), answered AS (
    SELECT * FROM state.answers WHERE reading_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY reading_id ORDER BY answered_at DESC, answer_id DESC) = 1
), heard AS (
    SELECT r.*, a.verdict, a.value AS said, a.reading_id IS NOT NULL AND NOT coalesce(
        r.verification <> 'unverified' AND r.verified_at > a.answered_at, FALSE) AS is_answered
    FROM state.readings AS r LEFT JOIN answered AS a USING (reading_id)
), told AS (
    SELECT g.account_id, g.measure, r.observed_on, coalesce(g.unit, '') AS unit,
        CASE WHEN is_answered AND verdict <> 'disputed' THEN coalesce(r.said, r.value) ELSE r.value END AS value,
        CASE WHEN is_answered AND (verdict = 'disputed' OR verdict = 'corrected' AND said IS NULL) THEN 3
            WHEN is_answered OR r.verification = 'confirmed_by_customer' THEN 1
            WHEN r.verification = 'measured_by_system' THEN 0 ELSE 2 END AS doubt,
        CASE WHEN is_answered THEN 0 WHEN r.verification <> 'unverified' THEN 2 ELSE 3 END AS turn,
        r.first_recorded_at AS recorded_at, r.reading_id AS id
    FROM heard AS r JOIN goals AS g USING (goal_id)
    UNION ALL
    SELECT account_id, {key_of("measure")}, observed_on, coalesce(unit, ''), value, 0, 1, recorded_at,
        printf('%018d', _seq)
    FROM state.kpi_series
), daily AS (
    SELECT * FROM told WHERE value IS NOT NULL AND observed_on IS NOT NULL AND account_id IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY account_id, measure, observed_on ORDER BY turn, recorded_at DESC, id DESC
    ) = 1
)
SELECT account_id, measure, CAST(year(observed_on) * {_MONTHS} + month(observed_on) - 1 AS INTEGER) AS month, unit,
    avg(CAST(value AS DOUBLE)) AS value, CAST(max(doubt) AS TINYINT) AS doubt
FROM daily WHERE last_day(observed_on) <= DATE '{_DAY}' GROUP BY ALL ORDER BY ALL
"""
_ADOPTED = f"""
SELECT account_id, lever AS name, {key_of("lever")} AS lever, CAST(adopted_on AS DATE) AS adopted_on,
    CAST(ended_on AS DATE) AS ended_on
FROM (SELECT account_id, lever, adopted_on, ended_on FROM state.adoptions
    UNION ALL SELECT account_id, lever, adopted_on, ended_on FROM state.entered_adoptions)
WHERE lever IS NOT NULL AND adopted_on IS NOT NULL AND account_id IS NOT NULL ORDER BY ALL
"""
_ADJUSTED = f"""
WITH goals AS ({GOALS}), same AS (SELECT DISTINCT {key_of("label")} AS label_key, measure FROM goals)
SELECT a.account_id, coalesce(s.measure, {key_of("a.measure")}) AS measure, a.kind, a.starts_on, a.ends_on,
    CAST(a.amount AS DOUBLE) AS amount
FROM state.adjustments AS a LEFT JOIN same AS s ON s.label_key = {key_of("a.measure")}
WHERE a.status = 'approved' ORDER BY ALL
"""


@dataclass(frozen=True)
class Spell:
    """An account used a lever from a day on, until another or until now."""

    lever: str
    adopted_on: date
    ended_on: date | None


@dataclass(frozen=True)
class CustomersMeasure:
    """A measure of all customers.

    ``label``: its name as people say it. ``vouched`` (accounts, times): who vouches for a value, a place in VOUCHED.
    ``is_better_told``: whether anybody said which way is better. ``first``: the first time, in steps since the year 0;
    ``step``: months between two times. ``spells``: of the levers that may move it, by account; ``meant``: those that
    somebody said are meant to.
    """

    measured: Measured
    label: str
    is_better_told: bool
    vouched: npt.NDArray[np.int8]
    first: int
    step: int
    spells: Mapping[str, tuple[Spell, ...]]
    meant: frozenset[str]

    def time(self, place: int) -> str:
        """A time's name, also of one that is not over yet: 2026-03, or 2026-Q1."""
        return _time((self.first + place) * self.step, self.step)

    def first_day(self, place: int) -> date:
        """The first day of a time."""
        return _first_of((self.first + place) * self.step)


def customers_measures(engine: DuckDBEngine, settings: Settings, *, as_of_on: date) -> list[CustomersMeasure]:
    """Every measure of which somebody uses a lever, by name; the engine holds ``state``."""
    spells, names = _spells(engine)
    if not spells:
        return []
    values = engine.query(_VALUES.replace(_DAY, as_of_on.isoformat()))
    said = _Said(engine, settings)
    adjusted = engine.query(_ADJUSTED).to_pylist()
    known = engine.query(
        "SELECT account_id, segment, industry, CAST(annual_revenue AS DOUBLE) AS revenue,"
        " CAST(employees AS DOUBLE) AS employees FROM state.accounts"
    )
    accounts = {str(row["account_id"]): row for row in known.to_pylist()}
    found = []
    for measure, rows in _by_measure(values):
        levers = who_moves(measure, names, said.meant)
        of_levers = {
            account: tuple(spell for spell in some if spell.lever in levers) for account, some in spells.items()
        }
        about = [each for each in adjusted if each["measure"] == measure]
        made = _Laid(measure, rows, {a: s for a, s in of_levers.items() if s}, about, as_of_on)
        if any(account in made.places for account in made.spells):
            found.append(made.finished(said, accounts, names))
    return found


def unheard(engine: DuckDBEngine, settings: Settings) -> list[str]:
    """What ``trueup.toml`` says of measures that nobody tells, and of levers that nobody uses; ``state`` is laid."""
    told = engine.query(
        f"SELECT {key_of('measure')} AS name FROM state.kpi_series UNION SELECT measure FROM ({GOALS}) ORDER BY 1"
    )
    measures = [str(name) for name in told.column("name").to_pylist()]
    levers = sorted({str(row["name"]) for row in engine.query(_ADOPTED).to_pylist()})
    sentences = [
        f"[levers] {lever}: no customer uses it{nearest(lever, levers)}"
        for lever in settings.levers
        if folded_key(lever) not in set(map(folded_key, levers))
    ]
    named = [(f"[levers] {lever}", measure) for lever, some in settings.levers.items() for measure in some]
    named += [("[measures]", measure) for measure in settings.better]
    sentences += [
        f"{where}: no customer tells {measure!r}{nearest(measure, measures)}"
        for where, measure in named
        if folded_key(measure) not in measures
    ]
    return [f"trueup.toml, {sentence}" for sentence in sentences]


def _by_measure(values: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    measures = values.column("measure").combine_chunks().dictionary_encode()
    for place, name in enumerate(measures.dictionary.to_pylist()):
        yield str(name), values.filter(pa.compute.equal(measures.indices, place))


def _spells(engine: DuckDBEngine) -> tuple[dict[str, tuple[Spell, ...]], dict[str, str]]:
    """By account the spells of its levers, those that overlap made one; and how each lever is written mostly."""
    told: dict[tuple[str, str], list[Spell]] = defaultdict(list)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for row in engine.query(_ADOPTED).to_pylist():
        written[row["lever"]][row["name"]] += 1
        spells = told[(row["account_id"], row["lever"])]
        spell = Spell(row["lever"], row["adopted_on"], row["ended_on"])
        last = spells[-1] if spells else None
        if last is not None and (last.ended_on is None or spell.adopted_on <= last.ended_on):
            ends = [each for each in (last.ended_on, spell.ended_on) if each is not None]
            spells[-1] = Spell(spell.lever, last.adopted_on, max(ends) if len(ends) > 1 else None)
        else:
            spells.append(spell)
    by_account: dict[str, tuple[Spell, ...]] = defaultdict(tuple)
    for (account, _), spells in told.items():
        by_account[account] += tuple(spells)
    return dict(by_account), {lever: names.most_common(1)[0][0] for lever, names in written.items()}


class _Said:
    """What somebody said of measures: which way is better, which levers are meant to move them, their names."""

    def __init__(self, engine: DuckDBEngine, settings: Settings) -> None:
        goals = engine.query(f"SELECT * FROM ({GOALS})").to_pylist()
        named = engine.query(f"SELECT goal_id, {key_of('lever')} AS lever FROM state.goal_levers").to_pylist()
        measure_of = {goal["goal_id"]: goal["measure"] for goal in goals}
        self._better = {folded_key(measure): BETTER[way] for measure, way in settings.better.items()}
        self._ways: dict[str, Counter[str]] = defaultdict(Counter)
        self._labels: dict[str, Counter[str]] = defaultdict(Counter)
        for goal in goals:
            self._ways[goal["measure"]][goal["direction"]] += 1
            self._labels[goal["measure"]][goal["label"]] += 1
        meant: dict[str, set[str]] = defaultdict(set)
        for lever, measures in settings.levers.items():
            meant[folded_key(lever)] |= set(map(folded_key, measures))
        for row in named:
            if row["goal_id"] in measure_of:
                meant[row["lever"]].add(measure_of[row["goal_id"]])
        self.meant: Mapping[str, Sequence[str]] = {lever: sorted(measures) for lever, measures in meant.items()}

    def better(self, measure: str) -> Better | None:
        """As the workspace set it; else as most goals do; else as the library has it; else nobody knows."""
        if measure in self._better:
            return self._better[measure]
        ways = sorted(((count, way) for way, count in self._ways[measure].items() if way in BETTER), reverse=True)
        if ways and [count for count, _ in ways].count(ways[0][0]) == 1:
            return BETTER[ways[0][1]]
        kpi = _in_library().get(folded(measure.replace("_", " ")))
        return BETTER.get(kpi) if kpi else None

    def label(self, measure: str) -> str:
        """What most goals call it, else its name made readable."""
        told = self._labels[measure].most_common(1)
        return told[0][0] if told else measure.replace("_", " ").capitalize()


@cache
def _in_library() -> Mapping[str, str]:
    """Which way is better, by every phrase of the library."""
    return {
        folded(phrase): kpi.direction
        for kpi in library().kpis
        for phrase in (kpi.key.replace("_", " "), kpi.name, *kpi.synonyms)
    }


class _Laid:
    """A measure's values laid out: accounts by times."""

    def __init__(
        self,
        measure: str,
        rows: pa.Table,
        spells: Mapping[str, tuple[Spell, ...]],
        adjusted: Sequence[Mapping[str, object]],
        as_of_on: date,
    ) -> None:
        self.measure, self.spells, self.adjusted = measure, spells, adjusted
        accounts = rows.column("account_id").combine_chunks().dictionary_encode()
        self.accounts = sorted(map(str, accounts.dictionary.to_pylist()))
        self.places = {account: place for place, account in enumerate(self.accounts)}
        order = np.array([self.places[str(each)] for each in accounts.dictionary.to_pylist()], np.int64)
        self._account = order[accounts.indices.to_numpy(zero_copy_only=False)]
        months = rows.column("month").to_numpy().astype(np.int64)
        self._value = rows.column("value").to_numpy().astype(np.float64)
        self._doubt = rows.column("doubt").to_numpy().astype(np.int8)
        self._unit = rows.column("unit").to_pylist()
        self.step = MONTHS_OF_A_QUARTER if _is_sparse(self._account, months) else 1
        self.first = int(months.min()) // self.step
        last = (as_of_on.year * _MONTHS + as_of_on.month - 1 + (_next_day(as_of_on).day == 1)) // self.step
        is_over = months // self.step < last
        self._place = months // self.step - self.first
        self._is_over = is_over
        self.count = max(int(self._place[is_over].max(initial=-1)) + 1, 0)

    def finished(
        self, said: _Said, known: Mapping[str, Mapping[str, object]], names: Mapping[str, str]
    ) -> CustomersMeasure:
        """The measure with everything that is known of it; levers by the names they go by."""
        unit, factors = self._units()
        values, vouched = self._matrix(factors)
        changes = self._adjust(values)
        for account, place in self._unit_changes(factors):
            changes[account].append(place)
        better = said.better(self.measure)
        spells = {
            account: tuple(Spell(names[each.lever], each.adopted_on, each.ended_on) for each in some)
            for account, some in self.spells.items()
        }
        measured = Measured(
            measure=self.measure,
            unit=unit,
            accounts=tuple(self.accounts),
            times=tuple(_time((self.first + place) * self.step, self.step) for place in range(self.count)),
            values=values,
            better=better or "higher",
            starts={
                account: tuple(Started(self.place(each.adopted_on), each.lever) for each in some)
                for account, some in spells.items()
            },
            alike=_alike(self.accounts, known),
            definition_changes={account: tuple(sorted(places)) for account, places in changes.items()},
            odd=frozenset(self._odd(factors)),
        )
        meant = frozenset(names[lever] for lever in names if self.measure in said.meant.get(lever, ()))
        label = said.label(self.measure)
        return CustomersMeasure(measured, label, better is not None, vouched, self.first, self.step, spells, meant)

    def place(self, day: date) -> int:
        """The first time of which the greater part was after a day, or with it."""
        month = day.year * _MONTHS + day.month - 1
        begins, ends = _first_of(month // self.step * self.step), _first_of((month // self.step + 1) * self.step)
        is_early = 2 * (day - begins).days <= (ends - begins).days
        return month // self.step - self.first + (not is_early)

    def _units(self) -> tuple[str, Mapping[str, float | None]]:
        """The unit that most values are in, and what each is multiplied by to be in it."""
        counted = Counter(self._unit)
        told = [(count, unit) for unit, count in counted.items() if unit]
        unit = max(told)[1] if told else ""
        return unit, {each: factor(each, unit) for each in counted}

    def _matrix(self, factors: Mapping[str, float | None]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]:
        times = np.array([np.nan if (by := factors[unit]) is None else by for unit in self._unit])
        known = self._is_over & ~np.isnan(times)
        where = (self._account[known], self._place[known])
        sums, counts = np.zeros((len(self.accounts), self.count)), np.zeros((len(self.accounts), self.count))
        np.add.at(sums, where, self._value[known] * times[known])
        np.add.at(counts, where, 1)
        vouched = np.zeros((len(self.accounts), self.count), np.int8)
        np.maximum.at(vouched, where, self._doubt[known])
        with np.errstate(invalid="ignore"):
            return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan), vouched

    def _odd(self, factors: Mapping[str, float | None]) -> Iterator[str]:
        """Accounts none of whose values can be converted."""
        fits: dict[int, bool] = defaultdict(bool)
        for account, unit in zip(self._account.tolist(), self._unit, strict=True):
            fits[account] |= factors[unit] is not None
        yield from (self.accounts[account] for account, fit in fits.items() if not fit)

    def _unit_changes(self, factors: Mapping[str, float | None]) -> Iterator[tuple[str, int]]:
        """Where an account's values change to a unit, or from one, that cannot be converted."""
        if all(each is not None for each in factors.values()):
            return
        before: dict[int, bool] = {}
        for row in np.lexsort((self._place, self._account)).tolist():
            account, fits = int(self._account[row]), factors[self._unit[row]] is not None
            if before.setdefault(account, fits) != fits:
                yield self.accounts[account], int(self._place[row])
            before[account] = fits

    def _adjust(self, values: npt.NDArray[np.float64]) -> dict[str, list[int]]:
        """Take what customers' own doing added out of their values; places from which a definition changed."""
        changes: dict[str, list[int]] = defaultdict(list)
        for each in self.adjusted:
            account, starts, ends = str(each["account_id"]), each["starts_on"], each["ends_on"]
            if account not in self.places or not isinstance(starts, date):
                continue
            place = self.place(starts)
            if each["kind"] == "change_of_definition":
                changes[account].append(place)
            elif isinstance(amount := each["amount"], float):
                until = self.place(ends) if isinstance(ends, date) else self.count
                values[self.places[account], max(place, 0) : max(until, 0)] -= amount
        return changes


def _is_sparse(account: npt.NDArray[np.int64], months: npt.NDArray[np.int64]) -> bool:
    """Whether customers mostly tell a value a quarter."""
    order = np.lexsort((months, account))
    steps = np.diff(months[order])[np.diff(account[order]) == 0]
    steps = steps[steps > 0]
    return len(steps) > 0 and float(np.median(steps)) >= _SPARSE


def _alike(accounts: Sequence[str], known: Mapping[str, Mapping[str, object]]) -> Alike:
    rows = [known.get(account, {}) for account in accounts]
    by = max(("revenue", "employees"), key=lambda name: sum(row.get(name) is not None for row in rows))
    sizes = np.array([value if isinstance(value := row.get(by), float) else np.nan for row in rows])
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(sizes > 0, np.log(np.maximum(sizes, 1e-9)), np.nan)
    segments, industries = (_codes([row.get(name) for row in rows]) for name in ("segment", "industry"))
    return Alike(segments, industries, logs)


def _codes(names: Sequence[object]) -> npt.NDArray[np.int64]:
    known = {name: code for code, name in enumerate(dict.fromkeys(names))}
    return np.array([known[name] for name in names], np.int64)


def _time(month: int, step: int) -> str:
    year, within = divmod(month, _MONTHS)
    return f"{year}-{within + 1:02}" if step == 1 else f"{year}-Q{within // step + 1}"


def _first_of(month: int) -> date:
    return date(month // _MONTHS, month % _MONTHS + 1, 1)


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
