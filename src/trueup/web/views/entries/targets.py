"""What we aim for in our metrics, from a day on; analysts and administrators say so."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from rapidfuzz import process

from trueup import served
from trueup.metrics.metric import COMPANY, GRAINS, PERSON_GRAINS, Grain, Metric
from trueup.record import access
from trueup.record.actions.notes import remove_target, set_target
from trueup.record.models import MetricTarget, User
from trueup.record.refusal import Refused
from trueup.runs.build import definitions
from trueup.web.views.entries.fields import DayField, NumberField, ShareField
from trueup.web.views.entries.forms import EntryForm, choice, text
from trueup.web.views.entries.rights import changeable, require, typed_in, viewer
from trueup.web.views.entries.sheets import Sheet, fill_in, history, remove
from trueup.web.views.entries.stakeholders import Deletion

_GRAINS = [(COMPANY, "the whole company"), *((grain, f"one {grain}") for grain in GRAINS if grain != COMPANY)]
_UNITS = {"ratio": "a share: 0.85 or 85 %", "money": "money", "per_account": "per account", "per_issue": "per issue"}


class TargetForm(EntryForm):
    """A target."""

    beside = (("grain", "entity"), ("value", "valid_from"))

    metric = forms.ChoiceField(label="Metric", error_messages={"invalid_choice": "Choose a metric of the list."})
    grain = choice("For", _GRAINS, initial=COMPANY)
    entity = text("Which one", "its name or id; leave it empty for the whole company")
    value = text("Target", "in the metric's unit, such as 4 (hours) or 85 % (shares)", required=True)
    valid_from = DayField(label="From")

    def __init__(self, *arguments: Any, metrics: Mapping[str, Metric], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.metrics = metrics
        by_label = sorted(metrics.values(), key=lambda metric: metric.label)
        told = [(each.name, f"{each.label} ({_UNITS.get(each.unit, each.unit)})") for each in by_label]
        self.fields["metric"].choices = told  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """The value in the metric's unit."""
        told = dict(super().clean() or self.cleaned_data)
        metric = self.metrics.get(told.get("metric", ""))
        if metric is not None and "value" in told:
            field = ShareField() if metric.unit == "ratio" else NumberField()
            if metric.unit in {"hours", "days"}:
                field.measured_in = metric.unit
            try:
                told["value"] = field.clean(told["value"])
            except ValidationError as error:
                self.add_error("value", error)
        return told


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """All targets, and a form to set one; one of the same metric, entity and day is changed."""
    require(request, "define")
    user, metrics = viewer(request), _metrics(served.edition())
    form = TargetForm(typed_in(request), initial={"valid_from": served.today()}, metrics=metrics)
    sheet = Sheet("Set a target", reverse("targets"), button="Set")
    if request.method == "POST":
        return fill_in(request, form, sheet, lambda: _set(user, **form.cleaned_data), says="Set.")
    targets = access.targets(user).order_by("metric", "grain", "entity", "-valid_from")
    rows = [(target, metrics.get(target.metric)) for target in targets]
    return render(request, "web/entries/targets.html", {"rows": rows, "form": form})


@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, target_id: UUID) -> HttpResponse:
    """Delete a target."""
    target, user = changeable(request, access.targets, target_id), viewer(request)
    form = Deletion(typed_in(request))
    return remove(
        request,
        form,
        Sheet(f"Delete the target of {target}?", reverse("targets")),
        lambda: remove_target(user, target, at=datetime.now(UTC), **form.cleaned_data),
        says="The target was deleted.",
        history=history("target", target.pk),
    )


def _set(user: User, *, grain: str, entity: str, **told: Any) -> MetricTarget:
    of_what = cast("Grain", grain or COMPANY)
    return set_target(user, at=datetime.now(UTC), grain=of_what, entity=_entity(user, of_what, entity), **told)


def _entity(user: User, grain: Grain, told: str) -> str:
    """The entity's id, by its id or name; Refused names the nearest where there is none."""
    if grain == COMPANY:
        if told and told != COMPANY:
            raise Refused("The whole company has no other name.", field="entity", cure="Leave it empty.")
        return COMPANY
    known = _known(user, grain, told)
    if told in known:
        return told
    by_name = [key for key, name in known.items() if name.casefold() == told.casefold()]
    if len(by_name) == 1:
        return by_name[0]
    if len(by_name) > 1:
        raise Refused(f"There are {len(by_name)} of this name.", field="entity", cure="Give its id.")
    nearest = process.extractOne(told, known) if told else None
    cure = f"Did you mean {nearest[0]}?" if nearest else "Give its name as your systems have it."
    raise Refused(f"There is no such {grain}.", field="entity", cure=cure)


def _known(user: User, grain: Grain, told: str) -> dict[str, str]:
    """Names by id, of what may be meant: of accounts, which are many, only those that begin alike."""
    if grain == "account":
        meant = access.accounts(user).filter(Q(pk=told) | Q(name__istartswith=told[:3]))
        return dict(meant.values_list("pk", "name")[:2000])
    if grain == "person":
        return {person.pk: str(person) for person in access.people(user)}
    rows: QuerySet[Any] = access.people(user) if grain in PERSON_GRAINS else access.accounts(user)
    return {name: name for name in rows.values_list(grain, flat=True).distinct() if name}


@lru_cache(maxsize=2)
def _metrics(edition: str) -> Mapping[str, Metric]:
    del edition  # part of the key: changed settings or definitions are read again
    return definitions(served.folder()).metrics
