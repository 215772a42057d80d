"""Studies of which KPIs predict: kept as they were said, by whom, and never changed."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from company import NOON, Company
from trueup.record import access
from trueup.record.actions.indicators import Said, keep_study
from trueup.record.refusal import NotAllowed

SAID = Said("renewed", 90, 180, date(2026, 6, 30), 120, '{"kpis": [{"kpi": "joint_calls"}]}')


def test_a_study_is_kept_as_it_was_said(company: Company) -> None:
    kept = keep_study(SAID, by=company.ana, at=NOON)
    again = access.indicator_studies(company.alice).get(pk=kept.pk)
    assert (again.outcome, again.events, again.content, again.studied_by) == ("renewed", 120, SAID.content, company.ana)
    assert again.sha256 == hashlib.sha256(SAID.content.encode()).hexdigest()


def test_a_machine_may_keep_one_and_who_may_not_build_may_not(company: Company) -> None:
    assert keep_study(SAID, by=None, at=NOON).studied_by is None
    with pytest.raises(NotAllowed):
        keep_study(SAID, by=company.vic, at=NOON)


def test_a_study_that_says_the_same_again_is_not_kept_twice(company: Company) -> None:
    first = keep_study(SAID, by=None, at=NOON)
    assert keep_study(SAID, by=company.ana, at=NOON) == first
    other = keep_study(replace(SAID, lead_days=30), by=None, at=NOON)
    changed = keep_study(replace(SAID, content="{}"), by=None, at=NOON)
    assert len({first.pk, other.pk, changed.pk}) == 3
    assert keep_study(SAID, by=None, at=NOON).pk not in {first.pk, other.pk, changed.pk}


@pytest.mark.parametrize("sql", ["UPDATE record_indicatorstudy SET events = 3", "DELETE FROM record_indicatorstudy"])
def test_a_study_stays_as_it_was_said_even_in_sql(company: Company, sql: str) -> None:
    keep_study(SAID, by=None, at=NOON)
    with pytest.raises(IntegrityError, match="A study stays as it was said"), transaction.atomic():
        connection.cursor().execute(sql)
