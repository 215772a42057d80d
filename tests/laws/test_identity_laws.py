"""Whatever accounts are delivered: merging is an equivalence, heeds what people say, and never depends on order."""

from collections.abc import Iterable
from random import Random

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.canon.entities import IdentityContradictionError, Resolution, merges, resolve
from trueup.canon.identity import account_links
from trueup.canon.individuals import person_links
from trueup.canon.links import LINKS

LAW = settings(deadline=None, max_examples=40)
SLOW_LAW = settings(deadline=None, max_examples=15)
Row = dict[str, object]
Partition = set[frozenset[str]]

SOURCES = ("crm", "desk", "billing")
NAMES = ("Acme Inc.", "ACME", "Acme Labs", "Globex GmbH", "Globex", "Test", None)
DOMAINS = ("acme.com", "www.acme.com", "globex.de", "gmail.com", None, None)
COUNTRIES = ("DE", "Germany", "FR", None)
TEXT = ("account_id", "person_id", "source", "name", "email", "domain", "country", "extra")

accounts = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(SOURCES),
            "name": st.sampled_from(NAMES),
            "domain": st.sampled_from(DOMAINS),
            "country": st.sampled_from(COUNTRIES),
            "extra": st.sampled_from((None, None, '{"extra_external_id": "account-1"}')),
        }
    ),
    max_size=9,
)
people = st.lists(
    st.fixed_dictionaries(
        {
            "source": st.sampled_from(SOURCES),
            "name": st.sampled_from(("Anna Meier", "Meier, Anna", "Anna", "Bob Smith", None)),
            "email": st.sampled_from(("anna.meier@us.com", "a.meier@us.de", "ameier2@us.de", "info@us.com", None)),
        }
    ),
    max_size=8,
)
ids = st.sampled_from([f"account-{number}" for number in range(9)])
links = st.lists(st.tuples(ids, ids, st.integers(1, 9)), max_size=12)


def table(rows: Iterable[Row], key: str) -> pa.Table:
    listed = [{key: f"account-{number}", "recorded_at": None, **row} for number, row in enumerate(rows)]
    kinds = [(name, pa.string()) for name in TEXT if name == key or not name.endswith("_id")]
    return pa.Table.from_pylist(listed, schema=pa.schema([*kinds, ("recorded_at", pa.timestamp("us"))]))


def known(rows: pa.Table, key: str = "account_id") -> pa.Table:
    return pa.table({"id": rows.column(key), "source": rows.column("source"), "name": rows.column("name")})


def everyone() -> pa.Table:
    listed = [f"account-{number}" for number in range(9)]
    return pa.table({"id": listed, "source": ["crm"] * 9, "name": listed})


def link_rows(drawn: list[tuple[str, str, int]]) -> pa.Table:
    rows = [
        {"left_id": a, "right_id": b, "rule": "same_name", "evidence": "", "score": score / 10}
        for a, b, score in drawn
        if a != b
    ]
    return pa.Table.from_pylist(rows, schema=LINKS)


def partition(resolution: Resolution) -> Partition:
    groups: dict[str, set[str]] = {}
    for row in resolution.entities.to_pylist():
        groups.setdefault(row["entity_id"], set()).add(row["id"])
    return {frozenset(group) for group in groups.values()}


def closure(pairs: Iterable[tuple[str, str]]) -> Partition:
    """The groups that pairs make, by hand."""
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touched] + [set(pair).union(*touched)]
    return {frozenset(group) for group in groups}


@SLOW_LAW
@given(accounts, st.integers())
def test_the_order_of_delivery_changes_no_entity(rows: list[Row], seed: int) -> None:
    ordered = table(rows, "account_id")
    places = list(range(ordered.num_rows))
    Random(seed).shuffle(places)
    shuffled = ordered.take(pa.array(places, pa.int64()))
    one, other = (resolve(account_links(t), known=known(t), preferred=("crm",)) for t in (ordered, shuffled))
    assert one.entities == other.entities


@SLOW_LAW
@given(accounts)
def test_a_source_without_domains_and_outside_ids_has_no_two_accounts_in_one_entity(rows: list[Row]) -> None:
    told = table([{**row, "domain": None, "extra": None} for row in rows], "account_id")
    source_of = dict(zip(told.column("account_id").to_pylist(), told.column("source").to_pylist(), strict=True))
    for group in partition(resolve(account_links(told), known=known(told))):
        assert len({source_of[member] for member in group}) == len(group)


@SLOW_LAW
@given(accounts)
def test_a_stranger_changes_nothing(rows: list[Row]) -> None:
    stranger = {
        "account_id": "stranger",
        "source": "crm",
        "name": "Umbra",
        "domain": "umbra.io",
        "country": "DE",
        "extra": None,
    }
    one, other = table(rows, "account_id"), table([*rows, stranger], "account_id")
    assert account_links(one) == account_links(other)


@LAW
@given(links)
def test_links_make_the_groups_they_say(drawn: list[tuple[str, str, int]]) -> None:
    resolution = resolve(link_rows(drawn), known=everyone())
    assert partition(resolution) == closure((a, b) for a, b, _ in drawn if a != b)
    assert resolution.cut.num_rows == 0


@LAW
@given(links)
def test_an_entity_is_its_own_entity_and_the_smallest_id_of_equally_trusted_sources(
    drawn: list[tuple[str, str, int]],
) -> None:
    rows = resolve(link_rows(drawn), known=everyone()).entities.to_pylist()
    named = {row["id"]: row["entity_id"] for row in rows}
    assert all(named[entity] == entity for entity in named.values())
    assert all(entity <= member for member, entity in named.items())


@LAW
@given(links, st.lists(st.tuples(ids, ids), max_size=3), st.lists(st.tuples(ids, ids), max_size=3))
def test_what_people_say_holds_or_is_refused(
    drawn: list[tuple[str, str, int]], same: list[tuple[str, str]], separate: list[tuple[str, str]]
) -> None:
    apart = [(a, b) for a, b in separate if a != b]
    forced = closure((a, b) for a, b in same if a != b)
    contradicts = any(a in group and b in group for a, b in apart for group in forced)
    try:
        resolution = resolve(link_rows(drawn), known=everyone(), same=same, separate=separate)
    except IdentityContradictionError:
        assert contradicts
        return
    assert not contradicts
    groups = partition(resolution)
    assert all(any(group <= found for found in groups) for group in forced)
    assert not any(a in group and b in group for a, b in apart for group in groups)


@LAW
@given(links, st.lists(st.tuples(ids, ids), max_size=2))
def test_a_cut_parts_no_more_than_it_must(drawn: list[tuple[str, str, int]], separate: list[tuple[str, str]]) -> None:
    """Putting back any link that was cut would join what is separate."""
    apart = [(a, b) for a, b in separate if a != b]
    resolution = resolve(link_rows(drawn), known=everyone(), separate=apart)
    used = [(row["left_id"], row["right_id"]) for row in resolution.used.to_pylist()]
    for row in resolution.cut.to_pylist():
        restored = closure([*used, (row["left_id"], row["right_id"])])
        assert any(a in group and b in group for a, b in apart for group in restored)


@SLOW_LAW
@given(accounts)
def test_every_merge_is_explained(rows: list[Row]) -> None:
    told = table(rows, "account_id")
    resolution = resolve(account_links(told), known=known(told))
    explained = merges(resolution, known(told)).to_pylist()
    assert {frozenset(merge["ids"]) for merge in explained} == partition(resolution)
    assert all(len(merge["evidence"]) >= len(merge["ids"]) - 1 and merge["rules"] for merge in explained)


@SLOW_LAW
@given(people, st.integers())
def test_people_are_merged_the_same_in_any_order(rows: list[Row], seed: int) -> None:
    ordered = table(rows, "person_id")
    places = list(range(ordered.num_rows))
    Random(seed).shuffle(places)
    shuffled = ordered.take(pa.array(places, pa.int64()))
    one, other = (resolve(person_links(t), known=known(t, "person_id")) for t in (ordered, shuffled))
    assert one.entities == other.entities
