"""One id for what is one company, under people's word; every merge can be seen, and undone."""

import pyarrow as pa
import pytest
from laid import known, laid

from trueup.canon.entities import IdentityContradictionError, entities, merges, resolve
from trueup.canon.identity import account_links
from trueup.canon.links import LINKS

ACME = """account_id  source    name       domain    recorded_at
          z1          helpdesk  ACME       acme.com  2026-01-05
          c2          crm       Acme Inc.  acme.com  2026-01-06
          b3          billing   Acme       -         2026-01-07
          c9          crm       Globex     -         2026-01-08"""


def chain(*links: tuple[str, str, float]) -> pa.Table:
    rows = [{"left_id": a, "right_id": b, "rule": "same_name", "evidence": "", "score": s} for a, b, s in links]
    return pa.Table.from_pylist(rows, schema=LINKS)


def people(*ids: str, source: str = "crm") -> pa.Table:
    return pa.table({"id": list(ids), "source": [source] * len(ids)})


def mapped(table: pa.Table) -> dict[str, str]:
    return {row["id"]: row["entity_id"] for row in table.to_pylist()}


def test_an_entity_has_the_id_of_the_most_trusted_source() -> None:
    accounts = laid("accounts", ACME)
    links, ids = account_links(accounts), known(accounts, "account_id")
    assert mapped(entities(links, known=ids, preferred=("crm",))) == {"b3": "c2", "c2": "c2", "z1": "c2"}
    assert mapped(entities(links, known=ids, preferred=("helpdesk", "crm"))) == {"b3": "z1", "c2": "z1", "z1": "z1"}
    assert mapped(entities(links, known=ids)) == {"b3": "b3", "c2": "b3", "z1": "b3"}


def test_of_several_ids_of_one_source_the_smallest_names_the_entity() -> None:
    assert mapped(entities(chain(("b", "a", 0.9), ("c", "b", 0.8)), known=people("a", "b", "c", "d"))) == {
        "a": "a",
        "b": "a",
        "c": "a",
    }


def test_what_people_declare_the_same_is_merged() -> None:
    declared = entities(chain(), known=people("a", "b", "c"), same=[["c", "b"], ["a", "not delivered"]])
    assert mapped(declared) == {"b": "b", "c": "b"}


def test_what_people_declare_separate_is_cut_at_the_weakest_link() -> None:
    links = chain(("a", "b", 0.9), ("b", "c", 0.6), ("c", "d", 0.9))
    resolution = resolve(links, known=people("a", "b", "c", "d"), separate=[("a", "d")])
    assert mapped(resolution.entities) == {"a": "a", "b": "a", "c": "c", "d": "c"}
    assert [(link["left_id"], link["right_id"]) for link in resolution.cut.to_pylist()] == [("b", "c")]


def test_a_way_around_the_cut_is_cut_too() -> None:
    links = chain(("a", "b", 0.9), ("b", "c", 0.6), ("a", "c", 0.7))
    resolution = resolve(links, known=people("a", "b", "c"), separate=[("a", "c")])
    assert mapped(resolution.entities) == {"a": "a", "b": "a"}
    assert resolution.cut.num_rows == 2


def test_people_who_say_both_are_told() -> None:
    with pytest.raises(IdentityContradictionError, match="Take one of the two out"):
        entities(chain(), known=people("a", "b", "c"), same=[["a", "b"], ["b", "c"]], separate=[("a", "c")])


def test_separate_where_nothing_is_linked_changes_nothing() -> None:
    links = chain(("a", "b", 0.9))
    assert mapped(entities(links, known=people("a", "b", "c"), separate=[("a", "c"), ("x", "y")])) == {
        "a": "a",
        "b": "a",
    }


def test_a_merge_shows_who_was_merged_and_why() -> None:
    accounts = laid("accounts", ACME)
    ids = known(accounts, "account_id")
    (merge,) = merges(resolve(account_links(accounts), known=ids, preferred=("crm",)), ids).to_pylist()
    assert merge["entity_id"] == "c2"
    assert (merge["ids"], merge["names"]) == (["c2", "b3", "z1"], ["Acme Inc.", "Acme", "ACME"])
    assert (merge["rules"], merge["score"]) == (["same_domain_and_name", "same_name"], 0.8)
    assert merge["evidence"][1] == "'ACME' (z1 in helpdesk) and 'Acme' (b3 in billing) have the same name"


def test_nothing_linked_is_nothing_merged() -> None:
    resolution = resolve(chain(), known=people("a", "b"))
    assert resolution.entities.num_rows == merges(resolution, people("a").append_column("name", [["A"]])).num_rows == 0
