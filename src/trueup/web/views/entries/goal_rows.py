"""What was understood of an answer, as fields that can be put right: one row for each goal of a conversation."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms

from trueup.goals.drafts import Draft, Part
from trueup.goals.library import library
from trueup.record.actions.goals import GoalFacts, Terms
from trueup.record.actions.stakeholders import StakeFacts
from trueup.record.models import Goal, Stakeholder
from trueup.record.refusal import Refused
from trueup.web.templatetags.entered import amount
from trueup.web.views.entries.fields import DayField, NumberField, iso, plain
from trueup.web.views.entries.forms import EntryForm, choice, text
from trueup.web.views.entries.goal_forms import (
    DIRECTIONS,
    KINDS,
    STATED_BY,
    TERMS,
    MeasureInput,
    given_terms,
    named_measure,
)
from trueup.web.views.entries.stakes import TAGS

READ = ("measure", "kpi", "unit", "direction", *TERMS)
"""The fields that are read from an answer."""
_PART_OF: Mapping[str, Part] = {
    "measure": "measure",
    "unit": "unit",
    "direction": "direction",
    "baseline_value": "baseline",
    "target_value": "target",
    "target_on": "target_on",
}
_WAS = "was"


class GoalRow(EntryForm):
    """A goal in a conversation."""

    beside = (
        ("baseline_value", "baseline_on"),
        ("target_value", "target_on"),
        ("unit", "direction", "tolerance"),
        ("kind", "stated_by"),
    )

    measure = forms.CharField(label="Measure", required=False)
    kpi = forms.CharField(required=False, widget=forms.HiddenInput())
    baseline_value = NumberField(label="From", required=False)
    baseline_on = DayField(label="as of", required=False)
    target_value = NumberField(label="To", required=False)
    target_on = DayField(label="by", required=False)
    unit = text("Unit")
    direction = choice("Which way", [("", "not known"), *DIRECTIONS])
    tolerance = NumberField(label="Give or take", required=False)
    kind = choice("Kind", KINDS, initial="business")
    stated_by = choice("Who said so", STATED_BY, initial="customer")
    stake_tag = choice("What", [("", "nothing noted"), *TAGS])
    stake_text = text("In their words")

    def __init__(self, *arguments: Any, role: str, industry: str, may_confide: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.untold = ""
        self.fields["measure"].widget = MeasureInput(role=role, industry=industry)
        if not may_confide:
            for private in ("kind", "stake_tag", "stake_text"):
                del self.fields[private]

    @property
    def said(self) -> str:
        """The row as a sentence, of what can be read of it."""
        told = {name: self._read(name) for name in READ}
        return sentence(**told)

    @property
    def details(self) -> list[list[forms.BoundField]]:
        """The lines of fields, without what stands beside them."""
        return [line for line in self.lines if not line[0].name.startswith("stake_")]

    @property
    def understood(self) -> list[list[forms.BoundField]]:
        """The lines of what is read from an answer, besides the measure."""
        levels = ["baseline_value", "baseline_on", "target_value", "target_on"]
        return [[self[name] for name in names] for names in (levels, ("unit", "direction", "tolerance"))]

    @property
    def is_wrong(self) -> bool:
        """Whether something in it must be put right."""
        return self.is_bound and bool(self.errors)

    def facts(self, stakeholder: Stakeholder, *, on: date) -> GoalFacts:
        """What the action takes, without terms."""
        told = self.cleaned_data
        measure, kpi = named_measure(told["measure"], told["kpi"])
        return cast(
            "GoalFacts",
            {
                "stakeholder": stakeholder,
                "measure": measure,
                "kpi": kpi,
                "unit": told["unit"],
                "direction": told["direction"],
                "kind": told.get("kind") or "business",
                "stated_by": told["stated_by"] or "customer",
                "stated_on": on,
            },
        )

    def terms(self) -> Terms | None:
        """The terms that were given."""
        return given_terms(self.cleaned_data, self.cleaned_data["direction"])

    def stake_on(self, goal: Goal) -> StakeFacts | None:
        """What hangs on it, where something is noted."""
        tag, told = self.cleaned_data.get("stake_tag", ""), self.cleaned_data.get("stake_text", "")
        return {"tag": tag or "other", "text": told, "goal": goal} if tag or told else None

    def refuse(self, refused: Refused) -> None:
        """Put a refusal beside the field that it names; some are of the stake that stands beside the goal."""
        named = {"tag": "stake_tag", "text": "stake_text"}.get(refused.field, refused.field)
        super().refuse(Refused(refused.message, field=named, cure=refused.cure))

    def clean_direction(self) -> str:
        """Which way is better must be known once there is a goal."""
        if not self.cleaned_data["direction"]:
            raise forms.ValidationError("It is not said which way is better. Choose one.")
        return str(self.cleaned_data["direction"])

    def clean_measure(self) -> str:
        """Something must be measured."""
        if not self.cleaned_data["measure"]:
            raise forms.ValidationError("It is not said what is measured. Name it, in their words if need be.")
        return str(self.cleaned_data["measure"])

    def _says(self, name: str) -> str:
        told = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        return str(told or "")

    def _read(self, name: str) -> Any:
        """A field's value, as far as it is in order."""
        try:
            return self.fields[name].clean(self._says(name))
        except forms.ValidationError:
            return None


def read(draft: Draft, *, today: date, currency: str) -> dict[str, str]:
    """An answer as a row's fields have it; a baseline without a day is of today, money in the currency told."""
    kpi = library().by_key[draft.kpi] if draft.kpi else None
    return {
        "measure": kpi.name if kpi else draft.measure or "",
        "kpi": draft.kpi or "",
        "unit": _unit(draft.unit, draft.currency or currency),
        "direction": draft.direction or "",
        "baseline_value": _number(draft.baseline),
        "baseline_on": iso(draft.baseline_on or (today if draft.baseline is not None else None)),
        "target_value": _number(draft.target),
        "target_on": iso(draft.target_on),
        "tolerance": _number(draft.tolerance),
    }


def put_right(understood: Mapping[str, str], typed: Mapping[str, str], prefix: str) -> dict[str, str]:
    """What was understood, with what was put right by hand since it was last shown."""
    right = dict(understood)
    for name in READ:
        now, was = typed.get(f"{prefix}-{name}"), typed.get(f"{prefix}-{_WAS}-{name}", "")
        if now is not None and now != was:
            right[name] = now
    return right


def shown_as(understood: Mapping[str, str], prefix: str) -> list[tuple[str, str]]:
    """Hidden fields that tell later what was put right by hand."""
    return [(f"{prefix}-{_WAS}-{name}", understood[name]) for name in READ]


def hint(form: GoalRow, draft: Draft) -> None:
    """Say beside each empty field what is still to be asked, or why it was not understood."""
    lacking = {name: part for name, part in _PART_OF.items() if not form.initial.get(name) and part in draft.untold}
    for name, part in lacking.items():
        form.fields[name].help_text = draft.untold[part].removeprefix("not told: ")
    form.untold = " ".join(dict.fromkeys(str(form.fields[name].help_text) for name in lacking))
    if not form.initial.get("tolerance"):
        form.fields["tolerance"].help_text = "how far may it stray to either side?"
    if draft.notes:
        form.fields["unit"].help_text = "; ".join(draft.notes)


def is_measurable(draft: Draft) -> bool:
    """Whether an answer tells a measure or a number, and is not only talk."""
    return draft.kpi is not None or draft.target is not None or draft.baseline is not None


def numbers_in(typed: Iterable[str], what: str) -> list[int]:
    """The numbers of the rows of a form, in order: those of ``goal-3-measure`` and its like."""
    found = (re.match(rf"{what}-(\d{{1,6}})-", name) for name in typed)
    return sorted({int(matched[1]) for matched in found if matched})


def sentence(
    *,
    measure: str = "",
    unit: str = "",
    direction: str = "",
    baseline_value: Decimal | None = None,
    baseline_on: date | None = None,
    target_value: Decimal | None = None,
    target_on: date | None = None,
    tolerance: Decimal | None = None,
    kpi: str = "",
) -> str:
    """A goal in a line, such as: Days sales outstanding, from 58 to 45 days by 30 June 2027."""
    del direction, kpi, baseline_on  # what the line says without them
    parts = (
        [f"from {amount(baseline_value, '' if target_value is not None else unit)}"]
        if baseline_value is not None
        else []
    )
    if target_value is not None:
        strays = f" ± {amount(tolerance, '')}" if tolerance is not None else ""
        parts.append(
            f"to {amount(target_value, '')}{strays} {unit}".rstrip()
            if unit != "%"
            else f"to {amount(target_value, '%')}{strays}"
        )
    if target_on is not None:
        parts.append(f"by {target_on:%-d %B %Y}")
    return ", ".join(part for part in (measure, " ".join(parts)) if part)


def _unit(unit: str | None, currency: str) -> str:
    """Amounts of money are told in their currency."""
    return currency if unit == "money" else unit or ""


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)
