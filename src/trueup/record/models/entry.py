"""What all entries have in common: an id of their own, and every version of them with who, when and why."""

from datetime import datetime
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from simple_history.models import HistoricalRecords


class Entry(models.Model):
    """Something people state. ``versions`` holds what it was; reach both through ``access`` and ``history`` only."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    versions = HistoricalRecords(inherit=True)

    _history_user: AbstractBaseUser | None
    _history_date: datetime
    _change_reason: str

    class Meta:
        abstract = True
