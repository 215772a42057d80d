"""The small forms: people, stakes, notes, levers, teams, targets."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from company import NOON, Company
from trueup.record.actions.stakeholders import record_stakeholder
from trueup.record.models import (
    Account,
    AccountTeamMember,
    Adoption,
    Lever,
    MetricTarget,
    Note,
    Stake,
    Stakeholder,
)
from web_pages import browser_of, fields_of, text_of

pytestmark = pytest.mark.usefixtures("served_company")


@pytest.fixture
def alice(company: Company) -> Client:
    return browser_of(company.alice)


@pytest.fixture
def carla(company: Company) -> Stakeholder:
    return record_stakeholder(company.alice, company.acme, at=NOON, name="Carla Jensen", title="VP Finance")


def test_somebody_at_a_customer_is_added_and_has_left_one_day(alice: Client, carla: Stakeholder) -> None:
    typed = {"name": "Dan", "title": "CFO", "role_in_decisions": "decision_maker", "influence": "5"}
    assert alice.post("/customers/acme/stakeholders/new/", typed).status_code == 302
    dan = Stakeholder.objects.get(name="Dan")
    page = reverse("stakeholder_change", args=[carla.pk])
    fields = {**fields_of(alice.get(page)), "reports_to": str(dan.pk), "departed_on": "2026-05-31"}
    assert alice.post(page, fields).status_code == 302
    carla.refresh_from_db()
    assert (carla.reports_to, carla.departed_on, carla.title) == (dan, date(2026, 5, 31), "VP Finance")
    told = text_of(alice.get(reverse("stakeholder", args=[carla.pk])))
    assert "Reports to Dan" in told
    assert "Left on 31 May 2026." in told


def test_nobody_reports_to_themselves_through_others(alice: Client, carla: Stakeholder, company: Company) -> None:
    dan = record_stakeholder(company.alice, company.acme, at=NOON, name="Dan", reports_to=carla)
    page = reverse("stakeholder_change", args=[carla.pk])
    told = alice.post(page, {**fields_of(alice.get(page)), "reports_to": str(dan.pk)})
    assert told.status_code == 422
    assert "They would report to themselves. Choose somebody else." in text_of(told)


def test_somebody_of_another_customer_is_no_choice(alice: Client, carla: Stakeholder, company: Company) -> None:
    other = record_stakeholder(company.charlie, company.globex, at=NOON, name="Greg")
    page = reverse("stakeholder_change", args=[carla.pk])
    assert "Greg" not in text_of(alice.get(page))
    told = alice.post(page, {**fields_of(alice.get(page)), "reports_to": str(other.pk)})
    assert "This is none of the list. Choose one of it." in text_of(told)


def test_a_stake_is_told_or_tagged(alice: Client, carla: Stakeholder) -> None:
    page = reverse("stake_new", args=[carla.pk])
    refused = alice.post(page, {"tag": "other", "text": ""})
    assert "A stake of kind other needs words. Say what hangs on it." in text_of(refused)
    assert alice.post(page, {"tag": "promotion", "text": "to group CFO"}).status_code == 302
    stake = Stake.objects.get()
    assert "promotion to group CFO" in text_of(alice.get(reverse("stakeholder", args=[carla.pk])))
    alice.post(reverse("stake_change", args=[stake.pk]), {"tag": "raise", "text": ""})
    told = alice.post(reverse("stake_remove", args=[stake.pk]), {}, follow=True)
    assert "It was deleted. Undo" in text_of(told)
    assert not Stake.objects.exists()


def test_a_note_keeps_who_took_part(alice: Client, carla: Stakeholder) -> None:
    page = f"{reverse('note_new', args=['acme'])}?who={carla.pk}"
    fields = {**fields_of(alice.get(page)), "text": "They pay late.", "held_on": "2026-06-01", "is_private": "on"}
    assert fields["stakeholders"] == str(carla.pk)
    assert alice.post(page, fields).status_code == 302
    note = Note.objects.get()
    assert (note.is_private, list(note.stakeholders.all())) == (True, [carla])
    again = reverse("note_change", args=[note.pk])
    assert "The note is empty. Write what was said." in text_of(alice.post(again, {**fields, "text": " "}))


def test_what_they_use_of_ours_may_be_a_lever_that_nobody_named_before(alice: Client) -> None:
    page = reverse("adoption_new", args=["acme"])
    neither = alice.post(page, {"adopted_on": "2026-03-01"})
    assert "It is not said what they use. Choose one, or name another one." in text_of(neither)
    assert alice.post(page, {"name": "Automatic dunning", "adopted_on": "2026-03-01"}).status_code == 302
    use = Adoption.objects.get()
    assert (use.lever, use.adopted_on) == (Lever.objects.get(), date(2026, 3, 1))
    back = alice.post(page, {"lever": str(use.lever_id), "adopted_on": "2026-05-01", "ended_on": "2026-04-01"})
    assert "The last day of use is before the first. Correct one of them." in text_of(back)
    alice.post(reverse("adoption_change", args=[use.pk]), {"adopted_on": "2026-03-01", "ended_on": "2026-06-01"})
    use.refresh_from_db()
    assert use.ended_on == date(2026, 6, 1)


def test_levers_are_named_by_who_may_and_read_by_all(alice: Client, company: Company) -> None:
    alice.post("/levers/", {"name": "Automatic dunning", "product": "Billing"})
    assert "Automatic dunning Billing" in text_of(browser_of(company.vic).get("/levers/"))
    assert "Add a lever" not in text_of(browser_of(company.vic).get("/levers/"))
    assert browser_of(company.vic).post("/levers/", {"name": "Mine"}).status_code == 404
    assert "There is a lever of this name." in text_of(alice.post("/levers/", {"name": "Automatic dunning"}))


def test_a_team_takes_people_on_and_off(alice: Client, company: Company) -> None:
    page = reverse("account_team", args=["acme"])
    told = text_of(alice.get(page))
    assert "Alice owner" in told
    assert "Carol success owner" in told
    assert "Bob added" in told
    assert "It is not said who." in text_of(alice.post(page, {"user": ""}))
    alice.post(page, {"user": str(company.nora.pk)})
    nora = AccountTeamMember.objects.get(user=company.nora)
    assert browser_of(company.nora).get(page).status_code == 200
    alice.post(page, {"leaves": str(nora.pk)})
    assert browser_of(company.nora).get(page).status_code == 404


def test_an_account_by_hand_is_its_maker_s(alice: Client, company: Company) -> None:
    assert "An account made by hand has a name." in text_of(alice.post("/accounts/new/", {"name": ""}))
    alice.post("/accounts/new/", {"name": "Northwind", "industry": "Logistics"})
    made = Account.objects.get(is_by_hand=True)
    assert alice.get(reverse("ask", args=[made.pk])).status_code == 200
    assert browser_of(company.vic).get("/accounts/new/").status_code == 404


def test_a_target_is_in_the_metric_s_unit_and_of_what_there_is(company: Company) -> None:
    ana = browser_of(company.ana)
    typed = {"metric": "answered_in_time", "grain": "company", "value": "85 %", "valid_from": "2026-07-01"}
    assert ana.post("/targets/", typed).status_code == 302
    assert MetricTarget.objects.get().value == Decimal("0.85")
    assert "the whole company 85 % 1 Jul 2026" in text_of(ana.get("/targets/")).replace("\u00a0", " ")
    ana.post("/targets/", {**typed, "value": "0,9"})
    assert MetricTarget.objects.get().value == Decimal("0.9")
    wrong = ana.post("/targets/", {**typed, "grain": "team", "entity": "Nort"})
    assert "There is no such team. Did you mean North?" in text_of(wrong)
    ana.post("/targets/", {**typed, "grain": "account", "entity": "acme"})
    assert MetricTarget.objects.filter(grain="account", entity="acme").exists()
    for who in (company.alice, company.vic, company.fin, company.mia):
        assert browser_of(who).get("/targets/").status_code == 404
        assert browser_of(who).post("/targets/", typed).status_code == 404


def test_an_administrator_gives_and_erases_a_person_s_data(carla: Stakeholder, company: Company) -> None:
    ada, page = browser_of(company.ada), reverse("stakeholder_privacy", args=[carla.pk])
    given = ada.get(reverse("stakeholder_data", args=[carla.pk]))
    assert given.json()["stakeholder"]["name"] == "Carla Jensen"
    assert "Carla" not in given.headers["Content-Disposition"]
    assert "This is not their name. Type Carla Jensen." in text_of(ada.post(page, {"name": "Carla"}))
    assert ada.post(page, {"name": "carla jensen"}).headers["Location"] == reverse("customer", args=["acme"])
    carla.refresh_from_db()
    assert (carla.name, carla.title) == ("Somebody", "")
    assert "Carla" not in text_of(ada.get(reverse("history", args=["stakeholder", carla.pk])))
    for who in (company.alice, company.mia, company.vic):
        assert browser_of(who).get(page).status_code == 404
        assert browser_of(who).post(page, {"name": "Somebody"}).status_code == 404
        assert browser_of(who).get(reverse("stakeholder_data", args=[carla.pk])).status_code == 404
