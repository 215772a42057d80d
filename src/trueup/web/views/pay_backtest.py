"""What another plan would have paid everybody in the months that are over, beside what the plans in force pay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.pay_words import change, money, named, percent, period_name
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.plan_file import PlanFile
from trueup.pay.simulate_cliffs import CliffMet
from trueup.pay.simulate_compare import Change
from trueup.pay.simulate_measures import Measured
from trueup.record.models import User
from trueup.reports.pay_bars import MOST, NARROW, WIDE, bars, described
from trueup.runs.folder import WorkspaceError
from trueup.runs.pay_backtest import Backtest, Side, Wanted, backtested, candidate_of, held_plans
from trueup.runs.pay_inputs import PayInputs, hash_of, inputs_of
from trueup.runs.pay_stress import OURS, candidates
from trueup.served.pay import people_names
from trueup.units.money import Money
from trueup.web.asked import viewer
from trueup.web.views.entries.forms import EntryForm
from trueup.web.views.entries.rights import require
from trueup.web.views.pay_stress import part_of

Unit = Literal["money", "rate", "share", "number", "days"]
_NUMBERS: Sequence[tuple[str, str, str, Unit]] = (
    ("cost", "Cost", "what closes post as earned", "money"),
    ("per_unit", "Cost per unit of result", "for one of what is credited", "rate"),
    ("credited", "Credited", "each deal once, less refunds: the same by every plan", "money"),
    ("held", "Held", "not yet earned after the last close", "money"),
    ("with_value", "Pay goes with value delivered", "rank correlation, 1 at most", "number"),
    ("with_attainment", "Pay goes with quota attainment", "rank correlation, 1 at most", "number"),
    ("gini", "Spread: Gini", "0 were all paid alike", "number"),
    ("p90_to_p10", "Spread: ninth decile over first", "", "number"),
    ("variation", "Spread: coefficient of variation", "", "number"),
    ("trued_up", "Trued up", "posted for periods that were closed, either way", "money"),
    ("trued_up_share", "Trued up, of cost", "", "share"),
    ("clawed_back", "Clawed back", "of deals that did not last, and of value that was less than before", "money"),
    ("clawed_back_share", "Clawed back, of cost", "", "share"),
    ("median_days", "Days from event to money, median", "to the close that first pays for it", "days"),
    ("p90_days", "Days from event to money, ninth decile", "", "days"),
)
_SHOWN = 20
_ERRORS = (WorkspaceError, DeclarationsError, ValueError)


@dataclass(frozen=True)
class Number:
    """A row of the plans beside each other; ``because``: why a number cannot be told, and empty where all can."""

    label: str
    about: str
    old: str
    new: str
    because: str


@dataclass(frozen=True)
class Row:
    """What somebody is paid by both."""

    name: str
    old: str
    new: str
    difference: str
    share: str
    mood: str


@dataclass(frozen=True)
class Cliff:
    """Somebody who stands near a bound at which pay jumps."""

    plan: str
    name: str
    component: str
    window: str
    stands: str
    jump: str


class AskForm(EntryForm):
    """Which plan to try in the place of which."""

    beside = (("candidate", "instead"),)
    candidate = forms.ChoiceField(label="Try this plan")
    instead = forms.ChoiceField(label="In the place of")

    def __init__(self, files: Mapping[str, PlanFile], held: Mapping[str, int], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        groups = [
            ("Of this workspace", [(key, key) for key in files if not key.startswith(OURS)]),
            ("Ours", [(key, f"{key.removeprefix(OURS)}, as it comes") for key in files if key.startswith(OURS)]),
        ]
        self.fields["candidate"].choices = groups  # type: ignore[attr-defined]  # a choice
        self.fields["instead"].choices = [  # type: ignore[attr-defined]  # a choice
            (plan, f"{plan}, with {count} {'person' if count == 1 else 'people'}") for plan, count in held.items()
        ]


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """A plan in the place of another, once both are chosen."""
    require(request, "pay")
    user = viewer(request)
    snapshot = served.snapshot()
    if snapshot is None:
        return _page(request, {"because": "Nothing was computed yet. Compute it on the page Data."})
    try:
        inputs = inputs_of(served.folder(), served.settings(), snapshot)
        files = candidates(served.folder())
    except _ERRORS as error:
        return _page(request, {"because": str(error)})
    held = held_plans(inputs)
    form = AskForm(files, held, request.GET if "candidate" in request.GET else None, initial=_first(files, held))
    if not form.is_bound:
        return _page(request, {"form": form})
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    chosen = form.cleaned_data
    try:
        wanted = Wanted(candidate_of([files[chosen["candidate"]]]), chosen["instead"])
        found = _tried(_Asked(inputs, wanted, served.edition()))
    except _ERRORS as error:
        names = people_names(user, {each.payee for each in inputs.facts.assignments})
        return _page(request, {"form": form, "because": named(str(error), names)})
    result = _shown(user, found, chosen["candidate"].removeprefix(OURS), chosen["instead"])
    stress = part_of(user, inputs, wanted, chosen["candidate"])
    return _page(request, {"form": form, "result": {**result, "stress": stress}})


def _page(request: HttpRequest, page: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    return render(request, "web/pay/backtest.html", {"here": "backtest", **page}, status=status)


def _first(files: Mapping[str, PlanFile], held: Mapping[str, int]) -> Mapping[str, str]:
    """What the form proposes: another plan than that which most people are on, in its place."""
    instead = max(held, key=lambda plan: held[plan], default="")
    return {"instead": instead, "candidate": next((key for key in files if key != instead), "")}


class _Asked:
    """What is asked for, known by all that its answer follows from, so that it is reckoned once."""

    def __init__(self, inputs: PayInputs, wanted: Wanted, edition: str) -> None:
        self.inputs, self.wanted = inputs, wanted
        prints = tuple(plan.fingerprint for plan in wanted.candidate)
        self._key = (hash_of(inputs.plans, inputs.facts), edition, prints, wanted.instead_of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=4)
def _tried(asked: _Asked) -> Backtest:
    snapshot = served.snapshot()
    assert snapshot is not None
    return backtested(asked.inputs, snapshot, asked.wanted)


def _shown(user: User, found: Backtest, candidate: str, instead: str) -> Mapping[str, object]:
    changes = found.comparison.changes
    names = people_names(user, {each.payee for each in changes})
    closes = found.old.simulation.closes
    told = [each.message for each in found.new.simulation.unreckoned]
    return {
        "candidate": candidate,
        "instead": instead,
        "span": f"{period_name(closes[0].period)} to {period_name(closes[-1].period)}",
        "closes": len(closes),
        "payees": len(changes),
        "figures": _figures(found),
        "numbers": [_number(found, *each) for each in _NUMBERS],
        "says": described(changes),
        "within": percent(found.comparison.within) if found.comparison.within is not None else "–",
        "drawings": [drawing for sheet in (WIDE, NARROW) if (drawing := bars(changes, names, sheet))],
        "left_out": max(0, sum(bool(each.difference) for each in changes) - MOST),
        "rows": [_row(each, names) for each in sorted(changes, key=lambda each: (each.difference.amount, each.payee))],
        "cliffs": [*_cliffs(found.old, "in force", names), *_cliffs(found.new, "proposed", names)],
        "valued": sum(each.payee in found.value for each in changes),
        "told": [named(message, names) for message in dict.fromkeys(told)],
    }


def _figures(found: Backtest) -> Sequence[tuple[str, str, str, str]]:
    """The sums above all: name, amount, what else is to be said, and mood."""
    old, new = found.old.simulation.cost(), found.new.simulation.cost()
    figures = []
    for currency in sorted({*old, *new}):
        before, after = (side.get(currency, Money.zero(currency)) for side in (old, new))
        more = after - before
        share = f"{percent(Fraction(more.amount) / Fraction(before.amount))} of what it is" if before else ""
        figures += [
            ("Cost, in force", money(before), "", ""),
            ("Cost, proposed", money(after), "", ""),
            ("Difference", change(more), share, "worse" if more.amount > 0 else "better" if more else ""),
        ]
    return figures


def _number(found: Backtest, name: str, label: str, about: str, unit: Unit) -> Number:
    old, new = found.old.measures.numbers[name], found.new.measures.numbers[name]
    whys = dict.fromkeys(each.because for each in (old, new) if each.value is None)
    currency = found.old.measures.currency
    return Number(label, about, _said(old, unit, currency), _said(new, unit, currency), "; ".join(whys))


def _said(measured: Measured, unit: Unit, currency: str) -> str:
    if measured.value is None:
        return "–"
    told = float(measured.value)
    match unit:
        case "money":
            return money(Money.of(round(Decimal(repr(told)), 2), currency)) if currency else f"{told:,.2f}"
        case "share":
            return percent(Fraction(told))
        case "days":
            return f"{told:,.1f}".removesuffix(".0")
        case "rate":
            return f"{told:,.4f}"
        case "number":
            return f"{told:,.2f}".replace("-", "−")


def _row(of: Change, names: Mapping[str, str]) -> Row:
    mood = "better" if of.difference.amount > 0 else "worse" if of.difference else ""
    share = "" if of.share is None else percent(of.share)
    return Row(names.get(of.payee, of.payee), money(of.old), money(of.new), change(of.difference), share, mood)


def _cliffs(side: Side, plan: str, names: Mapping[str, str]) -> Iterable[Cliff]:
    return [
        Cliff(
            plan=plan,
            name=names.get(each.payee, each.payee),
            component=each.component.replace("_", " "),
            window=period_name(each.window),
            stands=_place(each),
            jump=money(each.jump),
        )
        for each in side.measures.cliffs[:_SHOWN]
    ]


def _place(of: CliffMet) -> str:
    return f"{float(of.stands):,.4g} of {float(of.bound):,.4g}"
