"""Jobs: asked for by people and schedules, claimed by one worker, survived by the work when the worker dies."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from company import NOON, Company
from trueup.record import access
from trueup.record.actions.jobs import (
    ask_for_build,
    ask_for_import,
    ask_for_stress,
    ask_for_study,
    change_schedule,
    make_schedule,
    remove_schedule,
)
from trueup.record.models import Job, Schedule, User
from trueup.record.models.work import EVERY_DAY
from trueup.record.queue import (
    ask_scheduled,
    beat,
    bury,
    bury_silent,
    claim,
    fail,
    finish,
    give_back,
)
from trueup.record.refusal import NotAllowed, Refused

SECOND = timedelta(seconds=1)
BERLIN = "Europe/Berlin"
MONDAY, FRIDAY = 1 << 0, 1 << 4


def told(viewer: User) -> list[tuple[str, str]]:
    return sorted((job.kind, job.status) for job in access.jobs(viewer))


def claimed(company: Company, worker: str = "one") -> Job:
    ask_for_build(company.ana, at=NOON)
    job = claim(worker, at=NOON)
    assert job is not None
    return job


def test_a_job_goes_from_the_queue_through_a_workers_hands(company: Company) -> None:
    asked = ask_for_build(company.ana, at=NOON)
    assert claim("one", at=NOON + SECOND) == asked
    asked.refresh_from_db()
    assert (asked.status, asked.claimed_by, asked.claimed_at) == ("running", "one", NOON + SECOND)
    assert beat(asked, at=NOON + 2 * SECOND, stage="computing", step=3, steps=40)
    assert finish(asked, at=NOON + 3 * SECOND, message="Published.")
    asked.refresh_from_db()
    assert (asked.status, asked.stage, asked.step, asked.ended_at) == ("done", "computing", 3, NOON + 3 * SECOND)
    assert claim("one", at=NOON) is None


def test_what_waits_already_is_not_asked_for_twice(company: Company) -> None:
    asked = ask_for_build(company.ana, at=NOON)
    assert ask_for_build(company.ada, at=NOON + SECOND) == asked
    assert ask_for_import(company.ada, at=NOON + SECOND) != asked
    claim("one", at=NOON)
    assert ask_for_build(company.ada, at=NOON + SECOND) != asked


@pytest.mark.parametrize("name", ["vic", "alice", "mia", "fin"])
def test_builds_are_for_analysts_and_administrators(company: Company, name: str) -> None:
    with pytest.raises(NotAllowed):
        ask_for_build(company[name], at=NOON)
    with pytest.raises(NotAllowed):
        ask_for_study(company[name], at=NOON)
    with pytest.raises(NotAllowed):
        make_schedule(company[name], now=NOON, zone=BERLIN, at=time(6))
    with pytest.raises(NotAllowed):
        make_schedule(company[name], now=NOON, zone=BERLIN, at=time(6), kind="study")
    assert told(company[name]) == []


def test_a_study_that_died_is_asked_for_again_as_a_study(company: Company) -> None:
    asked = ask_for_study(company.ana, at=NOON)
    assert claim("one", at=NOON + SECOND) == asked
    bury("one", at=NOON + 2 * SECOND)
    assert told(company.ana) == [("study", "abandoned"), ("study", "queued")]


def test_plans_are_tried_for_who_pays_each_question_once_and_again_where_the_worker_died(company: Company) -> None:
    with pytest.raises(NotAllowed):
        ask_for_stress(company.ana, "one", at=NOON)
    asked = ask_for_stress(company.fin, "one", at=NOON)
    assert ask_for_stress(company.fin, "one", at=NOON + SECOND) == asked
    assert ask_for_stress(company.fin, "two", at=NOON + SECOND) != asked
    assert claim("w", at=NOON + SECOND) == asked
    bury("w", at=NOON + 2 * SECOND)
    jobs = access.jobs(company.fin).order_by("asked_at", "status")
    assert [(job.about, job.status) for job in jobs] == [("one", "abandoned"), ("one", "queued"), ("two", "queued")]


def test_two_jobs_never_run_at_once(company: Company) -> None:
    first = claimed(company)
    ask_for_build(company.ana, at=NOON)
    ask_for_import(company.ana, at=NOON)
    assert claim("two", at=NOON) is None
    finish(first, at=NOON, message="")
    second = claim("two", at=NOON)
    assert second is not None
    assert claim("three", at=NOON) is None


def test_the_oldest_job_is_claimed_first(company: Company) -> None:
    ask_for_import(company.ana, at=NOON + SECOND)
    build = ask_for_build(company.ana, at=NOON)
    assert claim("one", at=NOON) == build


def test_the_work_of_a_worker_that_died_is_queued_again_once(company: Company) -> None:
    claimed(company)
    assert len(bury("one", at=NOON)) == 1
    assert told(company.vic) == [("build", "abandoned"), ("build", "queued")]
    again = claim("two", at=NOON)
    assert again is not None
    assert (again.asked_by, again.asked_at) == (company.ana, NOON)
    bury("two", at=NOON)
    assert [status for _, status in told(company.vic)] == ["abandoned", "abandoned"]
    messages = [job.message for job in access.jobs(company.vic).order_by("claimed_at", "message")]
    assert any("It was queued again" in message for message in messages)
    assert any("ask anew" in message for message in messages)


def test_asked_anew_it_may_be_queued_again_once_more(company: Company) -> None:
    for worker in ("one", "two"):
        claimed(company, worker)
        bury(worker, at=NOON)
    ask_for_build(company.ana, at=NOON + SECOND)
    claim("three", at=NOON)
    bury("three", at=NOON)
    assert claim("four", at=NOON) is not None


def test_a_silent_worker_is_taken_to_be_dead_and_a_slow_one_is_not(company: Company) -> None:
    job = claimed(company)
    assert bury_silent(at=NOON + 29 * SECOND) == []
    beat(job, at=NOON + 20 * SECOND, stage="", step=0, steps=0)
    assert bury_silent(at=NOON + 45 * SECOND) == []
    assert bury_silent(at=NOON + 51 * SECOND) == [job]
    assert not beat(job, at=NOON + 52 * SECOND, stage="", step=0, steps=0)
    assert not finish(job, at=NOON + 52 * SECOND, message="")
    assert not fail(job, at=NOON + 52 * SECOND, message="")
    assert told(company.vic) == [("build", "abandoned"), ("build", "queued")]


def test_nobody_buries_another_workers_job(company: Company) -> None:
    claimed(company)
    assert bury("two", at=NOON) == []
    assert told(company.vic) == [("build", "running")]


def test_a_server_may_be_stopped_as_often_as_one_likes(company: Company) -> None:
    job = claimed(company)
    for _ in range(4):
        give_back(job, at=NOON)
        again = claim("one", at=NOON)
        assert again is not None
        job = again
    finish(job, at=NOON, message="")
    assert sorted(status for _, status in told(company.vic)) == ["abandoned"] * 4 + ["done"]


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2026, in which Berlin is two hours ahead of UTC; the 1st is a Monday."""
    return datetime(2026, 6, day, hour - 2, minute, tzinfo=UTC)


def scheduled(company: Company, *, weekdays: int = EVERY_DAY, now: datetime) -> Schedule:
    return make_schedule(company.ana, now=now, zone=BERLIN, at=time(6), weekdays=weekdays)


def asks(now: datetime) -> int:
    """How many jobs are asked for at the moment; they are done at once."""
    asked = ask_scheduled(at=now, zone=BERLIN)
    for _ in asked:
        job = claim("one", at=now)
        assert job is not None
        finish(job, at=now, message="")
    return len(asked)


def test_a_schedule_asks_at_its_time_of_day_in_the_companys_zone_once(company: Company) -> None:
    scheduled(company, now=berlin(1, 12))
    moments = [
        berlin(1, 12),
        berlin(2, 5, 59),
        berlin(2, 6),
        berlin(2, 6, 1),
        berlin(2, 23),
        berlin(3, 5),
        berlin(3, 7),
    ]
    assert [asks(now) for now in moments] == [0, 0, 1, 0, 0, 0, 1]


def test_a_schedule_asks_on_its_weekdays(company: Company) -> None:
    scheduled(company, weekdays=MONDAY | FRIDAY, now=berlin(1, 12))
    assert [day for day in range(2, 16) if asks(berlin(day, 7))] == [5, 8, 12, 15]


def test_what_was_missed_is_asked_for_once(company: Company) -> None:
    scheduled(company, now=berlin(1, 12))
    assert [asks(now) for now in (berlin(9, 3), berlin(9, 4), berlin(9, 6))] == [1, 0, 1]


def test_a_schedule_made_or_changed_in_the_afternoon_does_not_ask_for_the_morning(company: Company) -> None:
    schedule = scheduled(company, now=berlin(1, 12))
    assert asks(berlin(1, 13)) == 0
    change_schedule(company.ada, schedule, now=berlin(2, 12), zone=BERLIN, at=time(11))
    assert [asks(now) for now in (berlin(2, 13), berlin(3, 10), berlin(3, 11))] == [0, 0, 1]


def test_a_schedule_that_is_off_or_gone_asks_for_nothing(company: Company) -> None:
    schedule = scheduled(company, now=berlin(1, 12))
    change_schedule(company.ana, schedule, now=berlin(1, 12), zone=BERLIN, is_active=False)
    assert asks(berlin(2, 7)) == 0
    change_schedule(company.ana, schedule, now=berlin(2, 8), zone=BERLIN, is_active=True)
    assert asks(berlin(3, 7)) == 1
    remove_schedule(company.ana, schedule, at=berlin(3, 8))
    assert asks(berlin(4, 7)) == 0
    assert list(access.schedules(company.ana)) == []


def test_a_schedule_needs_a_day(company: Company) -> None:
    with pytest.raises(Refused, match="at least one weekday"):
        make_schedule(company.ana, now=NOON, zone=BERLIN, at=time(6), weekdays=0)


def test_the_night_in_which_the_clock_goes_forward_is_no_exception(company: Company) -> None:
    schedule = make_schedule(
        company.ana, now=datetime(2026, 3, 28, 12, tzinfo=UTC), zone=BERLIN, at=time(2, 30), weekdays=EVERY_DAY
    )
    assert asks(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == 1
    schedule.refresh_from_db()
    assert schedule.last_asked_on == date(2026, 3, 29)
