"""Cells of accounts as a ground knows them: what grades of past days and panels read."""

from collections.abc import Iterable, Sequence

from trueup.metrics.catalogue_file import Catalogue
from trueup.metrics.compute import Plan, plan
from trueup.metrics.metric import Grain, Metric
from trueup.runs.ground import Ground, lay_periods
from trueup.runs.settings import Settings
from trueup.runs.steps import make
from trueup.units.period import Period

_GRAINS: tuple[Grain, ...] = ("account",)


def lay_accounts(
    then: Ground, metrics: Iterable[Metric], known: Catalogue, periods: Sequence[Period], settings: Settings
) -> Plan:
    """Make the cells of metrics for every account and these periods; the plan says where they lie."""
    kinds = lay_periods(then, periods, settings)
    made = plan(
        metrics,
        known.facts,
        context=then.context,
        grains=_GRAINS,
        kinds=kinds,
        settings=settings.parameters,
        selects=then.selects,
    )
    for step in made.steps:
        make(then.engine, step)
    return made
