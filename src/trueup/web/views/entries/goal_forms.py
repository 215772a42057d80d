"""Forms for what a goal says and for its terms."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms

from trueup.goals.library import library
from trueup.goals.matching import match
from trueup.goals.words import folded
from trueup.record import access
from trueup.record.actions.goals import GoalFacts, Terms
from trueup.record.models import Account, Goal, GoalTerms, User
from trueup.record.models.goals import CADENCE_DAYS
from trueup.web.views.entries.binding import bindable
from trueup.web.views.entries.choices import OneOf, SomeOf
from trueup.web.views.entries.fields import CodeField, DayField, NumberField
from trueup.web.views.entries.forms import REASON, EntryForm, choice, text
from trueup.web.views.entries.stakeholders import colleagues_at, told

DIRECTIONS = [("increase", "higher is better"), ("decrease", "lower is better"), ("maintain", "keep it there")]
KINDS = [("business", "business: part of the job"), ("personal", "personal: only the account's own team sees it")]
STATED_BY = [("customer", "the customer"), ("us", "we infer it")]
TERMS = ("baseline_value", "baseline_on", "target_value", "target_on", "tolerance")


class MeasureInput(forms.TextInput):
    """A text field that proposes measures of the library while one types."""

    template_name = "web/entries/measure_input.html"

    def __init__(self, *, role: str = "", industry: str = "") -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.role, self.industry = role, industry

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Whom and where it is asked, so that their measures come first."""
        context = super().get_context(name, value, attrs)
        return {**context, "role": self.role, "industry": self.industry}


class TermsForm(EntryForm):
    """Where a goal starts and where it should be."""

    beside: ClassVar[Sequence[tuple[str, ...]]] = (("baseline_value", "baseline_on"), ("target_value", "target_on"))

    baseline_value = NumberField(label="From", required=False, help_text="where it stands, such as 58")
    baseline_on = DayField(label="as of", required=False)
    target_value = NumberField(label="To", required=False, help_text="where it should be, such as 45")
    target_on = DayField(label="by", required=False)
    tolerance = NumberField(
        label="Give or take", required=False, help_text="how far it may stray, for goals to keep a value"
    )
    reason = text("Reason", REASON)

    def revised(self, direction: str) -> Terms:
        """The terms of a goal of that direction."""
        return given_terms(self.cleaned_data, direction) or Terms()


class GoalForm(TermsForm):
    """What a goal says; with its terms where it is new."""

    field_order = (
        "measure", "kpi", "unit", "direction", *TERMS, "stakeholder", "kind", "stated_by", "stated_on", "weight",
        "cadence_days", "value_per_unit", "currency", "bound_to", "levers", "reason",
    )  # fmt: skip
    beside = (
        ("unit", "direction"),
        *TermsForm.beside,
        ("stakeholder", "kind"),
        ("stated_by", "stated_on"),
        ("weight", "cadence_days"),
        ("value_per_unit", "currency"),
    )
    more = ("weight", "cadence_days", "value_per_unit", "currency", "bound_to", "levers")

    measure = forms.CharField(label="What is measured", required=False, help_text="such as DSO, or in their own words")
    kpi = forms.CharField(required=False, widget=forms.HiddenInput())
    unit = text("Unit", "such as days, % or EUR")
    direction = choice("Which way", DIRECTIONS, initial="increase")
    stakeholder = OneOf("Whose it is", none="the whole account's", named=told)
    kind = choice("Kind", KINDS, initial="business")
    stated_by = choice("Who said so", STATED_BY, initial="customer")
    stated_on = DayField(label="on", required=False)
    weight = NumberField(
        label="Weight", required=False, initial=Decimal(1), help_text="1, or more for what counts more"
    )
    cadence_days = forms.IntegerField(
        label="Read every so many days",
        required=False,
        initial=CADENCE_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="after that it is stale",
        error_messages={"invalid": "This is no number of days. Write it as 45."},
    )
    value_per_unit = NumberField(
        label="Worth to them, per unit", required=False, help_text="such as 1200 for a day less"
    )
    currency = CodeField(label="Currency", required=False, max_length=3, help_text="such as EUR")
    bound_to = choice("Where readings come from", [("", "people enter them")])
    levers = SomeOf("What of ours is meant to move it")

    def __init__(self, *arguments: Any, user: User, account: Account, goal: Goal | None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["measure"].widget = MeasureInput(industry=account.industry)
        self.offer("stakeholder", colleagues_at(user, account))
        levers = access.levers(user).order_by("name")
        self.offer("levers", levers)
        self.fields["bound_to"].choices = _bindings(account, goal)  # type: ignore[attr-defined]
        if goal is None or not goal.agreed_at:
            del self.fields["reason"]
        if not access.may(user, "confide", account):
            del self.fields["kind"]
        if not levers:
            del self.fields["levers"]

    def first_terms(self) -> Terms | None:
        """The terms that were given; None where there are none."""
        return given_terms(self.cleaned_data, str(self.cleaned_data.get("direction") or "increase"))

    def changed_terms(self) -> Terms | None:
        """The terms, where they or the direction, to which they must fit, are other than before; else None."""
        is_other = bool({*TERMS, "direction"} & set(self.changed_data))
        return self.first_terms() if is_other else None

    def facts(self) -> GoalFacts:
        """What the action takes, without terms, levers and reason."""
        own = {name: value for name, value in self.cleaned_data.items() if name not in {*TERMS, "levers", "reason"}}
        measure, kpi = named_measure(own["measure"], own["kpi"])
        given: dict[str, Any] = {**own, "measure": measure, "kpi": kpi}
        for name, default in (("weight", Decimal(1)), ("cadence_days", CADENCE_DAYS), ("direction", "increase")):
            given[name] = default if given[name] in {None, ""} else given[name]
        for name, default in (("kind", "business"), ("stated_by", "customer")):
            if name in given:
                given[name] = given[name] or default
        return cast("GoalFacts", given)


def given_terms(told: Mapping[str, Any], direction: str) -> Terms | None:
    """The terms of a form; a baseline's day stands for nothing without its value, a tolerance only where one keeps."""
    terms = {name: told.get(name) for name in TERMS}
    if terms["baseline_value"] is None:
        terms["baseline_on"] = None
    if direction != "maintain":
        terms["tolerance"] = None
    return Terms(**terms) if any(value is not None for value in terms.values()) else None


def named_measure(measure: str, key: str) -> tuple[str, str]:
    """The measure's name and its key in the library, where what was typed is a name or an abbreviation there."""
    known = library().by_key
    if key in known and folded(known[key].name) == folded(measure):
        return known[key].name, key
    meant = next(iter(match(measure, limit=1)), None) if measure.strip() else None
    if meant is not None and meant.score >= 1:
        return meant.kpi.name, meant.kpi.key
    return measure.strip(), ""


def kept_terms(terms: GoalTerms | None, today: date) -> dict[str, Any]:
    """The terms in force, for a form; without any, a baseline is of today."""
    if terms is None:
        return {"baseline_on": today}
    return {name: getattr(terms, name) for name in TERMS}


def _bindings(account: Account, goal: Goal | None) -> list[tuple[str, Any]]:
    found = bindable(account.pk)
    kept = goal.bound_to if goal is not None else ""
    told: list[tuple[str, Any]] = [("", "people enter them")]
    if found.series:
        told.append(("From their systems", [(f"series:{name}", says) for name, says in found.series]))
    if found.metrics:
        told.append(("From our metrics of this account", [(f"metric:{name}", says) for name, says in found.metrics]))
    listed = {"", *(f"series:{name}" for name, _ in found.series), *(f"metric:{name}" for name, _ in found.metrics)}
    return told if kept in listed else [*told, (kept, f"{kept} (not in the data now)")]
