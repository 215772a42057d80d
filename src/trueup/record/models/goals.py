"""How a customer is measured."""

from decimal import Decimal
from typing import ClassVar, Literal, get_args

from django.db import models
from django.db.models import Q
from django.db.models.lookups import GreaterThan

from trueup.canon.entries import DIRECTIONS, GOAL_KINDS, GOAL_STATUSES
from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.levers import Lever
from trueup.record.models.numbers import Magnitude, Number
from trueup.record.models.rules import one_of, rule
from trueup.record.models.stakeholders import Stakeholder

GoalKind = Literal["business", "personal"]
Direction = Literal["increase", "decrease", "maintain"]
GoalStatus = Literal["draft", "agreed", "achieved", "missed", "withdrawn"]
StatedBy = Literal["customer", "us"]
STATED_BY: tuple[StatedBy, ...] = get_args(StatedBy)
CADENCE_DAYS = 45
WAS_AGREED = ("agreed", "achieved", "missed")
ENDED = ("achieved", "missed", "withdrawn")


class Goal(Entry):
    """How an account, or one stakeholder in it, is measured.

    ``measure`` in people's words, ``kpi`` its key in the library. ``bound_to``: ``series:MEASURE`` or ``metric:NAME``
    where readings come from the data. ``value_per_unit``: what one unit of improvement is worth to the account.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    stakeholder = models.ForeignKey(Stakeholder, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20, default="business")
    measure = models.CharField(max_length=200, default="", blank=True)
    kpi = models.CharField(max_length=100, default="", blank=True)
    unit = models.CharField(max_length=50, default="", blank=True)
    direction = models.CharField(max_length=20, default="increase")
    weight = Number(default=Decimal(1))
    cadence_days = models.PositiveIntegerField(default=CADENCE_DAYS)
    stated_by = models.CharField(max_length=20, default="customer")
    stated_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=20, default="draft")
    agreed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    value_per_unit = Number(null=True, blank=True)
    currency = models.CharField(max_length=3, default="", blank=True)
    levers = models.ManyToManyField(Lever, blank=True, related_name="+")
    bound_to = models.CharField(max_length=300, default="", blank=True)

    _history_m2m_fields: ClassVar[list[str]] = ["levers"]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("goal_kind_known", "kind", GOAL_KINDS),
            one_of("goal_direction_known", "direction", DIRECTIONS),
            one_of("goal_status_known", "status", GOAL_STATUSES),
            one_of("goal_stated_by_known", "stated_by", STATED_BY),
            rule(
                "personal_goal_is_somebodys",
                ~Q(kind="personal") | Q(stakeholder__isnull=False),
                field="stakeholder",
                says="A personal goal is somebody's. Say whose.",
            ),
            rule(
                "goal_weight_above_0",
                Q(GreaterThan(Magnitude("weight"), 0.0)),
                field="weight",
                says="A weight is above 0. Give 1, or more to what counts more.",
            ),
            rule(
                "goal_cadence_a_day_or_more",
                Q(cadence_days__gte=1),
                field="cadence_days",
                says="A goal is read once a day at most. Give a number of days from 1.",
            ),
            rule(
                "value_per_unit_has_its_currency",
                Q(value_per_unit__isnull=True, currency="") | Q(value_per_unit__isnull=False) & ~Q(currency=""),
                field="currency",
                says="A value and its currency go together. Give both, or neither.",
            ),
            rule(
                "agreed_goal_has_its_date",
                Q(status="draft", agreed_at__isnull=True)
                | Q(status__in=WAS_AGREED, agreed_at__isnull=False)
                | Q(status="withdrawn"),
                field="agreed_at",
                says="An agreed goal has the date of its agreement, a draft has none. Agree on the goal, or leave it.",
            ),
            rule(
                "ended_goal_has_its_date",
                Q(status__in=ENDED, ended_at__isnull=False) | ~Q(status__in=ENDED) & Q(ended_at__isnull=True),
                field="ended_at",
                says="A goal that ended has the date of its end, another one has none. Close it, or leave it.",
            ),
            rule(
                "agreed_goal_has_its_measure",
                ~Q(status__in=WAS_AGREED) | ~Q(measure=""),
                field="measure",
                says="An agreed goal has a measure. Say what is measured.",
            ),
            rule(
                "goal_bound_to_data",
                Q(bound_to="") | Q(bound_to__startswith="series:") | Q(bound_to__startswith="metric:"),
                field="bound_to",
                says="Readings come from a series or a metric. Write series:MEASURE or metric:NAME.",
            ),
        ]

    def __str__(self) -> str:
        # Personal goals tell nothing of themselves: this may end up in a log.
        return f"goal {self.pk}" if self.kind == "personal" else self.measure
