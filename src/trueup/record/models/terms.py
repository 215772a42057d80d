"""Baselines and targets of goals, revision by revision."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan, LessThan

from trueup.canon.entries import DIRECTIONS
from trueup.record.models.goals import Goal
from trueup.record.models.numbers import Magnitude, Number
from trueup.record.models.rules import once, one_of, rule


class GoalTerms(models.Model):
    """One revision of a goal's baseline and target; the highest is in force, and none is ever changed.

    A draft's may be incomplete. ``direction`` is the goal's when they were given, so that signs can be held to it.
    """

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    direction = models.CharField(max_length=20)
    baseline_value = Number(null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    target_value = Number(null=True, blank=True)
    target_on = models.DateField(null=True, blank=True)
    tolerance = Number(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    reason = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once(
                "revision_once",
                "goal",
                "revision",
                field="revision",
                says="Somebody revised this goal at the same moment. Look at what they did, and revise again.",
            ),
            rule("revision_from_1", Q(revision__gte=1), field="revision", says="Revisions count from 1. Begin there."),
            one_of("terms_direction_known", "direction", DIRECTIONS),
            rule(
                "baseline_has_its_date",
                Q(baseline_value__isnull=True, baseline_on__isnull=True)
                | Q(baseline_value__isnull=False, baseline_on__isnull=False),
                field="baseline_on",
                says="A baseline is a value on a day. Give both, or neither.",
            ),
            rule(
                "target_has_its_date",
                Q(target_value__isnull=True, target_on__isnull=True)
                | Q(target_value__isnull=False, target_on__isnull=False),
                field="target_on",
                says="A target is a value by a day. Give both, or neither.",
            ),
            rule(
                "target_after_baseline",
                Q(baseline_on__isnull=True) | Q(target_on__isnull=True) | Q(target_on__gt=F("baseline_on")),
                field="target_on",
                says="The target's day is not after the baseline's. Give a later one.",
            ),
            rule(
                "increase_goes_up",
                ~Q(direction="increase")
                | Q(baseline_value__isnull=True)
                | Q(target_value__isnull=True)
                | Q(GreaterThan(Magnitude("target_value"), Magnitude("baseline_value"))),
                field="target_value",
                says="A goal to increase has its target above its baseline. Correct one of them, or the direction.",
            ),
            rule(
                "decrease_goes_down",
                ~Q(direction="decrease")
                | Q(baseline_value__isnull=True)
                | Q(target_value__isnull=True)
                | Q(LessThan(Magnitude("target_value"), Magnitude("baseline_value"))),
                field="target_value",
                says="A goal to decrease has its target below its baseline. Correct one of them, or the direction.",
            ),
            rule(
                "tolerance_where_maintained",
                Q(direction="maintain", target_value__isnull=True)
                | Q(direction="maintain", tolerance__isnull=False)
                | ~Q(direction="maintain") & Q(tolerance__isnull=True),
                field="tolerance",
                says="A goal to maintain says how far it may stray, others do not. Give a tolerance there only.",
            ),
            rule(
                "tolerance_not_below_0",
                Q(tolerance__isnull=True) | ~Q(LessThan(Magnitude("tolerance"), 0.0)),
                field="tolerance",
                says="A tolerance is not below 0. Give how far the value may stray to either side.",
            ),
        ]

    def __str__(self) -> str:
        return f"revision {self.revision} of {self.goal}"
