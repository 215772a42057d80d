"""Answers that no snapshot holds, computed from the lake: other periods, earlier moments, conditions."""

from dataclasses import asdict
from datetime import datetime

import pyarrow as pa

from trueup.answers.cells import Answer, Question, answer, check_names
from trueup.lake.entered import NO_ENTRIES, Entries
from trueup.metrics import calendars
from trueup.metrics.compute import plan
from trueup.metrics.fact import VALUE_CLAIMS
from trueup.runs.build import META_SCHEMA, definitions, metric_rows
from trueup.runs.customer_effects import KeptEffects
from trueup.runs.customer_value import customers_value, lay_claims
from trueup.runs.folder import Folder
from trueup.runs.ground import ground, lay_periods
from trueup.runs.progress import Progress
from trueup.runs.settings import Settings
from trueup.runs.steps import carry_out
from trueup.units.period import (
    InvalidPeriod,
    Period,
    PeriodKind,
    parse_kind,
    parse_period,
    periods_between,
    trailing,
)


def compute(
    folder: Folder,
    settings: Settings,
    question: Question,
    *,
    as_of: datetime,
    progress: Progress,
    entries: Entries = NO_ENTRIES,
) -> Answer:
    """The answer as of an instant (aware), from lake and entries; errors as in ``build``, and UnknownNameError."""
    known = definitions(folder)
    check_names(question.metrics, set(known.metrics))
    names = question.metrics or tuple(known.metrics)
    where: dict[str, list[str]] = {}
    for column, value in question.where:
        where.setdefault(column, []).append(value)
    progress.stage("laying out the customer model")
    with ground(folder, settings, as_of=as_of, entries=entries) as on:
        kinds = lay_periods(on, _periods(question, on.horizon, settings), settings)
        made = plan(
            [known.metrics[name] for name in names],
            known.facts,
            context=on.context,
            grains=(question.grain,),
            kinds=kinds,
            settings=settings.parameters,
            where=where,
            selects=on.selects,
        )
        if any(bound.instance.fact.name == VALUE_CLAIMS.get_name() for bound in made.metrics):
            kept, as_of_on = KeptEffects(folder.effects), on.horizon.as_of_on
            lay_claims(on.engine, customers_value(on.engine, settings, kept, progress, as_of_on=as_of_on))
        carry_out(on.engine, made.steps, progress)
        on.engine.create_schema(META_SCHEMA)
        on.engine.load(META_SCHEMA, "metrics", pa.Table.from_pylist(metric_rows(made)))
        on.engine.load(META_SCHEMA, "places", pa.Table.from_pylist([asdict(place) for place in made.places]))
        return answer(on.engine, question, made.places, currency=settings.currency)


def _periods(question: Question, within: calendars.Horizon, settings: Settings) -> list[Period]:
    """The periods that a question is about: from the first to the last named, else from the earliest or to the newest.

    Trailing windows end on the last day named, else on the as-of day, and reach back side by side to the first day
    named; else there is only that one.
    """
    kind = parse_kind(question.kind)
    if question.first is None and question.last is None:
        if isinstance(kind, PeriodKind):
            return list(calendars.periods_of([kind], within, settings.rules))
        return [trailing(within.as_of_on, kind.days)]
    begin = None if question.first is None else parse_period(question.first, settings.rules)
    end = None if question.last is None else parse_period(question.last, settings.rules)
    if begin and end and begin.first > end.last:
        raise InvalidPeriod(begin.key, f"it comes after {end.key}, the last one asked for", nearest=end.key)
    last_on = end.last if end else within.last_on if isinstance(kind, PeriodKind) else within.as_of_on
    earliest = within.first_on if isinstance(kind, PeriodKind) else last_on
    first_on = begin.first if begin else min(earliest, last_on)
    return list(periods_between(first_on, max(first_on, last_on), kind, settings.rules))
