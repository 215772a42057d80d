"""The page on which scores are tried: ours and a file's, with links to whom they missed."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from company import Company
from tried_scores import ENDS, NAMES, day, small
from trueup.record.models import User
from trueup.runs import kept_panel
from trueup.runs.folder import Folder
from web_pages import browser_of, text_of

PAGE = "/indicators/backtest/"
ASKED = {"outcome": "churned", "what": "kpi:response_time", "lead": "3", "horizon": "3"}


@pytest.fixture
def asked(served_company: Company) -> Iterator[Company]:
    """The company, in whose panel Acme and Globex are the first to leave."""
    folder = Folder(settings.WORKSPACE.root)
    file = folder.panels / "small.npz"
    kept_panel.write(file, small([served_company.acme.pk, served_company.globex.pk, *NAMES[2:]]))
    yield served_company
    file.unlink()


def shown(user: User, **query: str) -> HttpResponse:
    return browser_of(user).get(PAGE, query)


def sent(user: User, content: str, **facts: str) -> HttpResponse:
    file = SimpleUploadedFile("health.csv", content.encode(), "text/csv")
    return browser_of(user).post(PAGE, {**ASKED, "what": "file", "higher": "safer", **facts, "file": file})


def health(company: Company, score: int) -> str:
    """Scores of all accounts at all dates: everybody 50, Acme another."""
    names = [company.acme.pk, company.globex.pk, *NAMES[2:]]
    rows = [f"{name},{day(end)},{score if name == names[0] else 50}" for name in names for end in ENDS]
    return "account,date,score\n" + "\n".join(rows)


def test_before_anybody_asked_the_data_it_says_how(served_company: Company) -> None:
    assert "ask the data" in text_of(shown(served_company.ana))
    assert "trueup indicators" in text_of(shown(served_company.ana))
    assert "Analysts and administrators may" in text_of(shown(served_company.vic))


def test_without_closed_grades_it_says_how_to_close_some_and_offers_what_else_there_is(asked: Company) -> None:
    page = text_of(shown(asked.vic))
    assert "No quarterly grades are closed yet" in page
    assert "What it should foretell" in page


def test_a_kpi_says_in_words_whom_it_had_feared_in_time(asked: Company) -> None:
    page = shown(asked.vic, **ASKED)
    said = text_of(page)
    assert "Response time: who will leave Cannot tell" in said
    assert "Of 10 customers who left it had feared 10 in time, 90 days or more before, and 0 never" in said
    assert f'href="/customers/{asked.acme.pk}/">Acme' in page.content.decode()
    assert "120 days" in said


def test_a_file_is_kept_so_that_other_questions_can_be_asked_of_it(asked: Company) -> None:
    browser = browser_of(asked.ada)
    file = SimpleUploadedFile("health.csv", health(asked, 1).encode(), "text/csv")
    answer = browser.post(PAGE, {**ASKED, "what": "own:", "higher": "safer", "file": file})
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
    assert (answer.status_code, query["what"], query["outcome"]) == (302, "file", "churned")
    said = text_of(browser.get(answer["Location"]))
    # Acme leaves first, and is the one that the file fears: one of ten in time, the others never.
    assert "health.csv: who will leave" in said
    assert "it had feared 1 in time, 90 days or more before, and 9 never" in said
    assert "Missed: 9" in said
    assert "Globex" in said
    assert "who will not renew" in text_of(browser.get(PAGE, {**query, "outcome": "renewed"}))
    assert "Choose a file of scores" in text_of(shown(asked.vic, **query))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("account,date,score\nACME,2021-03-31,high\n", "line 2, column score: 'high' is no number."),
        ("account,date,score\nACME,2021-13-31,1\n", "line 2, column date: '2021-13-31'"),
        ("account,date,score\nnobody,2021-03-31,1\n", "line 2, column account: None of its accounts is known here"),
        ("customer,date,score\nACME,2021-03-31,1\n", "There is no column 'account'."),
    ],
)
def test_what_is_wrong_with_a_file_stands_beside_it_and_nothing_else_is_lost(
    asked: Company, content: str, says: str
) -> None:
    answer = sent(asked.ada, content.replace("ACME", asked.acme.pk), lead="6", higher="worse")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"health.csv{'' if says.startswith('There') else ', '}" in text_of(answer)
    assert says in text_of(answer)
    assert '<option value="6" selected>6 months' in page
    assert '<option value="worse" selected>' in page


def test_without_a_file_it_asks_for_one(asked: Company) -> None:
    answer = browser_of(asked.ada).post(PAGE, {**ASKED, "what": "file", "higher": "safer"})
    assert (answer.status_code, "No file was chosen" in text_of(answer)) == (422, True)


def test_whom_one_may_not_see_is_neither_named_nor_tried(asked: Company) -> None:
    """Charlie owns Globex; of Acme, and of accounts of nobody, his file tells nothing, and the page no name."""
    page = text_of(shown(asked.charlie, **ASKED))
    assert ("Acme" in page, "Globex" in page) == (False, True)
    answer = sent(asked.charlie, f"account,date,score\n{asked.acme.pk},2021-03-31,1\n")
    assert (answer.status_code, "None of its accounts is known here" in text_of(answer)) == (422, True)


def test_strangers_are_sent_to_the_door(served_company: Company) -> None:
    client = browser_of(served_company.vic)
    client.logout()
    assert client.get(PAGE).status_code == 302
