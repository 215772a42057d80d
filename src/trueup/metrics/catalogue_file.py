"""The catalogue's file format: metrics, and facts in SQL, in YAML; ours and a workspace's alike.

A file is a list of metrics, or a mapping with ``metrics`` and ``facts``. Everything wrong with all files is told at
once, each with its file, its line, the value and the nearest one that would do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, cast, get_args

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from sqlglot import ParseError, exp, parse

from trueup.metrics.declarations import DeclarationsError, Place, Problem, content_of, told
from trueup.metrics.fact import KNOWN_TABLES
from trueup.metrics.instances import AnyFact
from trueup.metrics.metric import Metric
from trueup.metrics.naming import nearest
from trueup.metrics.sqlfact import SqlFact

JsonSchema = Mapping[str, object]
Section = Literal["metrics", "facts"]
_READERS: Mapping[Section, TypeAdapter[Metric] | TypeAdapter[SqlFact]] = {
    "metrics": TypeAdapter(Metric),
    "facts": TypeAdapter(SqlFact),
}
_KEYS: Mapping[Section, tuple[str, ...]] = {
    "metrics": tuple(f.name for f in fields(Metric) if f.name != "declared"),
    "facts": tuple(f.name for f in fields(SqlFact) if f.name != "declared"),
}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NEEDED = {
    "count": (),
    "sum": ("measure",),
    "ratio": ("numerator", "denominator"),
    "mean": ("measure",),
    "median": ("measure",),
    "percentile": ("measure", "percentile"),
    "count_distinct": ("measure",),
    "survival_median": ("measure", "event"),
}


class CatalogueError(DeclarationsError):
    """Files of the catalogue that cannot be used."""


@dataclass(frozen=True)
class Catalogue:
    """All metrics and facts by name."""

    metrics: Mapping[str, Metric]
    facts: Mapping[str, AnyFact]


@dataclass
class _Reading:
    """What has been read so far, and what was wrong with it; ``lines``: name -> key -> line."""

    facts: dict[str, AnyFact]
    metrics: dict[str, Metric] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def load(files: Iterable[tuple[str, str]], *, facts: Mapping[str, AnyFact]) -> Catalogue:
    """The metrics and facts of (name, text) files, on top of ``facts``; CatalogueError with every problem found."""
    reading = _Reading(dict(facts))
    for file, text in files:
        _read(file, text, reading)
    for metric in reading.metrics.values():
        reading.problems.extend(_problems_of_metric(metric, reading.places[metric.name], reading.facts))
    for fact in reading.facts.values():
        if isinstance(fact, SqlFact) and fact.name in reading.places:
            reading.problems.extend(_problems_of_fact(fact, reading.places[fact.name], reading.facts))
    if reading.problems:
        raise CatalogueError(sorted(reading.problems, key=lambda problem: (problem.file, problem.line)))
    return Catalogue(reading.metrics, reading.facts)


def _read(file: str, text: str, reading: _Reading) -> None:
    content = content_of(file, text)
    if isinstance(content, Problem):
        reading.problems.append(content)
        return
    for section, declaration in _declarations(file, content, reading):
        _read_one(section, Place(file, declaration), reading)


def _declarations(file: str, content: object, reading: _Reading) -> Iterator[tuple[Section, CommentedMap]]:
    if content is None:
        return
    sections = content if isinstance(content, CommentedMap) else CommentedMap(metrics=content)
    for key, listed in sections.items():
        if key not in _KEYS:
            reading.problems.append(Problem(file, 1, f"unknown section {key!r}{nearest(str(key), _KEYS)}"))
        elif not isinstance(listed, CommentedSeq):
            reading.problems.append(Problem(file, 1, f"{key} is not a list: begin each of them with '- name: ...'"))
        else:
            for place, declared in enumerate(listed):
                if isinstance(declared, CommentedMap):
                    yield key, declared
                else:
                    line = int(listed.lc.item(place)[0]) + 1
                    reading.problems.append(Problem(file, line, f"{declared!r} is no declaration: write 'name: ...'"))


def _read_one(section: Section, place: Place, reading: _Reading) -> None:
    declaration = place.declaration
    known = _KEYS[section]
    unknown = [
        place.problem(f"unknown key {key!r}{nearest(str(key), known)}", key) for key in declaration if key not in known
    ]
    try:
        plain = {key: value for key, value in declaration.items() if key in known}
        read = _READERS[section].validate_python({**plain, "declared": f"{place.file}:{place.line()}"})
    except ValidationError as error:
        reading.problems += [*unknown, *(told(details, place, known) for details in error.errors())]
        return
    reading.problems += unknown
    by_name: Mapping[str, Metric | AnyFact] = reading.metrics if isinstance(read, Metric) else reading.facts
    if not _NAME.fullmatch(read.name):
        reading.problems.append(place.problem(f"name {read.name!r}: write small letters, digits and _", "name"))
    elif read.name in by_name:
        reading.problems.append(place.problem(f"{read.name!r} is declared already: choose another name", "name"))
    elif isinstance(read, Metric):
        reading.metrics[read.name], reading.places[read.name] = read, place
    else:
        reading.facts[read.name], reading.places[read.name] = read, place


def _problems_of_metric(metric: Metric, place: Place, facts: Mapping[str, AnyFact]) -> Iterator[Problem]:
    for key in _NEEDED[metric.agg]:
        if key not in place.declaration:
            yield place.problem(f"{key} is missing: agg {metric.agg} needs it", "agg")
    if metric.percentile is not None and not 0 < metric.percentile < 1:
        yield place.problem(f"percentile: {metric.percentile} is not between 0 and 1", "percentile")
    if metric.minimum_n < 1:
        yield place.problem(f"minimum_n: {metric.minimum_n} is less than 1", "minimum_n")
    yield from _problems_of_requires(metric.requires, place)
    if metric.fact not in facts:
        yield place.problem(f"no fact is called {metric.fact!r}{nearest(metric.fact, facts)}", "fact")
        return
    parameters = facts[metric.fact].parameters
    for name in metric.parameters:
        if name not in parameters:
            cure = nearest(name, parameters) or ", it has none"
            yield place.problem(f"the fact {metric.fact} has no parameter {name!r}{cure}", "parameters", name)


def _problems_of_requires(requires: Mapping[str, Iterable[str]], place: Place) -> Iterator[Problem]:
    for table, columns in requires.items():
        if table not in KNOWN_TABLES:
            yield place.problem(f"no canonical table {table!r}{nearest(table, KNOWN_TABLES)}", "requires", table)
            continue
        for column in columns:
            if column not in KNOWN_TABLES[table].column_names:
                cure = nearest(column, KNOWN_TABLES[table].column_names)
                yield place.problem(f"{table} has no column {column!r}{cure}", "requires", table)


def _problems_of_fact(fact: SqlFact, place: Place, facts: Mapping[str, AnyFact]) -> Iterator[Problem]:
    yield from _problems_of_requires(fact.requires, place)
    for name in fact.uses:
        if name not in facts:
            yield place.problem(f"no fact is called {name!r}{nearest(name, facts)}", "uses")
    if fact.row_of is not None and fact.row_of not in KNOWN_TABLES:
        yield place.problem(f"no canonical table {fact.row_of!r}{nearest(fact.row_of, KNOWN_TABLES)}", "row_of")
    try:
        named = fact.placeholders
    except ValueError as error:
        yield place.problem(f"sql: {error}: write a literal brace twice", "sql")
        return
    if unknown := [name for name in named if name not in fact.known_placeholders]:
        cure = nearest(unknown[0], fact.known_placeholders)
        yield place.problem(f"sql: {{{unknown[0]}}} is no parameter nor a fact of 'uses'{cure}", "sql")
        return
    yield from _problems_of_sql(fact, place)


def _problems_of_sql(fact: SqlFact, place: Place) -> Iterator[Problem]:
    used = {name: f"facts.{name}" for name in fact.uses}
    plain = fact.sql.format_map({**dict.fromkeys(fact.known_placeholders, "NULL"), **used})
    try:
        statements = parse(plain.strip().rstrip(";"), dialect="duckdb")
    except ParseError as error:
        first = error.errors[0]
        yield place.problem(f"sql, line {first['line']}: {first['description']}: {first['highlight']!r}", "sql")
        return
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        yield place.problem("sql: give one SELECT", "sql")
        return
    query = statements[0]
    for table in query.find_all(exp.Table):
        if table.db == "state" and table.name not in KNOWN_TABLES:
            yield place.problem(f"sql: no canonical table {table.name!r}{nearest(table.name, KNOWN_TABLES)}", "sql")
    followed = () if fact.timing == "period" else ("occurred_on", "credited_on")
    lacking = [name for name in fact.all_columns if name not in followed and name not in query.named_selects]
    if lacking and not query.is_star:
        yield place.problem(f"sql: the SELECT yields no {', '.join(lacking)}", "sql")


def json_schema() -> JsonSchema:
    """The JSON Schema of a catalogue file, for editors."""
    parts = {section: _READERS[section].json_schema(ref_template="#/$defs/{model}") for section in get_args(Section)}
    lists = {section: {"type": "array", "items": _closed(schema)} for section, schema in parts.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Metrics of Trueup",
        "oneOf": [lists["metrics"], {"type": "object", "properties": lists, "additionalProperties": False}],
    }


def _closed(schema: Mapping[str, object]) -> Mapping[str, object]:
    properties = cast("Mapping[str, object]", schema["properties"])
    kept = {name: of for name, of in properties.items() if name != "declared"}
    return {**schema, "properties": kept, "additionalProperties": False}
