"""Scores tried by programs: the same as the page says, of customers that one may see."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from company import Company
from tried_scores import NAMES, small
from trueup.record.actions.tokens import make_token
from trueup.runs import kept_panel
from trueup.runs.folder import Folder

Ask = Callable[..., tuple[int, Any]]
PATH = "/api/v1/backtest"
KPI = {"what": "kpi", "name": "response_time", "outcome": "churned", "horizon_days": 90}


@pytest.fixture
def ask(company: Company, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(settings.WORKSPACE.root))
    cache.clear()

    def call(who: str, content: str | None = None, **query: object) -> tuple[int, Any]:
        now = datetime.now(UTC)
        _, token = make_token(company[who], at=now, label="a", scope="write", expires_at=now + timedelta(days=1))
        client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {token}"})
        if content is None:
            response = client.get(PATH, query)
        else:
            response = client.post(PATH, {**query, "file": SimpleUploadedFile("health.csv", content.encode())})
        return response.status_code, response.json()

    return call


@pytest.fixture
def kept(company: Company) -> Iterator[None]:
    """Acme and Globex are the first to leave."""
    file = Folder(settings.WORKSPACE.root).panels / "small.npz"
    kept_panel.write(file, small([company.acme.pk, company.globex.pk, *NAMES[2:]]))
    yield
    file.unlink()


def test_before_anybody_asked_the_data_there_is_nothing_to_try_on(ask: Ask) -> None:
    status, told = ask("Vic", **KPI)
    assert (status, "trueup indicators" in told["message"]) == (409, True)


@pytest.mark.usefixtures("kept")
def test_a_kpi_is_answered_with_figures_words_and_names(ask: Ask, company: Company) -> None:
    status, told = ask("Vic", **KPI)
    assert (status, told["score"], told["verdict"]) == (200, "response_time", "cannot tell")
    figures = {row["figure"]: row["value"] for row in told["figures"] if row["forecast"] == "the score"}
    assert (figures["auc"], figures["events_warned_in_time"], figures["events_missed"]) == (1, 10, 0)
    assert {"account_id": company.acme.pk, "days": 120} in told["warned"]
    assert told["missed"] == []


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"what": "grades", "name": "quarterly"}, 404, "No quarterly grades are closed yet"),
        ({"what": "grades", "name": "weekly"}, 404, "There are no grades 'weekly'; there are annual, quarterly"),
        ({"what": "kpi", "name": "respons_time"}, 404, "did you mean response_time"),
        ({"what": "own"}, 404, "too little of it came before"),
        ({"outcome": "default"}, 404, "Nothing was imported that tells of the outcome default"),
    ],
)
def test_what_cannot_be_tried_says_why(ask: Ask, query: dict[str, str], status: int, says: str) -> None:
    code, told = ask("Vic", **{**KPI, **query})
    assert code == status
    assert says in told["message"]


@pytest.mark.usefixtures("kept")
def test_a_file_is_tried_and_its_mistakes_are_told_with_their_place(ask: Ask, company: Company) -> None:
    lines = "\n".join(f"{name},2021-03-31,{place}" for place, name in enumerate([company.acme.pk, *NAMES[2:]]))
    status, told = ask("Ada", f"account,date,score\n{lines}\n", outcome="churned", horizon_days=90)
    assert (status, told["score"]) == (200, "health.csv")
    assert told["warned"] == [{"account_id": company.acme.pk, "days": 120}]
    status, told = ask("Ada", f"account,date,score\n{company.acme.pk},2021-03-31,high\n")
    assert (status, told["field"]) == (422, "file")
    assert told["message"] == "health.csv, line 2, column score: 'high' is no number."
    assert told["cure"]


@pytest.mark.usefixtures("kept")
def test_who_sees_some_customers_is_told_of_those(ask: Ask, company: Company) -> None:
    _, told = ask("Charlie", **KPI)
    assert [each["account_id"] for each in told["warned"]] == [company.globex.pk]
    status, told = ask("Charlie", f"account,date,score\n{company.acme.pk},2021-03-31,1\n")
    assert (status, "None of its accounts is known here" in told["message"]) == (422, True)
