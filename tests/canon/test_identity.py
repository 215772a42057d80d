"""The same company in several systems: what is merged by itself, what is only suggested."""

import pytest
from laid import at, laid, pairs

from trueup.canon.identity import account_links, account_suggestions
from trueup.canon.links import LINKS


def linked(text: str) -> dict[tuple[str, ...], str]:
    return pairs(account_links(laid("accounts", text)))


def suggested(text: str) -> dict[tuple[str, ...], str]:
    return pairs(account_suggestions(laid("accounts", text)))


def test_a_helpdesk_that_keeps_the_crms_id_is_believed_in_both_spellings_of_the_id() -> None:
    rows = """account_id       source    name         extra
              001D000000IRFma  crm       Acme Inc.    -
              z1               helpdesk  Acme (old)   {"extra_external_id": "001D000000IRFmaIAH"}
              z2               helpdesk  Acme Labs    {"extra_external_id": "001D000000IRFma"}
              z3               helpdesk  Umbra        {"extra_external_id": "001D000000irfma"}"""
    assert linked(rows) == {
        ("001D000000IRFma", "z1"): "external_id",
        ("001D000000IRFma", "z2"): "external_id",
    }


def test_the_two_spellings_of_one_salesforce_id_are_one_account() -> None:
    rows = """account_id          source   name
              001D000000IRFmaIAH  crm      Acme Inc.
              001D000000IRFma     billing  -
              001D000000IRFmA     billing  -"""
    assert linked(rows) == {("001D000000IRFma", "001D000000IRFmaIAH"): "same_id"}


def test_a_short_external_id_must_be_confirmed_by_name_or_domain() -> None:
    rows = """account_id  source    name    domain    extra
              42          billing   Acme    acme.com  -
              z1          helpdesk  Globex  -         {"extra_external_id": "42"}"""
    assert linked(rows) == {}
    assert linked(rows.replace("Globex", "Acme  ")) == {("42", "z1"): "external_id"}


def test_a_domain_is_one_company_whatever_its_subdomain_and_the_names_written() -> None:
    rows = """account_id  source    name              domain
              c1          crm       Acme Corporation  acme.co.uk
              z1          helpdesk  ACME support      https://www.help.acme.co.uk/en"""
    assert linked(rows) == {("c1", "z1"): "same_domain"}


@pytest.mark.parametrize("domain", ["gmail.com", "web.de", "facebook.com/pages", "myshopify.com", "co.uk", "localhost"])
def test_mail_providers_and_shared_hosts_are_nobodys_domain(domain: str) -> None:
    rows = f"""account_id  source    name    domain
               c1          crm       Acme    {domain}
               z1          helpdesk  Globex  {domain}"""
    assert linked(rows) == {}


def test_shops_on_one_host_are_apart() -> None:
    rows = """account_id  source    name   domain
              c1          crm       Acme   acme.myshopify.com
              z1          helpdesk  Umbra  umbra.myshopify.com"""
    assert linked(rows) == {}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Müller & Söhne GmbH & Co. KG", "Mueller und Soehne"),
        ("The Acme Company, Inc.", "ACME"),
        ("Société Générale S.A.", "Societe Generale"),
        ("Novo Nordisk A/S", "Novo-Nordisk"),
        ("Łódź Sp. z o.o.", "Lodz"),
        ("O'Brien Ltd.", "OBrien"),
        ("Ernst and Young", "Ernst & Young LLP"),
        ("Grupo Foo S.A. de C.V.", "Grupo Foo"),
        ("AB Volvo", "ab volvo"),
    ],
)
def test_a_name_is_one_company_whatever_its_legal_form_case_and_accents(ours: str, theirs: str) -> None:
    rows = f"""account_id  source    domain    name
               c1          crm       acme.com  {ours}
               z1          helpdesk  -         {theirs}"""
    assert linked(rows) == {("c1", "z1"): "same_name"}


def test_other_domains_make_the_same_name_other_companies() -> None:
    rows = """account_id  source    name   domain
              c1          crm       Delta  delta.com
              z1          helpdesk  Delta  deltafaucet.com"""
    assert linked(rows) == {}
    assert suggested(rows) == {}


@pytest.mark.parametrize("name", ["Test GmbH", "unknown", "n/a", "-"])
def test_names_that_say_nothing_link_nobody(name: str) -> None:
    rows = f"""account_id  source    name
               c1          crm       {name}
               z1          helpdesk  {name}"""
    assert linked(rows) == {}


def test_one_sources_two_accounts_of_one_name_are_suggested_never_merged() -> None:
    rows = """account_id  source  name
              c1          crm     Epsilon
              c2          crm     Epsilon Ltd"""
    assert linked(rows) == {}
    assert suggested(rows) == {("c1", "c2"): "same_name"}


def test_a_third_system_does_not_join_what_the_crm_keeps_apart() -> None:
    by_name = """account_id  source    name
                 c1          crm       Epsilon
                 c2          crm       Epsilon Ltd
                 z1          helpdesk  Epsilon"""
    by_domain = """account_id  source    name           domain
                   c1          crm       Gamma France   gamma.com
                   c2          crm       Gamma Germany  gamma.com
                   z1          helpdesk  Gamma          gamma.com"""
    assert linked(by_name) == linked(by_domain) == {}
    assert suggested(by_name) == {("c1", "c2"): "same_name", ("c1", "z1"): "same_name"}
    assert suggested(by_domain) == {("c1", "c2"): "same_domain", ("c1", "z1"): "same_domain"}


def test_a_third_system_linked_by_id_does_not_join_them_either() -> None:
    rows = """account_id  source    name           domain     extra
              c1-000001   crm       Gamma France   -          -
              c2-000002   crm       Gamma Germany  gamma.com  -
              z1          helpdesk  Gamma          gamma.com  {"extra_external_id": "c1-000001"}"""
    assert linked(rows) == {("c1-000001", "z1"): "external_id"}


def test_one_source_with_the_same_domain_and_name_twice_has_a_duplicate() -> None:
    rows = """account_id  source  name       domain
              c1          crm     Acme Inc.  acme.com
              c2          crm     ACME       www.acme.com"""
    assert linked(rows) == {("c1", "c2"): "same_domain_and_name"}


def test_a_source_that_parts_an_account_by_country_means_it() -> None:
    rows = """account_id  source    name  domain    country
              c1          crm       Acme  acme.com  Germany
              c2          crm       Acme  acme.com  France
              z1          helpdesk  Acme  acme.com  DE"""
    assert linked(rows) == {("c1", "z1"): "same_domain_and_name"}
    assert suggested(rows) == {("c1", "c2"): "same_domain"}


def test_a_name_that_is_ambiguous_in_the_world_may_be_clear_in_a_country() -> None:
    rows = """account_id  source    name  country
              c1          crm       Acme  Germany
              c2          crm       Acme  France
              z1          helpdesk  Acme  Deutschland"""
    assert linked(rows) == {("c1", "z1"): "same_name"}


def test_a_misspelt_name_is_suggested_but_another_number_is_no_misspelling() -> None:
    rows = """account_id  source    name              country
              c1          crm       Nordlicht Optik   DE
              z1          helpdesk  Nordlich Optik    DE
              c2          crm       Wolfram Labs 12   -
              z2          helpdesk  Wolfram Labs 13   -"""
    assert linked(rows) == {}
    assert suggested(rows) == {("c1", "z1"): "similar_name"}


def test_a_link_is_known_from_when_both_accounts_are_and_says_why() -> None:
    rows = """account_id  source    name  domain    recorded_at
              c1          crm       Acme  acme.com  2026-01-05T10:00
              z1          helpdesk  ACME  acme.com  2026-02-01T09:00"""
    (link,) = account_links(laid("accounts", rows)).to_pylist()
    assert link["recorded_at"] == at("2026-02-01T09:00")
    assert link["evidence"] == (
        "'Acme' (c1 in crm) and 'ACME' (z1 in helpdesk) have the domain acme.com and the same name"
    )


def test_no_accounts_have_no_links() -> None:
    nobody = laid("accounts", "")
    assert account_links(nobody).schema == account_suggestions(nobody).schema == LINKS
    assert account_links(nobody).num_rows == account_suggestions(nobody).num_rows == 0
