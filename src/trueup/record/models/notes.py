"""What was said, and what we aim for."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from trueup.metrics.metric import GRAINS
from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.numbers import Number
from trueup.record.models.rules import once, one_of, rule
from trueup.record.models.stakeholders import Stakeholder


class Note(Entry):
    """What was said in a conversation; a private one stays with the account's own team."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    held_on = models.DateField()
    text = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stakeholders = models.ManyToManyField(Stakeholder, blank=True, related_name="+")
    is_private = models.BooleanField(default=False)

    _history_m2m_fields: ClassVar[list[str]] = ["stakeholders"]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule("note_written", ~Q(text=""), field="text", says="The note is empty. Write what was said."),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class MetricTarget(Entry):
    """What we aim for in a metric, from a day on, for one entity of a grain."""

    metric = models.CharField(max_length=100, blank=True)
    grain = models.CharField(max_length=20, default="company")
    entity = models.TextField(default="company")
    value = Number()
    valid_from = models.DateField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("target_grain_known", "grain", GRAINS),
            rule("target_metric_named", ~Q(metric=""), field="metric", says="A metric is missing. Name one."),
            once(
                "target_once_a_day",
                "metric",
                "grain",
                "entity",
                "valid_from",
                field="valid_from",
                says="There is a target from that day on. Change it instead.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.entity} from {self.valid_from}"
