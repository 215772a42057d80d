"""What ``trueup pay simulate`` tells: for people as tables, for programs whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.pay.simulate import Simulation
from trueup.pay.simulate_cliffs import CliffMet
from trueup.pay.simulate_compare import Change, Comparison, MoneyDiff
from trueup.pay.simulate_measures import Measured, Measures
from trueup.pay.simulate_stress import Stressed
from trueup.units.money import Money

_MOST = 20
"""Rows of people or cliffs that a table shows; --format csv has all."""
Unit = Literal["money", "share", "number", "days"]
_MEASURES: Mapping[str, tuple[str, Unit]] = {
    "cost": ("cost", "money"),
    "credited": ("credited", "money"),
    "per_unit": ("cost per unit credited", "number"),
    "held": ("held, not yet earned", "money"),
    "parked": ("parked, waits", "money"),
    "with_value": ("rank correlation of pay with value", "number"),
    "with_attainment": ("rank correlation of pay with attainment", "number"),
    "gini": ("Gini of pay", "number"),
    "p90_to_p10": ("ninth decile over first", "number"),
    "variation": ("coefficient of variation", "number"),
    "trued_up": ("trued up", "money"),
    "trued_up_share": ("trued up, of cost", "share"),
    "clawed_back": ("clawed back", "money"),
    "clawed_back_share": ("clawed back, of cost", "share"),
    "median_days": ("days from event to money, median", "days"),
    "p90_days": ("days from event to money, ninth decile", "days"),
}


@dataclass(frozen=True)
class Side:
    """One plan's simulation, its numbers and its stresses."""

    simulation: Simulation
    measures: Measures
    stressed: tuple[Stressed, ...]


@dataclass(frozen=True)
class Told:
    """What is told: the plan in force, and where there is one the proposed plan and what it changes."""

    old: Side
    new: Side | None
    comparison: Comparison | None
    diff: MoneyDiff | None


def print_simulated(told: Told) -> None:
    """Print the plans' numbers, what changes for whom, cliffs that people stand at, and stresses."""
    sides = [told.old] if told.new is None else [told.old, told.new]
    titles = ["in force", "proposed"][: len(sides)]
    closes = told.old.simulation.closes
    paid_in = f", in {sides[0].measures.currency}" if sides[0].measures.currency else ""
    span = f"{closes[0].period} to {closes[-1].period}"
    heading(f"{len(closes)} closes, {span}, {sides[0].measures.payees} payees{paid_in}")
    names = [name for name in _MEASURES if any(side.measures.numbers[name].value is not None for side in sides)]
    printed(
        Column("", [_MEASURES[name][0] for name in names]),
        *(
            Column(title, [_shown(side.measures.numbers[name], _MEASURES[name][1]) for name in names], right=True)
            for title, side in zip(titles, sides, strict=True)
        ),
        indent=2,
    )
    for name in _MEASURES:
        if name not in names:
            paragraph(f"No {_MEASURES[name][0]}: {sides[-1].measures.numbers[name].because}.", indent=2)
    for title, side in zip(titles, sides, strict=True):
        if side.simulation.refused:
            paragraph(
                f"By the plan {title} not all pay could be reckoned of {', '.join(sorted(side.simulation.refused))}:"
                " what could not counts as nothing. Mend that before you compare.",
                indent=2,
            )
    if told.comparison is not None and told.diff is not None:
        _print_changes(told.comparison, told.diff)
    for title, side in zip(titles, sides, strict=True):
        _print_cliffs(title, side.measures.cliffs)
    if sides[0].stressed:
        _print_stresses(sides, titles)


def whole(told: Told) -> Mapping[str, object]:
    """All that is told, as JSON holds it."""
    found: dict[str, object] = {"in_force": _side(told.old), "proposed": None}
    if told.new is not None and told.comparison is not None and told.diff is not None:
        within = told.comparison.within
        found |= {
            "proposed": _side(told.new),
            "changes": [_change(each) for each in told.comparison.changes],
            "within_a_tenth": None if within is None else float(within),
            "winners": len(told.comparison.winners),
            "losers": len(told.comparison.losers),
            "money_diff": told.diff.said(),
        }
    return found


def _side(side: Side) -> Mapping[str, object]:
    simulation = side.simulation
    return {
        "plans": [{"plan": plan.plan_id, "fingerprint": plan.fingerprint} for plan in simulation.plans],
        "closes": [{"period": close.period, "closed_on": str(close.closed_on)} for close in simulation.closes],
        "currency": side.measures.currency or None,
        "payees": side.measures.payees,
        "cost": {currency: f"{amount.amount:f}" for currency, amount in simulation.cost().items()},
        "measures": {name: _number(measured) for name, measured in side.measures.numbers.items()},
        "cliffs": [_cliff(each) for each in side.measures.cliffs],
        "unreckoned": [each.message for each in simulation.unreckoned],
        "stress": [_stress(each) for each in side.stressed],
    }


def _number(measured: Measured) -> Mapping[str, object]:
    told = None if measured.value is None else float(measured.value)
    return {"value": told, "because": measured.because}


def _cliff(met: CliffMet) -> Mapping[str, object]:
    return {
        "payee": met.payee,
        "component": met.component,
        "window": met.window,
        "stands": float(met.stands),
        "bound": float(met.bound),
        "jump": f"{met.jump.amount:f}",
        "currency": met.jump.currency,
    }


def _stress(run: Stressed) -> Mapping[str, object]:
    return {
        "name": run.name,
        "meaning": run.meaning,
        "touched": run.touched,
        "because": run.because,
        "cost": {currency: f"{amount.amount:f}" for currency, amount in run.cost.items()},
        "changes": [_change(each) for each in run.changes],
    }


def _change(change: Change) -> Mapping[str, object]:
    return {
        "payee": change.payee,
        "currency": change.old.currency,
        "old": f"{change.old.amount:f}",
        "new": f"{change.new.amount:f}",
        "difference": f"{change.difference.amount:f}",
        "share": None if change.share is None else float(change.share),
    }


def _shown(measured: Measured, unit: Unit) -> str:
    if measured.value is None:
        return NOTHING
    told = float(measured.value)
    match unit:
        case "money":
            return f"{told:,.2f}"
        case "share":
            return f"{told:.1%}"
        case "days":
            return f"{told:,.1f}".removesuffix(".0")
        case "number":
            return f"{told:.3f}"


def _print_changes(comparison: Comparison, diff: MoneyDiff) -> None:
    paragraph(
        f"{len(comparison.winners)} would be paid more, {len(comparison.losers)} less;"
        f" {_percent(comparison.within)} of payees stay within 10 % of their pay."
    )
    heading(f"Who earned what from {diff.first} to {diff.last}")
    ordered = sorted(diff.changes, key=lambda change: (change.difference.amount, change.payee))
    listed = ordered if len(ordered) <= _MOST else [*ordered[: _MOST // 2], *ordered[-_MOST // 2 :]]
    printed(
        Column("payee", [change.payee for change in listed]),
        Column("in force", [_money(change.old) for change in listed], right=True),
        Column("proposed", [_money(change.new) for change in listed], right=True),
        Column("difference", [f"{change.difference.amount:+,}" for change in listed], right=True),
        Column("", [_percent(change.share, "+.1%") for change in listed], right=True),
        indent=2,
    )
    _more(len(ordered) - len(listed))


def _print_cliffs(title: str, cliffs: Sequence[CliffMet]) -> None:
    if not cliffs:
        return
    heading(f"Who stands within 5 % of a cliff of the plan {title}")
    listed = cliffs[:_MOST]
    printed(
        Column("payee", [met.payee for met in listed]),
        Column("component", [met.component for met in listed]),
        Column("window", [met.window for met in listed]),
        Column("stands at", [f"{float(met.stands):,.4g}" for met in listed], right=True),
        Column("bound", [f"{float(met.bound):,.4g}" for met in listed], right=True),
        Column("pay jumps by", [_money(met.jump) for met in listed], right=True),
        indent=2,
    )
    _more(len(cliffs) - len(listed))


def _print_stresses(sides: Sequence[Side], titles: Sequence[str]) -> None:
    heading("Were it to go worse")
    runs = sides[-1].stressed
    printed(
        Column("", [run.meaning for run in runs]),
        Column("touches", [f"{run.touched:,}" if run.touched else run.because for run in runs], right=True),
        *(
            Column(f"cost, {title}", [_cost(run, side.simulation) for run in side.stressed], right=True)
            for title, side in zip(titles, sides, strict=True)
        ),
        Column(f"hit most, {titles[-1]}", [_hit(run.changes) for run in runs], wraps=True),
        indent=2,
    )


def _cost(run: Stressed, plain: Simulation) -> str:
    before = plain.cost()
    more = [amount - before.get(currency, Money.zero(currency)) for currency, amount in run.cost.items()]
    return ", ".join(f"{each.amount:+,} {each.currency}" for each in more)


def _hit(changes: Iterable[Change]) -> str:
    most = max(changes, key=lambda change: (abs(change.difference.amount), change.payee), default=None)
    if most is None or not most.difference:
        return NOTHING
    return f"{most.payee} {most.difference.amount:+,}"


def _money(amount: Money) -> str:
    return f"{amount.amount:,}"


def _percent(share: Fraction | None, form: str = ".0%") -> str:
    return NOTHING if share is None else format(float(share), form)


def _more(count: int) -> None:
    if count > 0:
        paragraph(f"And {count:,} more: --format csv has them all.", indent=2)
