"""What type each delivered column is: guessed from a sample, confirmed over all values in one pass, and then read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyarrow as pa

from trueup.canon.findings import Finding
from trueup.sources.column_evidence import Evidence, answered, asking, question, read_sql, settled, text_sql
from trueup.sources.column_forms import FlagForm, Form, Kind, MomentForm, NumberForm, TextForm
from trueup.sources.column_guess import Guess, Habits, guess, is_readable
from trueup.sources.column_notes import habits_of, note, notes
from trueup.sources.column_second_looks import Query, second_looks
from trueup.sources.quoting import literal, quoted

_SAMPLE: Final = 1_000
_FAILING: Final = 500
_ROUNDS: Final = 5
_EXAMPLES: Final = 3

_TOLERATED: Final[Mapping[Kind, float]] = {
    "integer": 0.02,
    "decimal": 0.02,
    "epoch_seconds": 0.02,
    "epoch_millis": 0.02,
}
_TOLERATED_ELSE: Final = 0.1
"""Share of values that may fail to read before a column is text after all; numbers may be half of a list of names."""

_WORTH_SAYING: Final = 0.25
"""A column of which more values do not read was never of that type."""


@dataclass(frozen=True)
class ColumnProfile:
    """What is known about one delivered column, from all its values.

    ``values`` are not null, ``nulls`` are; ``unparsed`` of the values do not have the ``form``. ``distinct`` is an
    estimate. ``low`` and ``high`` are the least and the greatest value read, as text.
    """

    name: str
    kind: Kind
    form: Form
    values: int
    nulls: int
    unparsed: int
    distinct: int
    null_words: tuple[str, ...] = ()
    trims: bool = False
    examples: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    findings: tuple[Finding, ...] = ()

    def swapped_back(self) -> "ColumnProfile":
        """The same column, read with day and month changed back wherever both readings are possible."""
        assert isinstance(self.form, MomentForm), f"{self.name} holds no dates"
        return replace(self, form=replace(self.form, swaps=True))


@dataclass
class _Candidate:
    """A column while it is being found out: the values seen so far, the guess, and what all values say of it."""

    name: str
    values: list[str]
    guess: Guess | None = None
    found: Evidence | None = None
    failing: list[str] = field(default_factory=list)
    is_new: bool = True

    def guess_anew(self, habits: Habits) -> bool:
        """Guess from the values seen so far; whether that says something new."""
        before, self.guess, self.is_new = self.guess, guess(self.name, self.values, habits), False
        return self.guess != before


def profile(
    query: Query, table: str, columns: Sequence[str], *, decimal_comma: bool = False
) -> dict[str, ColumnProfile]:
    """Every column's type and form, decided from all its values.

    ``table`` is a table's name, or a query in brackets, with the columns as text; ``query`` runs SQL of DuckDB. Each
    column is guessed from the first rows, and one pass over all rows confirms every guess; only columns of which some
    values do not fit are looked at again. ``decimal_comma``: the file's delimiter suggests decimal commas.
    """
    if not columns:
        return {}
    sample = query(f"SELECT {', '.join(map(quoted, columns))} FROM {table} LIMIT {_SAMPLE}")
    candidates = [_Candidate(name, _strings(sample.column(place))) for place, name in enumerate(columns)]
    rows, habits = 0, Habits()
    for _ in range(_ROUNDS):
        pending = [found for found in candidates if found.is_new]
        for found in pending:
            found.guess_anew(habits)
        habits = habits_of([_of(found) for found in candidates], decimal_comma=decimal_comma)
        pending += [found for found in candidates if _of(found).is_open and found.guess_anew(habits)]
        if not pending:
            break
        rows = _ask(query, table, list({found.name: found for found in pending}.values()))
        for found in pending:
            _look_again(query, table, found)
    return {found.name: _profile(query, table, found, rows, habits) for found in candidates}


def typed_select(
    table: str,
    profiles: Mapping[str, ColumnProfile],
    wanted: Mapping[str, Kind] | None = None,
    *,
    zone: str = "UTC",
) -> str:
    """A SELECT of all rows and columns with each profiled column in its type, or the one wanted.

    What cannot be read is null. Timestamps are UTC without a zone; those delivered without one are taken to be of
    ``zone``. Columns that have no profile pass through.
    """
    kinds = wanted or {}
    read = ", ".join(
        f"{reading(found, kinds.get(name, found.kind), zone=zone)} AS {quoted(name)}"
        for name, found in profiles.items()
    )
    return f"SELECT * REPLACE ({read}) FROM {table}" if read else f"SELECT * FROM {table}"


def reading(found: ColumnProfile, kind: Kind, *, zone: str = "UTC") -> str:
    """The SQL expression that reads a column as ``kind``; as in ``typed_select``."""
    said = Guess(found.kind, found.form, found.null_words, found.trims)
    x = text_sql(found.name, said)
    if kind == "text":
        return f"nullif({x}, '')"
    expression = _as_wanted(found, x, kind, zone)
    if not found.null_words or found.kind in {"text", "empty"}:
        return expression
    return f"CASE WHEN {x} NOT IN ({_words(found.null_words)}) THEN {expression} END"


def unparsed(table: str, found: ColumnProfile, *, row: str = "_row") -> str:
    """The SELECT of values that are there but do not read: ``row`` and ``value``."""
    x, name = quoted(found.name), quoted(row)
    words = f" AND trim({x}) NOT IN ({_words(found.null_words)})" if found.null_words else ""
    return (
        f"SELECT {name} AS row, {x} AS value FROM {table}"
        f" WHERE trim({x}) <> ''{words} AND {reading(found, found.kind)} IS NULL"
    )


def _as_wanted(found: ColumnProfile, x: str, kind: Kind, zone: str) -> str:
    form = found.form
    if isinstance(form, MomentForm):
        if kind == "date":
            return form.local_date(x, zone=zone)
        if kind in {"timestamp", "epoch_seconds", "epoch_millis"}:
            return f"CAST({form.sql(x, zone=zone)} AS TIMESTAMP)"
    if kind == found.kind and kind != "empty":
        return form.sql(x)
    if isinstance(form, NumberForm):
        x = form.bare(x)
    if isinstance(form, FlagForm):
        x = f"CAST({form.sql(x)} AS VARCHAR)"
    return _GENERIC[kind].format(x=x)


# What was not recognised as the kind wanted is read as programs write it.
_INSTANT: Final = (
    "CASE WHEN abs(TRY_CAST({x} AS BIGINT)) >= 100000000000 THEN make_timestamp(TRY_CAST({x} AS BIGINT) * 1000)"
    " WHEN TRY_CAST({x} AS BIGINT) IS NOT NULL THEN make_timestamp(TRY_CAST({x} AS BIGINT) * 1000000)"
    " ELSE TRY_CAST({x} AS TIMESTAMP) END"
)
_GENERIC: Final[Mapping[Kind, str]] = {
    "empty": "CAST(NULL AS VARCHAR)",
    "boolean": "TRY_CAST({x} AS BOOLEAN)",
    "integer": "CASE WHEN TRY_CAST({x} AS DOUBLE) = floor(TRY_CAST({x} AS DOUBLE)) THEN TRY_CAST({x} AS BIGINT) END",
    "decimal": "TRY_CAST({x} AS DECIMAL(18, 4))",
    "date": f"CAST({_INSTANT} AS DATE)",
    "timestamp": _INSTANT,
    "epoch_seconds": _INSTANT,
    "epoch_millis": _INSTANT,
    "time": "TRY_CAST({x} AS TIME)",
    "duration": "TRY_CAST({x} AS INTERVAL)",
}


def _ask(query: Query, table: str, pending: Sequence[_Candidate]) -> int:
    """Ask all rows about the pending guesses, in one pass; the number of rows."""
    questions = [question(found.name, _of(found), place=place) for place, found in enumerate(pending)]
    answers = query(asking(table, questions)).to_pylist()[0]
    for place, found in enumerate(pending):
        found.found = answered(answers, place=place)
    return int(answers["n"])


def _look_again(query: Query, table: str, found: _Candidate) -> None:
    """Fetch values that do not fit the guess; those of its kind refine it."""
    said, evidence = _of(found), _evidence(found)
    if said.kind == "text" or not (evidence.unread if said.kind != "empty" else evidence["values"]):
        return
    x = text_sql(found.name, said)
    words = f" AND {x} NOT IN ({_words(said.null_words)})" if said.null_words else ""
    read = "NULL" if said.kind == "empty" else read_sql(found.name, said)
    name = quoted(found.name)
    failing = query(f"SELECT {name} FROM {table} WHERE {x} IS NOT NULL{words} AND {read} IS NULL LIMIT {_FAILING}")
    found.failing = _strings(failing.column(0))
    telling = [value for value in found.failing if is_readable(value, said.kind)]
    found.values += telling
    found.is_new = bool(telling)


def _profile(query: Query, table: str, found: _Candidate, rows: int, habits: Habits) -> ColumnProfile:
    said, evidence = settled(_of(found), _evidence(found)), _evidence(found)
    examples = tuple(dict.fromkeys(value for value in found.values if value.strip()))[:_EXAMPLES]
    findings: list[Finding] = []
    if said.kind not in {"text", "empty"}:
        tolerated = _TOLERATED.get(said.kind, _TOLERATED_ELSE)
        if evidence.unread > tolerated * (evidence["values"] - evidence["nothings"]):
            findings += _mixed(found, said, evidence)
            said = Guess("text", TextForm())
    stray = next((value for value in found.failing if not is_readable(value, said.kind)), None)
    findings += notes(found.name, said, evidence, habits=habits, examples=examples, stray=stray)
    findings += second_looks(query, table, name=found.name, guess=said, found=evidence, rows=rows)
    is_read = said.kind not in {"text", "empty"}
    return ColumnProfile(
        found.name,
        said.kind,
        said.form,
        values=evidence["values"],
        nulls=rows - evidence["values"],
        unparsed=evidence.unread if is_read else 0,
        distinct=min(evidence["distinct"], evidence["values"]),
        null_words=said.null_words if is_read else (),
        trims=said.trims,
        examples=examples,
        low=evidence.low if is_read else None,
        high=evidence.high if is_read else None,
        findings=tuple(findings),
    )


def _mixed(found: _Candidate, said: Guess, evidence: Evidence) -> list[Finding]:
    if evidence.unread > _WORTH_SAYING * evidence["values"]:
        return []
    message = f"{evidence.unread} of {evidence['values']} values of {found.name} are no {said.kind}; it stays text."
    cure = "If they should be, correct the others in the system and export again."
    value = found.failing[0] if found.failing else None
    return [note("info", "mixed_types", found.name, message, cure=cure, value=value)]


def _of(found: _Candidate) -> Guess:
    assert found.guess is not None, "every column is guessed before it is asked about"
    return found.guess


def _evidence(found: _Candidate) -> Evidence:
    assert found.found is not None, "every guess is asked about"
    return found.found


def _strings(column: pa.ChunkedArray) -> list[str]:
    return [value for value in column.to_pylist() if value is not None]


def _words(words: Sequence[str]) -> str:
    return ", ".join(map(literal, words))
