"""Where our effort went: how often, and how long, we turned to customers, by where they stand, by team and person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import pyarrow as pa

from trueup.answers.cells import names
from trueup.grades.quadrant import NOWHERE, PARTS, Effort, Part, Touches, Wholes
from trueup.lake.duckdb import DuckDBEngine, literal
from trueup.mart.snapshot import Snapshot
from trueup.runs.effort_tables import ACCOUNTS, PEOPLE

By = Literal["company", "team", "person"]
COLUMNS = {
    "key": pa.string(),
    "name": pa.string(),
    "team": pa.string(),
    "period": pa.string(),
    "quarter": pa.string(),
    "touches": pa.int64(),
    "calls_and_meetings": pa.int64(),
    "lengths_known": pa.int64(),
    "hours": pa.float64(),
    "hours_reason": pa.string(),
}
"""The columns of ``trueup grades pleasing --by team``."""
_NUMBERS = tuple(each.name for each in fields(Touches))
_SUMS = "sum({0}count) AS count, sum({0}live) AS live, sum({0}timed) AS timed, sum({0}seconds) AS seconds"


@dataclass(frozen=True)
class EffortOf:
    """The effort of a person or a team; ``team`` of a person is the one it was in last in the quarter."""

    key: str
    name: str
    team: str
    effort: Effort


@dataclass(frozen=True)
class Spent:
    """What each of some accounts took of us: a row each, in their order, of the numbers of ``Touches``."""

    numbers: Wholes

    @property
    def counts(self) -> Wholes:
        """The touches of each."""
        return self.numbers[:, 0]

    def of(self, at: int) -> Touches:
        """What one of them took."""
        return Touches(*self.numbers[at].tolist())

    def columns(self) -> Mapping[str, pa.Array]:
        """The columns of effort in a table of accounts."""
        return _columns([Touches(*row) for row in self.numbers.tolist()])


def is_laid(snapshot: Snapshot) -> bool:
    """Whether the snapshot says where effort went; one that was built by an earlier Trueup does not."""
    return ACCOUNTS in snapshot.manifest.rows


def laid_effort(
    mart: DuckDBEngine,
    snapshot: Snapshot,
    period: str,
    *,
    accounts: pa.ChunkedArray,
    part: Wholes,
    mine: pa.Array | None,
) -> tuple[Spent, Effort, tuple[EffortOf, ...], tuple[EffortOf, ...]]:
    """What these accounts took; and the effort for all, or for ``mine``: everybody's, by team, by person.

    ``part``: where the accounts stand, as places in ``PARTS``; who is not among them stands nowhere.
    """
    mart.connection.register("_placed", pa.table({"account_id": accounts, "part": pa.array(part)}))
    only = ""
    if mine is not None:
        mart.connection.register("_mine", pa.table({"account_id": mine}))
        only = " SEMI JOIN _mine USING (account_id)"
    rows = (
        "(SELECT t.*, coalesce(p.part, {nowhere}) AS part FROM {table} AS t{only} LEFT JOIN _placed AS p"
        " USING (account_id) WHERE t.period_key = {period})"
    )
    of_accounts, of_people = (
        rows.format(nowhere=NOWHERE, table=table, only=only, period=literal(period)) for table in (ACCOUNTS, PEOPLE)
    )
    everybody = mart.query(f"SELECT part, {_SUMS.format('')}, sum(wrong) AS wrong FROM {of_accounts} GROUP BY part")
    return (
        _spent(mart, period),
        _effort(everybody.to_pylist()),
        _teams(mart, of_people),
        _people(mart, snapshot, of_people),
    )


def effort_table(listed: Sequence[EffortOf], period: str) -> pa.Table:
    """A row per whom and corner of the map in the columns ``COLUMNS``."""
    rows = [(each, part, each.effort.of(part)) for each in listed for part in PARTS if each.effort.of(part).count]
    told = {
        "key": pa.array([each.key for each, _, _ in rows], pa.string()),
        "name": pa.array([each.name for each, _, _ in rows], pa.string()),
        "team": pa.array([each.team or None for each, _, _ in rows], pa.string()),
        "period": pa.array([period] * len(rows), pa.string()),
        "quarter": pa.array([part for _, part, _ in rows], pa.string()),
        **_columns([touches for _, _, touches in rows]),
    }
    return pa.table({name: told[name] for name in COLUMNS}).cast(pa.schema(COLUMNS))


def _columns(touches: Sequence[Touches]) -> Mapping[str, pa.Array]:
    return {
        "touches": pa.array([each.count for each in touches], pa.int64()),
        "calls_and_meetings": pa.array([each.live for each in touches], pa.int64()),
        "lengths_known": pa.array([each.timed for each in touches], pa.int64()),
        "hours": pa.array([each.hours for each in touches], pa.float64()),
        "hours_reason": pa.array([each.no_hours or None for each in touches], pa.string()),
    }


def _spent(mart: DuckDBEngine, period: str) -> Spent:
    columns = ", ".join(f"coalesce(t.{name}, 0) AS {name}" for name in _NUMBERS)
    found = mart.query(
        f"SELECT {columns} FROM _placed AS p LEFT JOIN {ACCOUNTS} AS t"
        f" ON t.account_id = p.account_id AND t.period_key = {literal(period)} ORDER BY p.account_id"
    )
    return Spent(np.column_stack([found.column(name).to_numpy().astype(np.int64) for name in _NUMBERS]))


def _teams(mart: DuckDBEngine, of_people: str) -> tuple[EffortOf, ...]:
    found = mart.query(
        f"SELECT team, part, {_SUMS.format('first_')} FROM {of_people} WHERE team IS NOT NULL GROUP BY team, part"
    )
    of_team: dict[str, list[dict[str, int]]] = {}
    for row in found.to_pylist():
        of_team.setdefault(row["team"], []).append(row)
    return _most_first(EffortOf(team, team, team, _effort(rows)) for team, rows in of_team.items())


def _people(mart: DuckDBEngine, snapshot: Snapshot, of_people: str) -> tuple[EffortOf, ...]:
    found = mart.query(
        f"SELECT person_id, part, {_SUMS.format('')}, max(last_on) AS last_on, arg_max(team, last_on) AS team"
        f" FROM {of_people} GROUP BY person_id, part ORDER BY last_on"
    ).to_pylist()
    of_person: dict[str, list[dict[str, int]]] = {}
    for row in found:
        of_person.setdefault(row["person_id"], []).append(row)
    team_of = {row["person_id"]: row["team"] or "" for row in found}
    called = names(snapshot, "person", list(of_person))
    return _most_first(
        EffortOf(person_id, called.get(person_id, person_id), team_of[person_id], _effort(rows))
        for person_id, rows in of_person.items()
    )


def _effort(rows: Iterable[Mapping[str, int]]) -> Effort:
    touches: dict[Part, Touches] = dict.fromkeys(PARTS, Touches())
    for row in rows:
        touches[PARTS[row["part"]]] = Touches(*(int(row.get(name, 0)) for name in _NUMBERS))
    return Effort(touches)


def _most_first(found: Iterable[EffortOf]) -> tuple[EffortOf, ...]:
    return tuple(sorted(found, key=lambda each: (-each.effort.total, each.name, each.key)))
