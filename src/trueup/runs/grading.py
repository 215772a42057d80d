"""Grading accounts: what each criterion reads of them, in one wide table, and the grades that follow.

A graded table has a row per account: ``account_id``, per criterion its input (and ``NAME__n``, the facts behind a
metric's value), and what follows of them: ``score``, ``computed`` (the letter), ``grade`` (the letter that holds, an
override's where there is one), ``answered_weight`` and ``is_overridden``. The inputs are all that grading needs, so
that the same grades follow from a kept table at any time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from trueup.grades.grade import Graded, Inputs, grade
from trueup.grades.worksheet import ATTRIBUTES, Criterion, Worksheet
from trueup.lake.duckdb import DuckDBEngine, quoted
from trueup.metrics.places import CELL_SCHEMA, Only, Place, tidy
from trueup.metrics.sql import constant
from trueup.runs.customers import customers_between

FACTS_BEHIND = "__n"
SEGMENT = "_segment"
"""The account's segment: whom it is compared with."""
OVERRIDE = "override"
FOLLOWING = ("score", "computed", "grade", "answered_weight", "is_overridden")
"""The columns that follow from the others."""
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class GradedPeriod:
    """The period of a grading, and how much of it was known: ``cut_on`` is its last day that had come."""

    key: str
    kind: str
    first_on: date
    last_on: date
    cut_on: date
    as_of_on: date
    is_over: bool


def period_of(engine: DuckDBEngine, kind: str, key: str, *, as_of_on: date) -> GradedPeriod | None:
    """A period of the engine's calendar; None where it has none of that key."""
    found = engine.query(
        "SELECT first_on, last_on, cut_on, is_over FROM calendar.periods"
        f" WHERE period_kind = {constant(kind)} AND period_key = {constant(key)}"
    ).to_pylist()
    return GradedPeriod(key, kind, as_of_on=as_of_on, **found[0]) if found else None


def inputs_of(engine: DuckDBEngine, sheet: Worksheet, period: GradedPeriod, places: Iterable[Place]) -> pa.Table:
    """What a worksheet reads of the accounts that it covers, by account; the engine holds ``state`` and finished cells.

    A count without a fact is 0, unless nobody has any: then nothing was delivered that could be counted.
    """
    by_metric = {place.metric: place for place in places if place.grain == "account"}
    columns, joins = ["a.account_id", f"a.segment AS {quoted(SEGMENT)}"], []
    for criterion in sheet.criteria:
        name = quoted(criterion.name)
        match criterion.source:
            case "metric" if place := by_metric.get(criterion.reads):
                only = Only(kinds=(period.kind,), periods=(period.key,))
                joins.append(f"LEFT JOIN ({tidy([place], only)}) AS {name} ON {name}.entity = a.account_id")
                none = "0" if counts_anything(engine, place) else "NULL"
                columns += [f"coalesce({name}.value, {none}) AS {name}", f"{name}.n AS {_n(criterion)}"]
            case "metric":
                columns += [f"CAST(NULL AS DOUBLE) AS {name}", f"CAST(NULL AS BIGINT) AS {_n(criterion)}"]
            case "attribute":
                columns.append(f"{_attribute(criterion.reads, period)} AS {name}")
            case "question":
                joins.append(
                    f"LEFT JOIN ({_answers(sheet, criterion, period)}) AS {name} ON {name}.account_id = a.account_id"
                )
                columns.append(f"{name}.answer AS {name}")
    joins.append(f"LEFT JOIN ({_overrides(sheet, period)}) AS held ON held.account_id = a.account_id")
    covered = (
        "TRUE"
        if sheet.covers == "everyone"
        else f"a.account_id IN ({customers_between(period.first_on, period.cut_on)})"
    )
    return engine.query(
        f"SELECT {', '.join(columns)}, held.letter AS {OVERRIDE} FROM state.accounts AS a"
        f" LEFT JOIN ({_FIRST_CONTRACTS}) AS c ON c.account_id = a.account_id"
        f" {' '.join(joins)} WHERE {covered} ORDER BY a.account_id"
    )


def graded(sheet: Worksheet, inputs: pa.Table) -> pa.Table:
    """The inputs with what follows from them."""
    made = grades_of(sheet, inputs)
    override = inputs.column(OVERRIDE).to_pylist()
    computed = made.letters.tolist()
    following = {
        "score": pa.array(made.scores(), from_pandas=True),
        "computed": pa.array(computed, pa.string()),
        "grade": pa.array([held or letter for held, letter in zip(override, computed, strict=True)], pa.string()),
        "answered_weight": pa.array(made.answered_weight()),
        "is_overridden": pa.array([held is not None for held in override], pa.bool_()),
    }
    for name, column in following.items():
        inputs = inputs.append_column(name, column)
    return inputs


def grades_of(sheet: Worksheet, inputs: pa.Table) -> Graded:
    """The computed grades of a table of inputs, in its order, each open to its criteria."""
    return grade(sheet, given_of(sheet, inputs), accounts=inputs.num_rows)


def given_of(sheet: Worksheet, inputs: pa.Table) -> Mapping[str, Inputs]:
    """A table of inputs as grading takes them, by criterion."""
    return {criterion.name: _given(criterion, inputs) for criterion in sheet.criteria}


def _given(criterion: Criterion, inputs: pa.Table) -> Inputs:
    column = inputs.column(criterion.name)
    if criterion.source == "question":
        return Inputs(answers=column.to_pylist())
    if criterion.values is not None:
        return Inputs(texts=column.to_pylist())
    numbers = column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    if criterion.lowest > 1 and f"{criterion.name}{FACTS_BEHIND}" in inputs.column_names:
        behind = inputs.column(f"{criterion.name}{FACTS_BEHIND}").to_numpy(zero_copy_only=False)
        numbers = np.where(behind < criterion.lowest, np.nan, numbers)
    return Inputs(numbers=numbers)


def counts_anything(engine: DuckDBEngine, place: Place) -> bool:
    """Whether the metric counts things of which there are any at all: then no row of them is 0."""
    if place.unit != "count":
        return False
    found = engine.query(f"SELECT 1 FROM {CELL_SCHEMA}.{quoted(place.table)} WHERE {quoted(place.n)} > 0 LIMIT 1")
    return bool(found.num_rows)


def _n(criterion: Criterion) -> str:
    return quoted(f"{criterion.name}{FACTS_BEHIND}")


_FIRST_CONTRACTS = "SELECT account_id, min(starts_on) AS began_on FROM state.contracts GROUP BY account_id"


def _attribute(name: str, period: GradedPeriod) -> str:
    if name == "years_customer":
        began = "CAST(coalesce(c.began_on, a.customer_since) AS DATE)"
        return f"greatest(0, date_diff('day', {began}, DATE '{period.cut_on}')) / {_DAYS_PER_YEAR}"
    return f"CAST(a.{quoted(name)} AS DOUBLE)" if ATTRIBUTES[name] == "number" else f"a.{quoted(name)}"


def _answers(sheet: Worksheet, criterion: Criterion, period: GradedPeriod) -> str:
    """The newest answer about the period."""
    return (
        "SELECT account_id, CAST(answer AS BIGINT) AS answer FROM state.grade_answers"
        f" WHERE worksheet = {constant(sheet.name)} AND criterion = {constant(criterion.name)}"
        f" AND period = {constant(period.key)}"
        " QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY recorded_at DESC, grade_answer_id) = 1"
    )


def _overrides(sheet: Worksheet, period: GradedPeriod) -> str:
    """Of the overrides that hold on the day of the grading the one that begins last."""
    return (
        "SELECT account_id, letter FROM state.grade_overrides"
        f" WHERE cadence = {constant(sheet.cadence)} AND starts_on <= DATE '{period.as_of_on}'"
        f" AND ends_on >= DATE '{period.as_of_on}'"
        " QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY starts_on DESC, grade_override_id DESC) = 1"
    )
