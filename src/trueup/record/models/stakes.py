"""What hangs on a goal for a stakeholder: their promotion, their bonus, their evenings."""

from typing import ClassVar, Literal, get_args

from django.db import models

from trueup.record.models.entry import Entry
from trueup.record.models.goals import Goal
from trueup.record.models.rules import one_of, rule
from trueup.record.models.stakeholders import Stakeholder

StakeTag = Literal["promotion", "raise", "bonus", "job", "recognition", "time", "other"]
STAKE_TAGS: tuple[StakeTag, ...] = get_args(StakeTag)


class Stake(Entry):
    """What hangs for a stakeholder on a goal, or on all of them; as private as a personal goal."""

    stakeholder = models.ForeignKey(Stakeholder, models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, models.PROTECT, null=True, blank=True, related_name="+")
    tag = models.CharField(max_length=20, default="other")
    text = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("stake_tag_known", "tag", STAKE_TAGS),
            rule(
                "other_stake_told",
                ~models.Q(tag="other") | ~models.Q(text=""),
                field="text",
                says="A stake of kind other needs words. Say what hangs on it.",
            ),
        ]

    def __str__(self) -> str:
        # Names no stakeholder and tells no stake: this may end up in a log.
        return f"stake {self.pk}"
