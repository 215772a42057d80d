"""Building: everything computed from the lake as of one moment, checked, and published as one snapshot."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from trueup import __version__
from trueup.lake.duckdb import DuckDBEngine
from trueup.lake.entered import NO_ENTRIES, Entries, fingerprint
from trueup.mart.snapshot import Manifest, Snapshot, drafting, name_at, publish
from trueup.metrics import calendars
from trueup.metrics.audit import AuditError, sample_audit
from trueup.metrics.catalogue_file import Catalogue
from trueup.metrics.cells import WORK_SCHEMA
from trueup.metrics.compute import Plan, plan
from trueup.metrics.instances import DefinitionError
from trueup.metrics.naming import nearest
from trueup.metrics.places import CELL_SCHEMA
from trueup.metrics.registry import catalogue
from trueup.runs.cards import lay_cards
from trueup.runs.customer_effects import KeptEffects
from trueup.runs.customer_value import customers_value, lay_claims, lay_value
from trueup.runs.folder import Folder, WorkspaceError
from trueup.runs.grade_tables import Closed, lay_grades
from trueup.runs.ground import ENTERED_SCHEMA, Ground, ground, lay_periods
from trueup.runs.honesty import lay_honesty
from trueup.runs.lately import lay_lately
from trueup.runs.pay_tables import lay_pay
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.runs.steps import Done, carry_out
from trueup.runs.turns import taking_turn
from trueup.runs.worksheets import in_force
from trueup.units.period import parse_kind

META_SCHEMA = "meta"
AUDITED = 20
"""Cells that every build computes a second time, straight from their facts."""
ROWS_LOOKED_AT = 100_000
"""About how many rows of each table of cells are looked through for entities that are there twice."""
_NAMES = (
    "SELECT 'account' AS grain, account_id AS entity, name FROM state.accounts WHERE name IS NOT NULL"
    " UNION ALL SELECT 'person', person_id, any_value(name) FROM state.people WHERE name IS NOT NULL GROUP BY person_id"
)


class BuildCheckError(Exception):
    """What was computed contradicts itself; nothing was published. This is a fault of Trueup: please report it."""


@dataclass(frozen=True)
class Built:
    """A build that was published: its snapshot, how many metrics and cells it has, and from what."""

    snapshot: Snapshot
    metrics: int
    cells: int


def build(
    folder: Folder, settings: Settings, *, as_of: datetime, progress: Progress, entries: Entries = NO_ENTRIES
) -> Built:
    """Compute everything as of an instant (aware) and publish it.

    ``entries``: every version of what people entered, by table of entries. Raises UnderWayError while another build or
    import runs, NothingImportedError, DeclarationsError, DefinitionError or BuildCheckError; the last snapshot stays.
    """
    with taking_turn(folder, "build"):
        return build_in_turn(folder, settings, as_of=as_of, progress=progress, entries=entries)


def build_in_turn(
    folder: Folder,
    settings: Settings,
    *,
    as_of: datetime,
    progress: Progress,
    entries: Entries,
    closed: Sequence[Closed] = (),
) -> Built:
    """As ``build``, for who holds the turn already. ``closed``: the grades frozen so far, published with the others."""
    known = definitions(folder)
    check_settings(settings, known)
    sheets = in_force(folder, settings, metrics=known.metrics)
    name = name_at(datetime.now(UTC))
    with drafting(folder.mart, name) as draft:
        progress.stage("laying out the customer model")
        with ground(folder, settings, as_of=as_of, file=draft.file, entries=entries) as on:
            effects = KeptEffects(folder.effects)
            value = customers_value(on.engine, settings, effects, progress, as_of_on=on.horizon.as_of_on)
            effects.write()
            lay_claims(on.engine, value)
            kinds = [parse_kind(kind) for kind in settings.kinds]
            lay_periods(on, calendars.periods_of(kinds, on.horizon, settings.rules), settings)
            made = plan(
                known.metrics.values(),
                known.facts,
                context=on.context,
                grains=settings.grains,
                kinds=settings.kinds,
                settings=settings.parameters,
                selects=on.selects,
            )
            done = carry_out(on.engine, made.steps, progress)
            progress.stage("checking")
            check(on, made, settings)
            progress.stage("laying out the customers' pages")
            cards = lay_cards(on.engine, made, as_of=on.horizon.as_of)
            lately = lay_lately(on.engine, [bound.metric for bound in made.metrics], made.places)
            progress.stage("grading")
            grades = lay_grades(on.engine, made.places, sheets, on.horizon.as_of_on, closed)
            _enter(on.engine, made, [*done, *cards])
            honesty = lay_honesty(on.engine, on.horizon.as_of_on.isoformat())
            gained = lay_value(on.engine, value)
            paid = lay_pay(on.engine, settings.currency)
            rows = {each.table: each.rows for each in [*done, *cards]} | grades | honesty | lately | gained | paid
            manifest = _manifest(settings, known, on, name=name, rows=rows)
            on.engine.execute("DROP SCHEMA state CASCADE")
            for elsewhere in (WORK_SCHEMA, ENTERED_SCHEMA, "lake"):
                on.engine.detach(elsewhere)
            on.engine.execute("CHECKPOINT")
            on.selects.tidy()
        snapshot = publish(folder.mart, draft, manifest, keep=settings.keep_snapshots)
    return Built(snapshot, len(known.metrics), sum(each.rows for each in done if each.step.schema == CELL_SCHEMA))


def definitions(folder: Folder) -> Catalogue:
    """Our metrics and facts, and the workspace's own; CatalogueError tells everything that is wrong with its files."""
    return catalogue(
        [(str(file.relative_to(folder.root)), _text(file)) for file in sorted(folder.metrics.glob("*.yaml"))]
    )


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{file} is not UTF-8 text: {error}. Save it as UTF-8.") from error


def check_settings(settings: Settings, known: Catalogue) -> None:
    """DefinitionError for a metric that ``trueup.toml`` names and nobody defines."""
    for section, named in (("targets", settings.targets), ("metrics", settings.parameters)):
        for metric in named:
            if metric not in known.metrics:
                raise DefinitionError(
                    f"trueup.toml sets [{section}] {metric}: there is no such metric{nearest(metric, known.metrics)}"
                )


def check(on: Ground, made: Plan, settings: Settings) -> None:
    """Refuse cells that contradict themselves: an entity twice in a period, or a number its facts do not yield."""
    for table in dict.fromkeys(place.table for place in made.places):
        if found := _twice(on.engine, f'{CELL_SCHEMA}."{table}"'):
            entity, period = found
            raise BuildCheckError(f"The cell of {entity} in {period} is there twice in {table}; nothing was published.")
    try:
        sample_audit(made, on.engine, cells=AUDITED, seed=int(on.horizon.as_of.timestamp()), rules=settings.rules)
    except AuditError as error:
        raise BuildCheckError(f"{error}; nothing was published.") from error


def _twice(engine: DuckDBEngine, cells: str) -> tuple[str, str] | None:
    """An entity and a period that have two rows, if any have."""
    # What is wrong with a statement is wrong for most entities: of large tables some, whole, tell as much as all.
    rows: int = engine.query(f"SELECT count(*) FROM {cells}").column(0)[0].as_py()
    some = f"hash(entity) % {rows // ROWS_LOOKED_AT + 1} = 0"
    twice = engine.query(
        f"SELECT entity, period_key FROM {cells} WHERE entity IS NOT NULL AND {some}"
        " GROUP BY entity, period_kind, period_key HAVING count(*) > 1 LIMIT 1"
    ).to_pylist()
    return (twice[0]["entity"], twice[0]["period_key"]) if twice else None


def _enter(engine: DuckDBEngine, made: Plan, done: Sequence[Done]) -> None:
    """Keep beside the cells what is needed to read and explain them without the catalogue."""
    engine.create_schema(META_SCHEMA)
    engine.load(META_SCHEMA, "places", pa.Table.from_pylist([asdict(place) for place in made.places]))
    engine.load(META_SCHEMA, "metrics", pa.Table.from_pylist(metric_rows(made)))
    steps = [
        {
            "schema": each.step.schema,
            "name": each.step.name,
            "about": each.step.about,
            "sql": each.sql,
            "rows": each.rows,
            "seconds": each.seconds,
        }
        for each in done
    ]
    engine.load(META_SCHEMA, "steps", pa.Table.from_pylist(steps))
    engine.create_table(META_SCHEMA, "names", _NAMES)


def metric_rows(made: Plan) -> list[dict[str, str | int]]:
    """What readers of cells need to know of each metric, in the order of the catalogue."""
    return [
        {
            "metric": bound.metric.name,
            "label": bound.metric.label,
            "department": bound.metric.department,
            "family": bound.metric.family,
            "better": bound.metric.better,
            "unit": bound.metric.unit,
            "description": bound.metric.description,
            "fact": bound.instance.table,
            "parameters": json.dumps(dict(bound.instance.parameters), sort_keys=True, default=str),
            "position": position,
        }
        for position, bound in enumerate(made.metrics)
    ]


def _manifest(settings: Settings, known: Catalogue, on: Ground, *, name: str, rows: Mapping[str, int]) -> Manifest:
    newest = on.engine.query("SELECT coalesce(max(load), 0) FROM lake.meta.loads").column(0)[0].as_py()
    loads = on.engine.query("SELECT string_agg(digest, ',' ORDER BY load) FROM lake.meta.loads").column(0)[0].as_py()
    return Manifest(
        snapshot=name,
        built_at=datetime.now(UTC).replace(tzinfo=None).isoformat(),
        as_of=on.horizon.as_of.isoformat(),
        as_of_on=on.horizon.as_of_on.isoformat(),
        currency=settings.currency,
        version=__version__,
        newest_load=int(newest),
        inputs={
            "lake": _digest(str(loads)),
            "settings": _digest(repr(settings)),
            "definitions": _digest(repr(sorted(known.metrics.items()))),
            "entries": fingerprint(on.engine, loaded=ENTERED_SCHEMA),
        },
        grains=settings.grains,
        kinds=settings.kinds,
        rows=dict(rows),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
