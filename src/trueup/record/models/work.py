"""Keys for programs, and the work that is done beside the pages: jobs, and when they are due."""

from typing import ClassVar, Literal, get_args
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from trueup.record.models.entry import Entry
from trueup.record.models.rules import once, one_of, rule
from trueup.record.models.voice import DIGEST

Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
JobKind = Literal["build", "import", "study", "stress"]
JOB_KINDS: tuple[JobKind, ...] = get_args(JobKind)
ScheduledKind = Literal["build", "import", "study"]
SCHEDULED_KINDS: tuple[ScheduledKind, ...] = get_args(ScheduledKind)
JobStatus = Literal["queued", "running", "done", "failed", "abandoned"]
JOB_STATUSES: tuple[JobStatus, ...] = get_args(JobStatus)
EVERY_DAY = 0b111_1111


class ApiToken(Entry):
    """Lets a program act for a user; of the token only its SHA-256 is kept. ``scope`` write includes read."""

    sha256 = models.CharField(max_length=DIGEST)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    label = models.CharField(max_length=200, blank=True)
    scope = models.CharField(max_length=10, default="read")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            once("api_token_once", "sha256", field="sha256", says="This token exists. Make another one."),
            one_of("scope_known", "scope", SCOPES),
            rule("token_labelled", ~Q(label=""), field="label", says="A label is missing. Say what the token is for."),
            rule(
                "token_expires_later",
                Q(expires_at__gt=F("created_at")),
                field="expires_at",
                says="A token expires after it was made. Give a later day.",
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.pk}"


class Job(models.Model):
    """Work that somebody or a schedule asked for, and how far it is; at most one runs at a time.

    ``about``: what is asked, where a kind of work has questions.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=20)
    about = models.TextField(default="", blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    status = models.CharField(max_length=20, default="queued")
    claimed_by = models.CharField(max_length=200, default="", blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=200, default="", blank=True)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    message = models.TextField(default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("job_kind_known", "kind", JOB_KINDS),
            one_of("job_status_known", "status", JOB_STATUSES),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status="running"),
                name="one_job_runs",
                violation_error_message="A job is running. Wait until it is done.",
            ),
            rule(
                "claimed_job_has_its_worker",
                Q(status="queued", claimed_at__isnull=True) | ~Q(status="queued") & Q(claimed_at__isnull=False),
                field="status",
                says="A job that began has a worker and a time. Claim it first.",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["status", "asked_at"], name="jobs_in_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Schedule(Entry):
    """When a job is asked for by itself: at a time of day in the company's zone, on some weekdays.

    ``weekdays`` has a bit for each day, Monday's being 1. ``last_asked_on``: the local day for which it was asked last.
    """

    kind = models.CharField(max_length=20, default="build")
    at = models.TimeField()
    weekdays = models.PositiveSmallIntegerField(default=EVERY_DAY)
    is_active = models.BooleanField(default=True)
    last_asked_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            one_of("schedule_kind_known", "kind", SCHEDULED_KINDS),
            rule(
                "schedule_has_a_day",
                Q(weekdays__range=(1, EVERY_DAY)),
                field="weekdays",
                says="A schedule needs a day. Choose at least one weekday.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class Erasure(models.Model):
    """Somebody's data were erased: who did it and when, of what kind of subject, and how many rows it touched."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    erased_at = models.DateTimeField()
    subject = models.CharField(max_length=50)
    rows = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.subject} erased at {self.erased_at}"
