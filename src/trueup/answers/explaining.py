"""How a published number came about: what it means, the SQL, and the delivered rows behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process

from trueup.answers.cells import UnknownNameError, check_names
from trueup.canon.tables import TABLE
from trueup.mart.snapshot import current
from trueup.metrics.explain import Explanation, explain
from trueup.metrics.instances import bind
from trueup.metrics.metric import COMPANY, Grain
from trueup.metrics.places import Only, Place, tidy
from trueup.runs.build import definitions
from trueup.runs.folder import Folder
from trueup.runs.ground import Ground
from trueup.runs.reopen import reopened
from trueup.runs.settings import Settings
from trueup.runs.trace import Origin, origins
from trueup.units.period import parse_period

_ALIKE = 70
"""From this score of 100 on, a name is offered in place of one that is not there."""


class NoSuchCellError(UnknownNameError):
    """The snapshot has no number for that entity and period."""


@dataclass(frozen=True)
class Cell:
    """A number of the published snapshot, with its parts."""

    grain: Grain
    entity: str
    period: str
    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    pending: int
    status: str


@dataclass(frozen=True)
class Explained:
    """A number with everything behind it.

    ``fact_sql``, ``cell_sql``: what was run. ``rows``: the fact rows behind it,
    each with what it counts as; ``row_count``: how many there are, shown or not. ``origins``: the delivered row by fact
    key, where fact rows are canonical rows.
    """

    explanation: Explanation
    cell: Cell
    fact_sql: str
    cell_sql: str
    rows: pa.Table
    row_count: int
    origins: dict[str, Origin]


def explain_number(
    folder: Folder, settings: Settings, metric: str, *, grain: Grain, entity: str, period: str, rows: int = 20
) -> Explained:
    """Explain one number of the published snapshot, with at most ``rows`` of its rows.

    Raises UnknownNameError, NoSuchCellError, InvalidPeriod.
    """
    snapshot = current(folder.mart)
    if snapshot is None:
        raise UnknownNameError(f"Nothing was computed in {folder.root} yet. Run `trueup build` first.")
    known = definitions(folder)
    check_names((metric,), set(known.metrics))
    asked = parse_period(period, settings.rules)
    with reopened(folder, settings, snapshot) as on:
        bound = bind(
            [known.metrics[metric]], known.facts, context=on.context, settings=settings.parameters, selects=on.selects
        )[0]
        told = explain(bound, grain=grain, entity=entity, period=asked, kind=str(asked.kind))
        cell = _cell(on, metric, grain, entity, asked.key)
        fact_sql = told.fact_select if isinstance(told.fact_select, str) else on.engine.compile(told.fact_select)
        shown = on.engine.query(f"SELECT * FROM ({told.rows_sql}) LIMIT {rows}")
        count = int(on.engine.query(f"SELECT count(*) FROM ({told.rows_sql})").column(0)[0].as_py())
    table = bound.instance.fact.row_of
    keys = [str(key) for key in shown.column("fact_key").to_pylist() if key is not None]
    # Entries were made in the record, not delivered: their ids are all there is to show.
    found = origins(folder, settings, table, keys) if table in TABLE else {}
    return Explained(told, cell, fact_sql, told.cell_sql, shown, count, found)


def _cell(on: Ground, metric: str, grain: Grain, entity: str, period: str) -> Cell:
    rows = on.engine.query(f"SELECT * FROM mart.meta.places WHERE metric = '{metric}'").to_pylist()
    places = [Place(**row) for row in rows if row["grain"] == grain]
    if not places:
        raise NoSuchCellError(f"{metric} is not computed by {grain}. {_grains_of(rows, metric)}")
    found = on.engine.query(tidy(places, Only(periods=(period,), entities=(entity,)))).to_pylist()
    if not found:
        raise NoSuchCellError(_why_not(on, places, entity=entity, period=period))
    return Cell(**{part.name: found[0][part.name] for part in fields(Cell)})


def _grains_of(rows: Sequence[Mapping[str, str]], metric: str) -> str:
    if not rows:
        return f"The published snapshot does not have {metric} at all; run `trueup build`."
    return f"There are {', '.join(dict.fromkeys(row['grain'] for row in rows))}."


def _why_not(on: Ground, places: Sequence[Place], *, entity: str, period: str) -> str:
    """Which of the entity and the period there is no number for, and what there is instead."""
    metric, grain = places[0].metric, places[0].grain
    told = f"There is no {metric} of {grain} {entity!r} in {period}"
    held = on.engine.query("SELECT period_kind, period_key, first_on, last_on FROM calendar.periods")
    if period not in held.column("period_key").to_pylist():
        kinds = ", ".join(f"{kind}s" for kind in pc.unique(held.column("period_kind")).to_pylist())
        first, last = pc.min(held.column("first_on")), pc.max(held.column("last_on"))
        return (
            f"{told}: the published snapshot holds {kinds} from {first} to {last}. Numbers of other periods are"
            " computed by `trueup metrics`, but only published ones can be explained."
        )
    entities = [str(row["entity"]) for row in on.engine.query(tidy(places)).to_pylist()]
    if entity in entities:
        lists = f"`trueup metrics {metric} --by {grain}` lists what there is"
        return f"{told}: no fact stands behind it, so there is nothing to explain; {lists}."
    if entity == COMPANY:
        return f"Whose {metric}? Name the {grain} with --entity; `trueup metrics {metric} --by {grain}` lists them."
    near = process.extractOne(entity, sorted(set(entities)), processor=str.casefold, score_cutoff=_ALIKE)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{told}: there is no number of {entity!r} in any period.{hint} Entities are named by id."
