"""Whatever is delivered: ids that are one at some moment are kin, and kin alone are one just as among everybody."""

import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.canon.identity import account_links
from trueup.canon.individuals import contact_links
from trueup.runs.drawn_kin import account_kin, contact_kin

LAW = settings(deadline=None, max_examples=25)
Row = dict[str, str | None]

IDS = ("001D000000IRFma", "001D000000IRFmaIAH", "001D000000irfma", "acc-1", "acc-2", "acc-3", "42")
SOURCES = ("crm", "desk", "billing")
EXTRA = (*[None] * 9, *(f'{{"extra_external_id": "{each}"}}' for each in IDS[::3]))

account = st.fixed_dictionaries(
    {
        "account_id": st.sampled_from(IDS),
        "source": st.sampled_from(SOURCES),
        "name": st.sampled_from(("Acme Inc.", "ACME", "Acme Labs", "Globex GmbH", "Globex", "Test", None)),
        "domain": st.sampled_from(("acme.com", "https://www.acme.com/en", "globex.de", "gmail.com", None)),
        "country": st.sampled_from(("DE", "Germany", "FR", None)),
        "extra": st.sampled_from(EXTRA),
    }
)
contact = st.fixed_dictionaries(
    {
        "contact_id": st.sampled_from(("003D000000IRFma", "003D000000IRFmaIAH", "c-1", "c-2", "c-3", "c-4")),
        "account_id": st.sampled_from(("acc-1", "acc-1", "acc-2", None)),
        "source": st.sampled_from(SOURCES),
        "name": st.sampled_from(("Anna Meier", "Meier, Anna", "Anna", "Bob Smith", None)),
        "email": st.sampled_from(("anna.meier@acme.com", "anna.meier@acme.de", "info@acme.com", *[None] * 4)),
    }
)
versions_of_accounts, versions_of_contacts = st.lists(account, max_size=14), st.lists(contact, max_size=14)
people_say = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)), max_size=1)


@LAW
@given(versions_of_accounts, people_say)
def test_accounts_that_are_one_at_some_moment_are_kin_and_known_among_kin_alone(
    versions: list[Row], same: list[tuple[str, str]]
) -> None:
    kin_of = by_kin(account_kin(accounts_of(versions), same))
    for moment in moments(versions, "account_id"):
        among_all = {pair(link) for link in account_links(rows(moment)).to_pylist()}
        among_kin = {
            pair(link)
            for kin in set(kin_of.values())
            for link in account_links(rows([r for r in moment if kin_of[str(r["account_id"])] == kin])).to_pylist()
        }
        assert among_all == among_kin


@LAW
@given(versions_of_accounts, versions_of_contacts)
def test_contacts_that_are_one_at_some_moment_are_kin_and_known_among_kin_alone(
    versions: list[Row], contacts: list[Row]
) -> None:
    kin = account_kin(accounts_of(versions))
    listed = pl.DataFrame(contacts, schema=dict.fromkeys(("contact_id", "account_id", "name", "email"), pl.String))
    kin_of = by_kin(contact_kin(listed.rename({"contact_id": "id"}), kin))
    entities = kin.select("id", entity_id=pl.format("kin {}", "kin")).to_arrow()
    for moment in moments(contacts, "contact_id"):
        # Accounts may be one, as all their kin here, or each by itself.
        for merged in (entities, None):
            among_all = {pair(link) for link in contact_links(rows(moment), accounts=merged).to_pylist()}
            among_kin = {
                pair(link)
                for some in set(kin_of.values())
                for link in contact_links(
                    rows([r for r in moment if kin_of[str(r["contact_id"])] == some]), accounts=merged
                ).to_pylist()
            }
            assert among_all == among_kin


def accounts_of(versions: list[Row]) -> pl.DataFrame:
    columns = {name: [row[name] for row in versions] for name in ("account_id", "name", "domain", "extra")}
    listed = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return listed.select(
        "name", "domain", id="account_id", external_id=pl.col("extra").str.json_path_match("$.extra_external_id")
    )


def moments(versions: list[Row], key: str) -> list[list[Row]]:
    """What was known first of every id, and what was known last."""
    last = {row[key]: row for row in versions}
    first = {row[key]: row for row in reversed(versions)}
    return [list(first.values()), list(last.values())]


def rows(listed: list[Row]) -> pa.Table:
    names = ("account_id", "contact_id", "source", "name", "domain", "country", "extra", "email")
    schema = pa.schema([*((name, pa.string()) for name in names), ("recorded_at", pa.timestamp("us"))])
    return pa.Table.from_pylist([{"recorded_at": None, **row} for row in listed], schema=schema)


def by_kin(kin: pl.DataFrame) -> dict[str, int]:
    return dict(kin.select("id", "kin").iter_rows())


def pair(link: dict[str, str]) -> frozenset[str]:
    return frozenset((link["left_id"], link["right_id"]))
