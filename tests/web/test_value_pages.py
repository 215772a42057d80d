"""Value delivered, as pages: whom we served worst first, what each gain rests on, and never more than one may see."""

from pathlib import Path

import pytest
from django.test import Client

from company import Company
from recorded import workspace_in
from trueup.record.models import Account, Goal
from valued_customers import ACME, ACME_WAITS, DONORS, GLOBEX, GOAL, OPEN_GOAL, published
from web_pages import browser_of, text_of

PAGE, INSIGHTS = "/value/", "/value/insights/"
OF_ACME, OF_GLOBEX = "/customers/acme/value/", "/customers/globex/value/"


def effect(effect_id: str) -> str:
    return f"/value/{effect_id}/"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = workspace_in(tmp_path_factory.mktemp("value") / "ours")
    published(root / ".trueup" / "mart")
    return root


@pytest.fixture
def valued(company: Company, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company's people; Acme is Alice's, Globex Charlie's, and donors are nobody's."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(workspace))
    for n in range(1, DONORS):
        Account.objects.create(account_id=f"donor{n}", name=f"Donor {n} Ltd")
    for key, account in ((GOAL, company.acme), (OPEN_GOAL, company.acme)):
        Goal.objects.create(pk=key, account=account, measure="Adoption", unit="percent", direction="increase")
    return company


@pytest.fixture
def vic(valued: Company) -> Client:
    return browser_of(valued.vic)


def test_whom_we_served_worst_comes_first_below_the_sums(vic: Client) -> None:
    said = text_of(vic.get(PAGE))
    assert "Value delivered €7,000 an estimate, of 2 customers" in said
    assert "Certain value €5,200 enough to be paid on" in said
    assert "Verified share 75 %" in said
    assert said.index("Globex") < said.index("Acme")
    assert "Globex −€3,000 certain €0 confirmed 1 estimate does not count: something casts doubt" in said
    assert "Acme €10,000 certain €5,200 €7,500 confirmed, €2,500 only claimed 1 start is still being compared" in said


def test_of_whom_no_value_is_known_the_list_says_why(valued: Company) -> None:
    said = text_of(browser_of(valued.vic).get(PAGE))
    assert "No value is known of them yet" in said
    assert "Donor 1 Ltd What was gained is known, but no goal that was agreed on says what it is worth." in said
    assert "Donor 2 Ltd The months compared after the start are not over. 1 start is still being compared." in said
    assert "Donor 3 Ltd Nobody said what a unit of it is worth to the customer." in said


def test_bars_tell_who_vouches_apart_without_colour(vic: Client) -> None:
    page = vic.get(PAGE).content.decode()
    for state in ('class="confirmed loss"', 'class="claimed"', 'class="confirmed"', 'class="certain"'):
        assert state in page


def test_members_see_and_sum_only_the_customers_that_they_may_read(valued: Company) -> None:
    alice = browser_of(valued.alice)
    said = text_of(alice.get(PAGE))
    assert "Value delivered €10,000 an estimate, of 1 customer " in said
    assert "Globex" not in said
    assert alice.get(OF_GLOBEX).status_code == 404
    assert alice.get(effect(GLOBEX)).status_code == 404
    assert browser_of(valued.charlie).get(effect(ACME)).status_code == 404


def test_who_may_not_read_a_donor_is_told_neither_its_name_nor_its_id(valued: Company) -> None:
    told = browser_of(valued.vic).get(effect(ACME)).content.decode()
    assert "Globex" in told
    assert "Donor 7 Ltd" in told
    hidden = browser_of(valued.alice).get(effect(ACME)).content.decode()
    assert "another customer" in hidden.lower()
    assert "globex" not in hidden.lower()
    assert "donor7" not in hidden
    assert "Donor 7 Ltd" not in hidden


def test_a_gain_is_told_in_full(vic: Client) -> None:
    response = vic.get(effect(ACME))
    said, page = text_of(response), response.content.decode()
    for told in (
        "Adoption with Coach",
        "beyond what would have happened anyway",
        "Before and after alone",
        "Due to us",
        "€7,500 to them, €5,200 of it certain",
        "evidence: strong",
        "At the same start, 0 of 30 gained as much.",
        "Synthetic difference in differences",
        "Beside its own line carried on",
        "It is compared with",
        "4 (a value of theirs is missing in these months)",
        "the customer or a system vouches for every value",
        "what else moved their measures",
    ):
        assert told in said
    assert page.count('class="months wide"') == page.count('class="strip wide"') == 1
    assert "2026-01 start" in said


def test_where_nothing_is_known_yet_it_says_when_or_what_is_missing(vic: Client) -> None:
    assert "It will be known from 1 December 2026 on" in text_of(vic.get(effect(ACME_WAITS)))
    assert "it takes a year of values before the start" in text_of(vic.get(effect(GLOBEX)))
    assert vic.get(effect("unheard-of")).status_code == 404


def test_a_customer_s_gains_are_cards_and_levers_that_might_move_its_goals_are_ranked(vic: Client) -> None:
    said = text_of(vic.get(OF_ACME))
    assert "Nothing can be said yet: the months compared after the start are not over." in said
    assert "€7,500 to them" in said
    assert said.index("Guide") < said.index("Tour") < said.index("Mails")
    assert "▲ helps Guide 9 customers in Midsize gained 4.00 points on average, 2 of them gained nothing" in said
    assert "worth €3,000 at least" in said
    assert "nobody said what a unit is worth" in said
    assert "▼ harms Mails" in said


def test_goals_without_a_value_say_why(vic: Client) -> None:
    said = text_of(vic.get(OF_GLOBEX))
    assert "Goals without a value in money" in said
    assert "Nobody said what a unit of it is worth to the customer." in said


def test_a_customer_s_own_page_has_what_it_gained_and_leads_on(vic: Client) -> None:
    page = vic.get("/customers/acme/").content.decode()
    assert "What they gained because of us" in page
    assert OF_ACME in page
    assert 'wand</strong> <span class="quiet">since 1 Mar 2025, a system says' in page
    assert "What they gained because of us" not in vic.get("/customers/globex/").content.decode()


def test_levers_are_told_without_anybody_s_name_and_unsaid_ones_folded(valued: Company) -> None:
    page = browser_of(valued.alice).get(INSIGHTS)
    said = text_of(page)
    assert "Coach ▲ helps 9 customers gained 4.00 points on average. +3.00 points to +5.00 points" in said
    assert "5 customers in Midsize ▲ helps" in said
    assert "Tour ? cannot be told" in said
    folded = said.index("Nobody said so beforehand: look, and do not conclude")
    assert said.index("Tour") < folded < said.index("Mails ▼ harms")
    for name in ("Acme", "acme", "Globex", "globex"):
        assert name not in said


def test_before_a_build_and_where_nothing_is_to_compare_it_says_what_it_takes(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = workspace_in(tmp_path / "ours")
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(root))
    vic = browser_of(company.vic)
    for address in (PAGE, INSIGHTS, OF_ACME):
        assert "Nothing was computed yet. It takes two things" in text_of(vic.get(address))
    assert vic.get(effect(ACME)).status_code == 404
    assert "What they gained" not in text_of(vic.get("/customers/acme/"))
    published(root / ".trueup" / "mart", is_empty=True)
    assert "There is nothing to compare yet. It takes two things" in text_of(vic.get(PAGE))
    assert "Nothing can be said yet" in text_of(vic.get(INSIGHTS))
    assert "Nothing was compared" in text_of(vic.get(OF_ACME))
