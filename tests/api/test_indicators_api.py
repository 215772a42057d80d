"""Which KPIs predict, for programs: the same as the pages say."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from django.core.cache import cache
from django.test import Client

from company import NOON, Company
from example import built
from told_studies import answered, content
from trueup.record.actions.indicators import Said, keep_study
from trueup.record.actions.tokens import make_token

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def call(company: Company, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    cache.clear()

    def called(who: str, method: Literal["get", "post"], path: str, **query: object) -> tuple[int, Any]:
        now = datetime.now(UTC)
        scope = "write" if method == "post" else "read"
        _, token = make_token(company[who], at=now, label="a", scope=scope, expires_at=now + timedelta(days=1))
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
        response = getattr(client, method)(f"/api/v1{path}", query)
        return response.status_code, response.json()

    return called


def test_studies_are_listed_and_told_whole(call: Ask) -> None:
    of = answered()
    kept = keep_study(Said("churned", 90, 180, of.as_of, 99, json.dumps(content(of))), by=None, at=NOON)
    status, listed = call("Vic", "get", "/indicators")
    assert (status, listed["count"], listed["items"][0]["number"]) == (200, 1, kept.pk)
    status, newest = call("Vic", "get", "/indicators/newest", outcome="churned")
    assert status == 200
    assert newest == call("Vic", "get", f"/indicators/{kept.pk}")[1]
    told = {kpi["kpi"]: kpi["tier"] for kpi in newest["study"]["kpis"]}
    judged = zip(of.study.panel.kpis, of.judged, strict=True)
    assert told == {kpi.name: each.tier for kpi, each in judged}
    assert newest["study"]["skill"]["forecasts"][0]["realised"]["auc"] == pytest.approx(
        of.study.skills[0].realised.area.value
    )
    assert "model" not in newest["study"]


def test_what_is_not_there_is_not_found(call: Ask) -> None:
    assert call("Vic", "get", "/indicators/newest", outcome="renewed")[0] == 404
    assert call("Vic", "get", "/indicators/77")[0] == 404
    assert call("Vic", "get", "/indicators", outcome="happy")[0] == 422
    assert call("Vic", "get", "/indicators") == (200, {"count": 0, "items": []})


def test_analysts_ask_and_others_may_not(call: Ask) -> None:
    status, job = call("Ana", "post", "/indicators")
    assert (status, job["kind"], job["status"]) == (202, "study", "queued")
    assert call("Ana", "post", "/indicators")[1]["job_id"] == job["job_id"]
    assert call("Vic", "post", "/indicators")[0] == 403
