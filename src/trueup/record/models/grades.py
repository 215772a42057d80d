"""What people add to grades: answers to worksheets' questions, letters over computed ones; and what was frozen."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from trueup.grades.worksheet import LETTERS, PERIOD_KIND
from trueup.record.models.directory import Account
from trueup.record.models.entry import Entry
from trueup.record.models.rules import once, one_of, rule
from trueup.record.models.voice import DIGEST


class GradeAnswer(Entry):
    """What one of us answered to a question of a worksheet about an account and a period; no answer: cannot say."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    worksheet = models.CharField(max_length=100)
    criterion = models.CharField(max_length=100)
    period = models.CharField(max_length=20)
    answer = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            rule(
                "grade_answer_of_five",
                Q(answer__isnull=True) | Q(answer__range=(1, 5)),
                field="answer",
                says="An answer is 1 to 5. Choose one, or say that you cannot say.",
            ),
            once(
                "grade_answer_once",
                "account",
                "worksheet",
                "criterion",
                "period",
                field="answer",
                says="This was answered at the same moment. Look at the answer, and change it.",
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.answer} to {self.criterion}"


class GradeOverride(Entry):
    """A letter over the computed one, from a day to a day, and why."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    cadence = models.CharField(max_length=20)
    letter = models.CharField(max_length=1)
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("override_cadence_known", "cadence", tuple(PERIOD_KIND)),
            one_of("override_letter_known", "letter", LETTERS),
            rule(
                "override_has_a_reason",
                ~Q(reason=""),
                field="reason",
                says="A reason is missing. Say what the data do not know.",
            ),
            rule(
                "override_ends_later",
                Q(ends_on__gte=F("starts_on")),
                field="ends_on",
                says="It ends before it begins. Give a later last day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} until {self.ends_on}"


class ClosedGrades(models.Model):
    """The grades of a period as they were frozen: the worksheet's text, and the graded table as an Arrow file."""

    id = models.BigAutoField(primary_key=True)
    cadence = models.CharField(max_length=20)
    period = models.CharField(max_length=20)
    first_on = models.DateField()
    last_on = models.DateField()
    as_of_on = models.DateField()
    worksheet = models.CharField(max_length=100)
    worksheet_version = models.CharField(max_length=16)
    worksheet_text = models.TextField()
    accounts = models.PositiveIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=DIGEST)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("closed_cadence_known", "cadence", tuple(PERIOD_KIND)),
            once(
                "closed_once",
                "cadence",
                "period",
                field="period",
                says="The grades of this period are closed. They stay as they were.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cadence} grades of {self.period}"
