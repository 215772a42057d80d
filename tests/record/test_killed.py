"""Killed at any moment of a write, many times: no acknowledged entry is lost, and none is half written."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from django.db import connection

from company import founded
from recorded import Place
from trueup.record.chain import Whole
from trueup.record.models import CustomerAnswer, CustomerLink, Goal, GoalTerms, Reading
from trueup.record.testimony import verify_answers

KILLS = 32
HERE = Path(__file__).parent
RUN = f"""
import os
from pathlib import Path
from trueup.record.opening import open_record
open_record(Path(os.environ["TRUEUP_WORKSPACE"]))
import killed_writer
killed_writer.main(kills={KILLS}, seed=11)
"""


def test_killed_at_any_moment_the_record_keeps_its_word(lasting_record: Place) -> None:
    founded()
    connection.close()
    told = killed_writers(lasting_record)
    wait_for_the_dead()
    acknowledged = {kind: {key for life in told for k, key in life if k == kind} for kind in KINDS}
    assert len(told) == 1 + KILLS
    assert sum(map(len, acknowledged.values())) > KILLS
    assert all(acknowledged[kind] <= kept() for kind, kept in KINDS.items())
    # At most the step during which it was killed was done and not acknowledged any more.
    assert sum(len(kept() - acknowledged[kind]) for kind, kept in KINDS.items()) <= KILLS
    nothing_is_half_written()


def killed_writers(place: Place) -> list[list[tuple[str, str]]]:
    environment = {**os.environ, "TRUEUP_WORKSPACE": str(place.root), "TRUEUP_RECORD": place.address}
    run = subprocess.run(
        [sys.executable, "-c", RUN], env=environment, cwd=HERE, capture_output=True, text=True, check=True
    )
    return [[(kind, key) for kind, key in life] for life in json.loads(run.stdout)]


def wait_for_the_dead() -> None:
    """A killed client's last statement may still be running in a server."""
    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            if cursor.fetchone() == (1,):
                return
        time.sleep(0.01)


KINDS = {
    "goal": lambda: {str(key) for key in Goal.objects.values_list("pk", flat=True)},
    "agreed": lambda: {str(key) for key in Goal.objects.filter(status="agreed").values_list("pk", flat=True)},
    "reading": lambda: {str(key) for key in Reading.objects.values_list("pk", flat=True)},
    "confirmed": lambda: {
        str(key) for key in Reading.objects.filter(verification="confirmed_by_customer").values_list("pk", flat=True)
    },
}


def nothing_is_half_written() -> None:
    for goal in Goal.objects.all():
        # Drafted: the entry, its list of levers, its terms. Agreed: once more.
        versions = Counter(version.history_type for version in goal.versions.all())
        assert versions == {"+": 1, "~": 1 if goal.status == "draft" else 2}
        assert goal.levers.count() == 1
        assert GoalTerms.objects.filter(goal=goal).count() == 1
    for reading in Reading.objects.all():
        answers = CustomerAnswer.objects.filter(reading=reading).count()
        assert reading.versions.count() == 1 + answers
        assert answers == (reading.verification == "confirmed_by_customer")
    for link in CustomerLink.objects.all():
        assert link.goals.count() == 1
    assert isinstance(verify_answers(), Whole)
    connection.check_constraints()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]
