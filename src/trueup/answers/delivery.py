"""What was delivered: by which source, when, how many rows; and what is wrong with it, a page at a time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trueup.canon.findings import Finding
from trueup.lake.duckdb import literal, quoted
from trueup.lake.store import Lake, open_lake
from trueup.runs.folder import Folder

_RANK = "list_position(['error', 'warning', 'info'], severity)"
_COLUMNS = 'severity, code, source, file, "row", "column", value, message, cure'


@dataclass(frozen=True)
class Marks:
    """Which findings are asked for; None: any."""

    severity: str | None = None
    source: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Tally:
    """How many findings there are of each severity, source and code together."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def total(self, marks: Marks) -> int:
        """How many bear these marks."""
        return sum(count for mark, count in self.counts.items() if _bears(mark, marks))

    def by(self, place: int, marks: Marks) -> list[tuple[str, int]]:
        """How many of those with these marks there are of each severity (``place`` 0), source (1) or code (2)."""
        found: Counter[str] = Counter()
        for mark, count in self.counts.items():
            if _bears(mark, marks):
                found[mark[place]] += count
        return sorted(found.items(), key=lambda each: (-each[1], each[0]))


@dataclass(frozen=True)
class Delivered:
    """A delivered table: what it was recognised as (empty: it is only kept, and ``reason`` says why)."""

    load: int
    path: str
    rows: int
    became: str
    reason: str
    loaded_at: datetime


@dataclass(frozen=True)
class Source:
    """What was delivered of a system, newest first; moments are UTC, naive."""

    name: str
    delivered: tuple[Delivered, ...]

    @property
    def rows(self) -> int:
        """All rows delivered."""
        return sum(each.rows for each in self.delivered)

    @property
    def newest_at(self) -> datetime:
        """When something came last."""
        return self.delivered[0].loaded_at


def tally(folder: Folder) -> Tally:
    """All findings counted; EngineError while somebody imports."""
    if not folder.lake.is_file():
        return Tally()
    with open_lake(folder.lake, read_only=True) as lake:
        rows = lake.engine.query(
            "SELECT severity, source, code, count(*) AS n FROM meta.findings GROUP BY severity, source, code"
        ).to_pylist()
    return Tally(Counter({(row["severity"], row["source"], row["code"]): row["n"] for row in rows}))


def findings_page(folder: Folder, marks: Marks, *, first: int, most: int) -> Sequence[Finding]:
    """At most ``most`` findings with these marks from the ``first`` on (from 0), the worst first."""
    if not folder.lake.is_file():
        return ()
    with open_lake(folder.lake, read_only=True) as lake:
        rows = lake.engine.query(
            f"SELECT {_COLUMNS} FROM meta.findings WHERE {_where(marks)} ORDER BY {_RANK}, load DESC, source, file,"
            f' code, "column", "row" LIMIT {most} OFFSET {first}'
        ).to_pylist()
    return tuple(Finding(**row) for row in rows)


def sources(folder: Folder) -> tuple[Source, ...]:
    """What was delivered, by source in the order of their names; EngineError while somebody imports."""
    if not folder.lake.is_file():
        return ()
    with open_lake(folder.lake, read_only=True) as lake:
        return _sources(lake)


def _sources(lake: Lake) -> tuple[Source, ...]:
    rows = lake.engine.query(
        "SELECT load, source, path, rows, system, raw_name, reason, loaded_at FROM meta.loads"
        " ORDER BY source, load DESC"
    ).to_pylist()
    by_source: dict[str, list[Delivered]] = {}
    for row in rows:
        became = f"{row['system']} {row['raw_name']}".strip()
        delivered = Delivered(row["load"], row["path"], row["rows"], became, row["reason"], row["loaded_at"])
        by_source.setdefault(row["source"], []).append(delivered)
    return tuple(Source(name, tuple(delivered)) for name, delivered in by_source.items())


def _where(marks: Marks) -> str:
    asked = {"severity": marks.severity, "source": marks.source, "code": marks.code}
    conditions = [f"{quoted(name)} = {literal(value)}" for name, value in asked.items() if value is not None]
    return " AND ".join(conditions) or "TRUE"


def _bears(mark: tuple[str, str, str], marks: Marks) -> bool:
    asked = (marks.severity, marks.source, marks.code)
    return all(wanted is None or wanted == is_so for wanted, is_so in zip(asked, mark, strict=True))
