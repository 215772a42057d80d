"""The same person with two mailboxes: what is merged by itself, what is only suggested."""

import pyarrow as pa
import pytest
from laid import laid, pairs

from trueup.canon.individuals import contact_links, contact_suggestions, person_links, person_suggestions
from trueup.canon.links import LINKS


def linked(text: str) -> dict[tuple[str, ...], str]:
    return pairs(contact_links(laid("contacts", text)))


def ours(text: str) -> dict[tuple[str, ...], str]:
    return pairs(person_links(laid("people", text)))


def test_one_mail_address_is_one_contact_however_it_is_written() -> None:
    rows = """contact_id  account_id  source    name              email
              c1          acme        crm       Anna Meier        anna.meier@acme.com
              z1          acme        helpdesk  Meier, Anna       Anna.Meier+tickets@ACME.com
              z2          -           mail      -                 anna.meier@acme.com
              z3          acme        helpdesk  Anna Maria Meier  anna.meier@acme.com"""
    assert linked(rows) == {("c1", "z1"): "same_email", ("c1", "z2"): "same_email", ("c1", "z3"): "same_email"}


def test_a_shared_mailbox_is_not_one_person() -> None:
    rows = """contact_id  account_id  source    name        email
              c1          acme        crm       Anna Meier  info@acme.com
              z1          acme        helpdesk  Bob Smith   info@acme.com
              z2          acme        helpdesk  Anna Meier  info@acme.com"""
    assert linked(rows) == {("c1", "z2"): "same_email"}


def test_another_name_on_a_persons_mailbox_is_another_person() -> None:
    rows = """contact_id  account_id  source    name        email
              c1          acme        crm       Anna Meier  am@acme.com
              z1          acme        helpdesk  Bob Smith   am@acme.com"""
    assert linked(rows) == {}
    assert pairs(contact_suggestions(laid("contacts", rows))) == {("c1", "z1"): "same_email"}


def test_a_mailbox_at_two_accounts_stays_two_contacts_unless_the_accounts_are_one() -> None:
    rows = laid(
        "contacts",
        """contact_id  account_id  source    name        email
           c1          acme        crm       Anna Meier  anna@consulting.com
           z1          z-acme      helpdesk  Anna Meier  anna@consulting.com""",
    )
    merged = pa.table({"id": ["acme", "z-acme"], "entity_id": ["acme", "acme"]})
    assert pairs(contact_links(rows)) == {}
    assert pairs(contact_links(rows, accounts=merged)) == {("c1", "z1"): "same_email"}


@pytest.mark.parametrize(
    ("name", "here", "there", "rule"),
    [
        ("Anna Meier", "a.meier@x.com", "anna.meier@x.de", "same_name"),
        ("Anna Meier", "annam@x.com", "meier@x.de", "same_name"),
        ("Jürgen Müller", "j.muller@x.com", "juergen_mueller@x.de", "same_name"),
        ("Dr. Anna Meier, PhD", "ameier@x.com", "am@x.de", "same_name"),
        ("Anna Meier", "anna.meier@x.com", "-", "same_name"),
        ("Anna Meier", "-", "-", "same_name"),
        ("Thomas Müller", "thomas.mueller2@x.com", "thomas.mueller2@x.de", "same_name_and_mailbox_name"),
    ],
)
def test_one_name_in_two_systems_is_one_contact_where_the_mailboxes_fit_it(
    name: str, here: str, there: str, rule: str
) -> None:
    rows = f"""contact_id  account_id  source    name    email
               c1          acme        crm       {name}  {here}
               z1          acme        helpdesk  {name}  {there}"""
    (found,) = linked(rows).values()
    assert found == rule


@pytest.mark.parametrize(
    ("name", "here", "there"),
    [
        ("Thomas Müller", "thomas.mueller@x.com", "thomas.mueller2@x.de"),
        ("Thomas Müller", "thomas.mueller@x.com", "schatzi77@gmail.com"),
        ("Thomas", "thomas@x.com", "thomas@y.com"),
        ("-", "-", "-"),
    ],
)
def test_one_name_with_mailboxes_that_do_not_fit_it_is_left_alone(name: str, here: str, there: str) -> None:
    rows = f"""contact_id  account_id  source    name    email
               c1          acme        crm       {name}  {here}
               z1          acme        helpdesk  {name}  {there}"""
    assert linked(rows) == {}


def test_one_name_at_two_accounts_is_two_contacts() -> None:
    rows = """contact_id  account_id  source    name        email
              c1          acme        crm       Anna Meier  anna.meier@acme.com
              z1          globex      helpdesk  Anna Meier  anna.meier@globex.com"""
    assert linked(rows) == {}


def test_a_person_of_ours_with_two_mailboxes_is_one_even_within_one_system() -> None:
    rows = """person_id  source  name        email
              p1         crm     Anna Meier  a.meier@us.com
              p2         crm     Anna Meier  anna.meier@us.de"""
    assert ours(rows) == {("p1", "p2"): "same_name"}


def test_a_contact_entered_twice_at_one_account_is_one_person() -> None:
    rows = """contact_id  account_id  source  name          email
              c1          acme        crm     Thomas Walsh  thomas.walsh@acme.com
              c2          acme        crm     Thomas Walsh  t.walsh@acme.com
              c3          globex      crm     Thomas Walsh  t.walsh@globex.com
              c4          globex      crm     Thomas Walsh  t.walsh2@globex.com"""
    assert linked(rows) == {("c1", "c2"): "same_name"}


def test_two_users_of_one_system_on_one_mail_host_are_suggested_not_merged() -> None:
    rows = """person_id  source    name        email
              p1         crm       Anna Meier  a.meier@us.com
              p2         crm       Anna Meier  anna.meier@us.com
              h1         helpdesk  Anna Meier  -"""
    assert ours(rows) == {}
    suggested = pairs(person_suggestions(laid("people", rows)))
    assert suggested == {("p1", "p2"): "same_name", ("h1", "p1"): "same_name"}


def test_two_people_of_one_name_are_told_apart_by_their_mailboxes() -> None:
    rows = """person_id  source    name           email
              p1         crm       Thomas Müller  thomas.mueller@us.com
              p2         crm       Thomas Müller  thomas.mueller2@us.com
              h1         helpdesk  Thomas Müller  thomas.mueller@desk.us
              h2         helpdesk  Thomas Müller  thomas.mueller2@desk.us
              h3         chat      Thomas Müller  -"""
    assert ours(rows) == {("h1", "p1"): "same_name_and_mailbox_name", ("h2", "p2"): "same_name_and_mailbox_name"}


def test_dated_rows_of_one_person_are_one_person() -> None:
    rows = """person_id  source    name        email          team   active_from
              p1         crm       Anna Meier  -              north  2025-01-01
              p1         crm       Anna Meier  a.meier@us.de  south  2026-01-01
              h1         helpdesk  A. Meier    a.meier@us.de  -      -"""
    assert ours(rows) == {("h1", "p1"): "same_email"}


def test_first_names_alone_are_not_people() -> None:
    rows = """person_id  source    name
              p1         crm       Minnie
              h1         helpdesk  Minnie"""
    assert ours(rows) == {}


def test_a_misspelt_name_is_suggested() -> None:
    rows = """person_id  source    name            email
              p1         crm       Katharina Lenz  katharina.lenz@us.com
              h1         helpdesk  Katarina Lenz   -"""
    assert ours(rows) == {}
    assert pairs(person_suggestions(laid("people", rows))) == {("h1", "p1"): "similar_name"}


def test_nobody_has_no_links() -> None:
    contacts, people = laid("contacts", ""), laid("people", "")
    for table in (contact_links(contacts), contact_suggestions(contacts), person_links(people)):
        assert (table.num_rows, table.schema) == (0, LINKS)
