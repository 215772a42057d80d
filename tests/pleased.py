"""Five customers of whom it is known, but for one, what they give and get; published as a snapshot of its own.

In 2026-Q2 Acme gives much and gets little (a quarter before it got more), Globex gives and gets, Umbra gets more than
it gives, Initech neither; of Hooli, the largest, no goal was read.
"""

from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from given import Rows, Value, World, given
from trueup.grades.worksheet_file import our_files
from trueup.grades.worksheet_file import read as read_sheet
from trueup.lake.duckdb import literal
from trueup.mart.snapshot import Manifest, Snapshot, drafting, publish
from trueup.metrics.registry import built_in_metrics
from trueup.runs.grade_tables import lay_grades

DAY = "2026-07-10"
QUARTER, BEFORE = "2026-Q2", "2026-Q1"
NAMES = {name.lower(): name for name in ("Acme", "Globex", "Umbra", "Initech", "Hooli", "Prospect")}
PEOPLE = """person_id  team   name
            alice      north  Alice
            tom        north  Tom
            charlie    south  Charlie"""
PER_DAY = {"acme": 10, "globex": 5, "umbra": 2, "initech": 1, "hooli": 20}
READINGS = """reading_id  goal_id  observed_on  value  recorded_at
              r1          acme     2026-03-01   160    2026-03-01T12:00
              r2          acme     2026-06-01   120    2026-06-01T12:00
              r3          globex   2026-03-01   180    2026-03-01T12:00
              r4          umbra    2026-06-01   190    2026-06-01T12:00
              r5          initech  2026-03-01   110    2026-03-01T12:00"""
"""All goals lead from 100 to 200."""
TOUCHES = """interaction_id  account_id  occurred_at       ended_at          kind     direction  thread_id  is_automatic
             i1              acme        2026-05-04T09:00  2026-05-04T09:30  call     outbound   -          false
             i2              initech     2026-05-05T09:00  2026-05-05T10:15  meeting  -          -          false
             i3              initech     2026-05-06T09:00  -                 email    inbound    t1         false
             i4              initech     2026-05-06T11:00  -                 email    outbound   t1         false
             i5              globex      2026-05-07T09:00  -                 email    inbound    t2         false
             i6              globex      2026-05-07T10:00  2026-05-07T09:00  call     outbound   t2         false
             i7              prospect    2026-05-08T09:00  -                 call     outbound   -          false
             i8              acme        2026-03-02T09:00  2026-03-02T10:00  call     outbound   -          false
             i9              hooli       2026-05-09T09:00  -                 email    inbound    t3         false"""
"""Five touches in the quarter: i1, i2, i4 (the answer to i3), i6 (a call, and the answer to i5) and i7.

Of its four calls and meetings, i1 and i2 say how long they took; i6 ended before it began, i7 does not say.
"""
PARTICIPANTS = """interaction_id  person_id
                  i1              alice
                  i2              alice
                  i2              tom
                  i3              charlie
                  i4              charlie
                  i5              charlie
                  i6              charlie
                  i7              alice
                  i8              alice
                  i9              alice"""
METRICS = ("revenue", "goal_attainment", "goals_on_track", "quota_attainment", "sales_calls", "response_time")


def published(mart: Path, **tables: Rows) -> Snapshot:
    """The snapshot, in force in the folder ``mart``; ``tables`` instead of, or besides, what is told above."""
    world = _world(tables)
    planned = world.compute([built_in_metrics()[name] for name in METRICS], periods=["month", "quarter", "year"])
    engine = world.engine
    engine.create_schema("meta")
    engine.load("meta", "places", pa.Table.from_pylist([asdict(place) for place in planned.places]))
    called = {"account": NAMES, "person": {name.lower(): name for name in ("Alice", "Tom", "Charlie")}}
    rows = [{"grain": g, "entity": id_, "name": name} for g, of in called.items() for id_, name in of.items()]
    engine.load("meta", "names", pa.Table.from_pylist(rows))
    sheet = read_sheet("quarterly", next(file.text for file in our_files() if file.name == "quarterly"))
    laid = lay_grades(engine, planned.places, {"quarterly": sheet}, world.horizon.as_of_on)
    manifest = Manifest(
        snapshot="20260710T120000000000Z",
        built_at=f"{DAY}T12:00:00",
        as_of=f"{DAY}T12:00:00",
        as_of_on=DAY,
        currency="EUR",
        version="0",
        newest_load=0,
        inputs={},
        grains=("account",),
        kinds=("quarter",),
        rows=laid,
    )
    mart.mkdir(parents=True)
    with drafting(mart, manifest.snapshot) as draft:
        engine.execute(f"ATTACH {literal(str(draft.file))} AS out")
        engine.execute("COPY FROM DATABASE memory TO out")
        engine.execute("DETACH out")
        return publish(mart, draft, manifest, keep=1)


def _world(tables: dict[str, Rows]) -> World:
    goal: dict[str, Value] = {"kind": "business", "direction": "increase", "weight": 1.0, "cadence_days": 45}
    goal |= {"status": "agreed", "agreed_at": "2026-01-10T09:00"}
    terms: dict[str, Value] = {"revision": 1, "baseline_value": 100.0, "baseline_on": "2026-01-01"}
    terms |= {"target_value": 200.0, "target_on": "2026-12-31"}
    told: dict[str, Rows] = {
        "accounts": [{"account_id": each, "name": name, "owner_id": "alice"} for each, name in NAMES.items()],
        "people": PEOPLE,
        "contracts": [
            {"contract_id": each, "account_id": each, "amount": str(365 * per_day)}
            | {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
            for each, per_day in PER_DAY.items()
        ],
        "goals": [{"goal_id": each, "account_id": each, **goal} for each in PER_DAY],
        "goal_terms": [{"goal_id": each, **terms} for each in PER_DAY],
        "readings": READINGS,
        "interactions": TOUCHES,
        "participants": PARTICIPANTS,
    }
    return given(as_of=DAY, zone="UTC", **{**told, **tables})
