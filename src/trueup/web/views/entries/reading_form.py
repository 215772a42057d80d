"""The form for a reading: a day, a value, where it comes from, and why it is to be believed."""

from typing import Any, cast

from trueup.record import access
from trueup.record.actions.readings import Correction
from trueup.record.models import Goal, User
from trueup.web.views.entries.fields import DayField, NumberField
from trueup.web.views.entries.forms import MISSING, REASON, EntryForm, text

_SOURCES_SHOWN = 20


class ReadingForm(EntryForm):
    """What a goal's measure was on a day."""

    beside = (("value", "observed_on", "source"), ("evidence", "evidence_link"))

    value = NumberField(label="Value", error_messages=MISSING)
    observed_on = DayField(label="On")
    source = text("Source", "such as their monthly report")
    evidence = text("Evidence", "who said or showed it, and how")
    evidence_link = text("Link to it", "https://…")

    def __init__(self, *arguments: Any, unit: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        cast("NumberField", self.fields["value"]).measured_in = unit or None
        self.fields["source"].widget.attrs["list"] = "sources"


class CorrectionForm(ReadingForm):
    """What was wrong in a reading."""

    reason = text("Reason", f"What was wrong. {REASON}")

    def correction(self) -> Correction:
        """What the action takes, besides the reason."""
        return cast("Correction", {name: value for name, value in self.cleaned_data.items() if name != "reason"})


def sources(user: User, goal: Goal) -> list[str]:
    """Where readings of the account's goals came from so far."""
    told = access.readings(user).filter(
        goal__account=goal.account_id, verification__in=("unverified", "confirmed_by_customer")
    )
    return sorted(
        set(told.exclude(source="").order_by("-recorded_at").values_list("source", flat=True)[:_SOURCES_SHOWN])
    )


def last_source(user: User, goal: Goal) -> str:
    """Where the goal's newest reading that somebody entered came from."""
    newest = access.readings(user).filter(goal=goal, entered_by__isnull=False).order_by("-recorded_at").first()
    return newest.source if newest is not None else ""
