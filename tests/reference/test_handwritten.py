"""Every number of a company of middling size, once by a build and once by SQL that an expert wrote for it by hand.

The scripts in ``bench/handwritten`` share nothing with the product: they read the same files, and were written from the
words of the definitions. Every metric, grain, entity and period is compared; only those are left out that are made of
what people enter, which does not come in files (``test_goals_by_hand`` compares them).
"""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from trueup import workspace
from trueup.canon.entries import ENTRY_TABLE
from trueup.mart.snapshot import Snapshot
from trueup.metrics.places import Place, tidy
from trueup.metrics.readiness import needs
from trueup.metrics.registry import built_in_facts, built_in_metrics
from trueup.runs.build import build
from trueup.runs.folder import Folder
from trueup.runs.progress import Silence
from trueup.runs.pull import pull

BENCH = Path(__file__).resolve().parents[2] / "bench"
INTERACTIONS = 20_000
ENTERED = tuple(m.name for m in built_in_metrics().values() if needs(m, built_in_facts()).keys() & ENTRY_TABLE.keys())
MOMENTS = (datetime(2026, 4, 17, 10, 30), datetime(2025, 2, 28, 22, 59, 59, 999_999))

DIFFERENCES = f"""
SELECT metric, grain, entity, period, o.value, h.value, o.numerator, h.numerator, o.denominator, h.denominator,
       o.n, h.n, o.pending, h.pending
FROM (FROM ours WHERE metric NOT IN {ENTERED}) o
FULL JOIN hand.answer h USING (metric, grain, entity, period_kind, period)
WHERE o.n IS DISTINCT FROM h.n OR o.pending IS DISTINCT FROM h.pending OR NOT same(o.value, h.value)
   OR NOT same(o.numerator, h.numerator) OR NOT same(o.denominator, h.denominator)
ORDER BY ALL LIMIT 20
"""
SAME = """
CREATE TEMP MACRO same(one, other) AS
    coalesce(abs(one - other) <= 1e-9 * greatest(abs(one), abs(other)), one IS NULL AND other IS NULL)
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    run("company.py", str(folder), "--interactions", str(INTERACTIONS))
    return folder


@pytest.fixture(scope="module")
def imported(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = workspace.make(tmp_path_factory.mktemp("workspace"), name="Middling", timezone="Europe/Berlin")
    own = folder.sources / "company"
    own.mkdir()
    for table in sorted(files.glob("*.parquet")):
        (own / f"{table.stem}.sql").write_text(f"SELECT * FROM {table.stem}\n")
    pull(folder, workspace.settings(folder), [files], source="company", progress=Silence())
    return folder


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def as_of(request: pytest.FixtureRequest) -> datetime:
    assert isinstance(request.param, datetime)
    return request.param


@pytest.fixture(scope="module")
def by_hand(files: Path, as_of: datetime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("by_hand") / "answers.duckdb"
    run("handwritten.py", str(files), str(file), "--as-of", as_of.isoformat())
    return file


def test_a_build_and_an_expert_come_to_the_same_numbers(imported: Folder, as_of: datetime, by_hand: Path) -> None:
    built = build(imported, workspace.settings(imported), as_of=as_of.replace(tzinfo=UTC), progress=Silence())
    found = compared(built.snapshot, by_hand)
    assert found.execute(DIFFERENCES).fetchall() == []
    metrics = {str(row[0]) for row in found.execute("SELECT DISTINCT metric FROM hand.answer").fetchall()}
    assert metrics == set(built_in_metrics()) - set(ENTERED)


def test_the_experts_offsets_are_the_zones(by_hand: Path) -> None:
    with duckdb.connect(str(by_hand)) as connection:
        wrong = connection.execute(
            "SELECT hours FROM range(TIMESTAMP '2024-01-01', TIMESTAMP '2027-09-30', INTERVAL 1 HOUR) t(hours)"
            " WHERE wall(hours) <> timezone('Europe/Berlin', timezone('UTC', hours))"
        )
        assert wrong.fetchall() == []


def compared(snapshot: Snapshot, by_hand: Path) -> duckdb.DuckDBPyConnection:
    """Both in one connection: the tables ``ours`` and ``hand.answer``."""
    connection = duckdb.connect(str(snapshot.file), read_only=True)
    places = connection.execute("FROM meta.places").to_arrow_table().to_pylist()
    connection.execute(f"CREATE TEMP TABLE ours AS {tidy([Place(**place) for place in places])}")
    connection.execute(f"ATTACH '{by_hand}' AS hand (READ_ONLY)")
    connection.execute(SAME)
    return connection


def run(script: str, *arguments: str) -> None:
    subprocess.run([sys.executable, str(BENCH / script), *arguments], check=True)
