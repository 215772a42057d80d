"""What was found of KPIs, study by study: kept as it was said, and a ledger of every KPI that was ever tried."""

from django.conf import settings
from django.db import models

from trueup.record.models.voice import DIGEST


class IndicatorStudy(models.Model):
    """A study of which KPIs predict an outcome, as it was said: JSON, never changed."""

    id = models.BigAutoField(primary_key=True)
    outcome = models.CharField(max_length=60)
    lead_days = models.PositiveIntegerField()
    horizon_days = models.PositiveIntegerField()
    as_of_on = models.DateField()
    events = models.PositiveIntegerField()
    content = models.TextField()
    sha256 = models.CharField(max_length=DIGEST)
    studied_at = models.DateTimeField()
    studied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.outcome} as of {self.as_of_on}"
