"""The pages of grades: lists, reasons, a worksheet filled by hand, letters put over computed ones, and worksheets."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from company import NOON
from example import COMPANY, built
from recorded import Place, copied, point_at, undone_at
from trueup import served
from trueup.answers.grades import Standing, Wanted, page, trail
from trueup.answers.gradings import grading_of
from trueup.grades.worksheet import LETTERS
from trueup.mart.snapshot import Snapshot, current
from trueup.record.actions.grades import override_grade
from trueup.record.directory import refresh
from trueup.record.models import Account, GradeAnswer, GradeOverride, User
from trueup.runs.directory import directory_of
from trueup.workspace import settings
from web_pages import browser_of, text_of

LIST = "/grades/"
BY_HAND = "/grades/by-hand/?cadence=strategic"
BEST = {"can_move": "5", "fits": "5", "ready": "5", "leads_to": "5"}
ROLES = {"vic": "viewer", "ada": "administrator"}


@dataclass(frozen=True)
class People:
    """Alice and Bob each own customers, of whom Bob's are not Alice's; Vic looks on, Ada administers."""

    alice: User
    bob: User
    vic: User
    ada: User


@cache
def snapshot() -> Snapshot:
    found = current(built().mart)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The example company's record, with its people and customers."""
    made = copied(request, "sqlite", tmp_path_factory.mktemp("grades"))
    accounts, people = directory_of(built(), settings(built()), on=COMPANY.ends_on)
    mails = {row["person_id"]: row["email"] for row in people.to_pylist()}
    owners = Counter(row["owner_id"] for row in accounts.to_pylist() if row["is_customer"] and row["owner_id"] in mails)
    (alice, _), (bob, _) = owners.most_common(3)[1:]
    point_at(made)
    addresses = {"alice": mails[alice], "bob": mails[bob]} | {name: f"{name}@ours.example" for name in ROLES}
    for name, address in addresses.items():
        User.objects.create(
            email=address.lower(), name=name.capitalize(), role=ROLES.get(name, "member"), joined_at=NOON
        )
    refresh(accounts, people, on=COMPANY.ends_on)
    connections.close_all()
    return made


@pytest.fixture
def people(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[People]:
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(built().root))
    with undone_at(place):
        yield People(**{user.name.lower(): user for user in User.objects.all()})


@pytest.fixture
def workspace(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of the test's own, with what was built of the example company."""
    root = tmp_path / "acme"
    shutil.copytree(built().mart, root / built().mart.relative_to(built().root))
    shutil.copy(built().settings_file, root)
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(root))
    return root


def graded(user: User, cadence: str = "quarterly", period: str | None = None, **wanted: object) -> list[Standing]:
    """Grades as the snapshot has them, of the customers that somebody owns."""
    own = Account.objects.filter(owner=user.person_id) | Account.objects.filter(success_owner=user.person_id)
    among = None if user.person_id is None else sorted(own.values_list("pk", flat=True))
    asked = Wanted(among=among, limit=1000, **wanted)  # type: ignore[arg-type]
    return page(snapshot(), grading_of(snapshot(), cadence, period), asked)[1]


def ids_of(user: User, address: str) -> list[str]:
    content = browser_of(user).get(address).content.decode()
    return re.findall(r'rowheader"><a href="/customers/([^/"]+)/grades/', content)


def cells_of(response: HttpResponse, label: str) -> list[str]:
    """The cells of a column."""
    return re.findall(rf'data-label="{label}"[^>]*>(?:<[^>]*>)*([^<]*)', response.content.decode())


def page_of(account_id: str, what: str = "", **query: str) -> str:
    told = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/customers/{account_id}/grades/{what}{'?' if told else ''}{told}"


def grade_shown(user: User, account_id: str, cadence: str = "strategic", period: str = "2025") -> str:
    """The letter that an account's own page shows."""
    content = browser_of(user).get(page_of(account_id, cadence=cadence, period=period)).content.decode()
    found = re.search(r'<p class="verdict"><span class="letter (\w+)"', content)
    assert found is not None
    return found[1].upper()


def grade_listed(user: User, account_id: str, address: str) -> str:
    """The letter in an account's row of a list."""
    content = browser_of(user).get(address).content.decode()
    row = content.partition(f'href="/customers/{account_id}/')[2]
    found = re.search(r'class="letter (\w+)"', row)
    assert found is not None
    return found[1].upper()


def first_open(browser: Client) -> str:
    """The account that the worksheet begins with."""
    leads = browser.get(BY_HAND).headers["Location"]
    assert "/by-hand/?cadence=strategic&period=2025" in leads
    return leads.split("/")[2]


@pytest.mark.parametrize("letter", ["", "A", "C", "?"])
def test_the_list_is_of_one_letter_or_of_all(people: People, letter: str) -> None:
    said = browser_of(people.ada).get(LIST, {"grade": letter})
    expected = graded(people.ada, letter=letter)
    assert ids_of(people.ada, f"{LIST}?grade={'%3F' if letter == '?' else letter}") == [
        each.account_id for each in expected
    ]
    assert f" {len(expected)} customer" in text_of(said)


@pytest.mark.parametrize("sort", ["score", "answered", "change"])
@pytest.mark.parametrize("order", ["", "up"])
def test_the_list_is_in_the_order_asked_for_and_who_has_no_letter_comes_last(
    people: People, sort: str, order: str
) -> None:
    found = ids_of(people.ada, f"{LIST}?sort={sort}&order={order}")
    expected = graded(people.ada, sort=sort, descending=not order)
    assert found == [each.account_id for each in expected]
    letters = [each.grade for each in expected]
    assert letters.index("?") == len(letters) - letters.count("?")


def test_what_the_address_says_wrongly_is_not_there_or_as_if_it_said_nothing(people: People) -> None:
    browser = browser_of(people.ada)
    for nothing in ("cadence=weekly", "period=1999-Q1", "cadence=annual&period=2026-Q1"):
        assert browser.get(f"{LIST}?{nothing}").status_code == 404
    everything = ids_of(people.ada, LIST)
    for wrong in ("grade=Z", "sort=name", "page=x", "page=0", "page=99"):
        assert ids_of(people.ada, f"{LIST}?{wrong}") == everything, wrong


def test_people_see_their_own_customers_in_list_and_bars(people: People) -> None:
    for user in (people.alice, people.bob, people.vic):
        said = browser_of(user).get(LIST)
        assert ids_of(user, LIST) == [each.account_id for each in graded(user)]
        bars = re.findall(r'title="([A-F?]): (\d+)"', said.content.decode())
        drawn = Counter[str]()
        for letter, count in bars:
            drawn[letter] += int(count)
        both = [*graded(user, period="2026-Q1"), *graded(user, period="2026-Q2")]
        assert drawn == Counter(each.grade for each in both)
    assert not set(ids_of(people.alice, LIST)) & set(ids_of(people.bob, LIST))


def test_the_lines_of_a_grade_sum_to_its_score_and_its_change(people: People) -> None:
    for each in graded(people.alice)[:3]:
        said = browser_of(people.alice).get(page_of(each.account_id))
        adds, changes = (
            [float(cell) for cell in cells_of(said, label) if cell not in {"–", ""}] for label in ("Adds", "Change")
        )
        assert sum(adds) == pytest.approx(each.score, abs=0.05 * len(adds) + 0.05)
        if each.score is not None and each.score_before is not None:
            assert sum(changes) == pytest.approx(each.score - each.score_before, abs=0.05 * len(changes) + 0.05)


def test_a_grade_tells_how_it_was(people: People) -> None:
    account_id = graded(people.alice)[0].account_id
    said = text_of(browser_of(people.alice).get(page_of(account_id)))
    then = said.partition("How it was")[2]
    assert all(grading.period in then for grading, _ in trail(snapshot(), account_id, "quarterly"))


def test_too_little_known_is_no_letter(people: People) -> None:
    account_id = graded(people.alice, "strategic", "2025")[0].account_id
    said = text_of(browser_of(people.alice).get(page_of(account_id, cadence="strategic", period="2025")))
    assert "too little is known" in said
    assert "28 % of the weight is answered: below 60 % there is no letter" in said
    assert grade_shown(people.alice, account_id) == "UNKNOWN"


def test_who_was_no_customer_then_has_no_grade(people: People) -> None:
    account_id = Account.objects.exclude(pk__in=[each.account_id for each in graded(people.ada)])[0].pk
    said = browser_of(people.ada).get(page_of(account_id))
    assert (said.status_code, "has no quarterly grade of 2026-Q2" in text_of(said)) == (200, True)


@pytest.mark.parametrize("what", ["", "by-hand/", "override/"])
def test_other_peoples_customers_are_not_there(people: People, what: str) -> None:
    theirs = graded(people.bob, "strategic", "2025")[0].account_id
    address = page_of(theirs, what, cadence="strategic")
    statuses = {user.name: browser_of(user).get(address).status_code for user in (people.alice, people.bob, people.vic)}
    assert statuses == {"Alice": 404, "Bob": 200, "Vic": 404 if what else 200}


def test_who_only_reads_is_shown_no_way_to_answer_or_override(people: People) -> None:
    address = page_of(graded(people.alice, "strategic", "2025")[0].account_id, cadence="strategic", period="2025")
    for user, ways in ((people.alice, 3), (people.vic, 0)):
        shown = "".join(browser_of(user).get(each).content.decode() for each in (f"{LIST}?cadence=strategic", address))
        assert len(re.findall(r'href="[^"]*(?:by-hand|override)/', shown)) == ways


def test_the_worksheet_goes_from_customer_to_customer_until_all_is_answered(people: People) -> None:
    browser = browser_of(people.alice)
    everybody = {each.account_id for each in graded(people.alice, "strategic", "2025")}
    names = dict(Account.objects.filter(pk__in=everybody).values_list("pk", "name"))
    turn = sorted(everybody, key=lambda account_id: (names[account_id], account_id))
    assert first_open(browser) == turn[0]
    for done, account_id in enumerate(turn):
        address = page_of(account_id, "by-hand/", cadence="strategic", period="2025")
        said = text_of(browser.get(address))
        assert f"{done} of {len(turn)} customers are done." in said
        leads = browser.post(address, BEST).headers["Location"]
        if account_id != turn[-1]:
            assert leads.split("/")[2] == turn[done + 1]
    assert urlsplit(leads).path == LIST
    assert "That was the last one: everything is answered." in text_of(browser.get(leads))
    assert browser.get(BY_HAND).headers["Location"].startswith(LIST)
    assert GradeAnswer.objects.count() == 4 * len(turn)


def test_a_customer_who_was_skipped_comes_around_again(people: People) -> None:
    browser = browser_of(people.alice)
    first = first_open(browser)
    address = page_of(first, "by-hand/", cadence="strategic", period="2025")
    leads = browser.post(address, {**BEST, "fits": ""}).headers["Location"]
    assert leads.split("/")[2] != first
    assert first_open(browser) == first, "one question is still open"
    said = browser.get(address).content.decode()
    assert re.findall(r'name="(\w+)" value="5" checked', said) == ["can_move", "ready", "leads_to"]


def test_the_new_grade_counts_at_once(people: People) -> None:
    browser = browser_of(people.alice)
    account_id = first_open(browser)
    address = page_of(account_id, "by-hand/", cadence="strategic", period="2025")
    lists = f"{LIST}?cadence=strategic&period=2025"
    assert (grade_shown(people.alice, account_id), grade_listed(people.ada, account_id, lists)) == ("UNKNOWN",) * 2
    leads = browser.post(address, {**BEST, "stay": "1"}).headers["Location"]
    letter = grade_shown(people.alice, account_id)
    assert letter in {"A", "B", "C"}
    assert urlsplit(leads).path == page_of(account_id)
    assert re.search(rf"{Account.objects.get(pk=account_id).name}: {letter}, \d+ of 100\.", text_of(browser.get(leads)))
    assert grade_listed(people.ada, account_id, lists) == letter
    browser.post(address, dict.fromkeys(BEST, "1"))
    assert grade_shown(people.ada, account_id) == grade_listed(people.ada, account_id, lists) == "F"
    browser.post(address, dict.fromkeys(BEST, "0"))
    assert grade_shown(people.ada, account_id) == grade_listed(people.ada, account_id, lists) == "UNKNOWN"
    assert grade_shown(people.ada, account_id, period="2026") == "UNKNOWN", "the answers were about 2025"


def test_cannot_say_is_an_answer_too(people: People) -> None:
    browser = browser_of(people.alice)
    account_id = first_open(browser)
    address = page_of(account_id, "by-hand/", cadence="strategic", period="2025")
    browser.post(address, dict.fromkeys(BEST, "0"))
    assert first_open(browser) != account_id
    assert set(GradeAnswer.objects.values_list("account", "answer")) == {(account_id, None)}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"fits.note": "They asked."}, "has a note and no answer. Choose 1 to 5, or that you cannot say."),
        ({"fits": "6"}, "'6' is no answer. Choose 1 to 5, or that you cannot say."),
    ],
)
def test_what_is_no_answer_is_refused_and_what_was_typed_stays(
    people: People, typed: dict[str, str], says: str
) -> None:
    browser = browser_of(people.alice)
    address = page_of(first_open(browser), "by-hand/", cadence="strategic", period="2025")
    said = browser.post(address, {"ready": "4", "ready.note": "They have a plan.", **typed})
    assert said.status_code == 422
    assert says in text_of(said)
    content = said.content.decode()
    assert re.findall(r'name="(\w+)" value="4" checked', content) == ["ready"]
    notes = ["They have a plan.", *(note for name, note in typed.items() if name.endswith(".note"))]
    assert [note for note in notes if f'value="{note}"' not in content] == []
    assert not GradeAnswer.objects.exists()


def test_who_enters_nowhere_has_nobody_to_answer_for(people: People) -> None:
    browser = browser_of(people.vic)
    leads = browser.get(BY_HAND).headers["Location"]
    assert "nobody to answer for among your customers" in text_of(browser.get(leads))


def test_a_closed_period_is_not_answered_for_any_more(people: People, workspace: Path) -> None:
    account_id = graded(people.alice, "strategic", "2025")[0].account_id
    close_in(workspace, cadence="strategic", period="2025")
    browser = browser_of(people.alice)
    assert parse_qs(urlsplit(browser.get(BY_HAND).headers["Location"]).query)["period"] == ["2026"]
    address = page_of(account_id, "by-hand/", cadence="strategic", period="2025")
    assert (browser.get(address).status_code, browser.post(address, BEST).status_code) == (404, 404)
    assert not GradeAnswer.objects.exists()
    said = browser.get(page_of(account_id, cadence="strategic", period="2025"))
    assert "Closed as known on 2026-01-30" in text_of(said)
    assert "by-hand" not in said.content.decode()


def close_in(workspace: Path, *, cadence: str, period: str) -> None:
    """Let a snapshot say of a period what it says after a build that follows a closing."""
    found = current(workspace / built().mart.relative_to(built().root))
    assert found is not None
    with duckdb.connect(found.file) as mart:
        mart.execute(
            "UPDATE grades.gradings SET closed_at = TIMESTAMP '2026-02-01', as_of = '2026-01-30'"
            " WHERE cadence = ? AND period = ?",
            [cadence, period],
        )


def put_over(browser: Client, account_id: str, **typed: str) -> HttpResponse:
    return browser.post(
        page_of(account_id, "override/"),
        {"letter": "A", "ends_on": (served.today() + timedelta(30)).isoformat(), "reason": "They merge.", **typed},
    )


def test_an_override_is_shown_beside_the_computed_grade_until_it_is_taken_back(people: People) -> None:
    browser = browser_of(people.alice)
    each = next(each for each in graded(people.alice) if each.grade not in {"A", "?"})
    assert put_over(browser, each.account_id).status_code == 302
    said = text_of(browser.get(page_of(each.account_id)))
    assert f"A person put A over the computed {each.grade}." in said
    assert "They merge." in said
    assert grade_shown(people.ada, each.account_id, "quarterly", "2026-Q2") == "A"
    assert grade_listed(people.ada, each.account_id, LIST) == "A"
    assert f'title="A person put it over the computed {each.grade}">*' in browser.get(LIST).content.decode()
    back = f"/overrides/{GradeOverride.objects.get().pk}/end/"
    assert {user.name: browser_of(user).get(back).status_code for user in (people.bob, people.vic)} == {
        "Bob": 404,
        "Vic": 404,
    }
    browser.post(back, {"reason": "The merger is off."})
    assert grade_shown(people.ada, each.account_id, "quarterly", "2026-Q2") == each.grade
    assert grade_listed(people.ada, each.account_id, LIST) == each.grade


def test_of_two_overrides_the_one_begun_later_holds_and_one_that_is_over_does_not(people: People) -> None:
    today = served.today()
    account = Account.objects.get(pk=graded(people.alice)[0].account_id)
    for letter, begins, ends in (("D", -1, 9), ("C", -2, 9), ("B", -9, -1), ("E", 1, 9)):
        days = {"starts_on": today + timedelta(begins), "ends_on": today + timedelta(ends)}
        override_grade(people.alice, account, at=NOON, cadence="quarterly", letter=letter, reason="They merge.", **days)
    assert grade_shown(people.ada, account.pk, "quarterly", "2026-Q2") == "D"


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("reason", "", "A reason is missing. Say what the data do not know."),
        ("ends_on", "2020-01-01", "It ends before it begins. Give a later last day."),
        ("ends_on", "soon", "This is no day."),
        ("letter", "Z", "This is not a choice."),
    ],
)
def test_what_is_wrong_with_an_override_is_said_beside_the_field(
    people: People, field: str, typed: str, says: str
) -> None:
    said = put_over(browser_of(people.alice), graded(people.alice)[0].account_id, **{field: typed})
    assert said.status_code == 422
    beside = said.content.decode().partition(f'id="id_{field}_error"')[2][:200]
    assert says in beside
    assert not GradeOverride.objects.exists()


def test_before_a_period_is_closed_the_honesty_page_says_what_to_do(people: People) -> None:
    for cadence in ("quarterly", "annual", "strategic"):
        said = text_of(browser_of(people.alice).get(f"/grades/honesty/?cadence={cadence}"))
        assert f"No {cadence} grades are closed yet" in said
        assert "Run `trueup grades close`, then `trueup build`." in said
    assert browser_of(people.alice).get("/grades/honesty/?cadence=weekly").status_code == 404


def test_a_worksheet_tells_what_is_asked_and_what_it_is_worth(people: People) -> None:
    browser = browser_of(people.alice)
    said = text_of(browser.get("/grades/worksheets/strategic/"))
    for told in ("Whether we should serve them", "A from 75", "in force", "5: They are whom we build for 10"):
        assert told in said
    shares = [int(share) for share in re.findall(r"(\d+) % of the weight (?:We|Our|\w+)", said.partition("version")[2])]
    assert (len(shares), sum(shares)) == (8, 100)
    other = text_of(browser.get("/grades/worksheets/software_annual/"))
    assert "Not in force: name it under [grades] in trueup.toml" in other
    assert browser.get("/grades/worksheets/none/").status_code == 404


def test_a_worksheet_of_the_companys_own_that_is_broken_is_named_with_its_line(people: People, workspace: Path) -> None:
    own = workspace / "worksheets" / "ours.yaml"
    own.parent.mkdir()
    own.write_text("label: Ours\ncadence: wekly\ncutoffs: {A: 75, B: 60, C: 45, D: 30}\ncriteria: []\n", "utf-8")
    said = text_of(browser_of(people.alice).get("/grades/worksheets/"))
    assert "worksheets/ours.yaml:2" in said
    assert "How we and they are doing" in said


def test_the_customers_list_shows_the_newest_quarterly_grade_and_is_sorted_by_it(people: People) -> None:
    letters = {each.account_id: each.grade for each in graded(people.ada)}
    content = browser_of(people.ada).get("/customers/?whose=all&sort=grade").content.decode()
    listed = re.findall(r'rowheader"><a href="/customers/([^/"]+)/"', content)
    cells = re.findall(r'data-label="Grade" class="grade">(?:<a [^>]*>)?([A-F?–])', content)
    assert cells == [letters.get(account_id, "–") for account_id in listed]
    ranks = [LETTERS.index(cell) if cell in LETTERS else len(LETTERS) for cell in cells]
    assert ranks == sorted(ranks)
