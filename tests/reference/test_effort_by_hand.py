"""Where our effort went, counted once more touch by touch with a pencil."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import HealthCheck, settings
from hypothesis import given as whatever
from hypothesis import strategies as st

from experience_books import Books, Touch
from experience_company import Tables, companies, ready
from trueup.runs.effort_tables import ACCOUNTS, PEOPLE, lay_effort

AS_OF = ("2026-03-31", "2026-05-04")
NUMBERS = ("count", "live", "timed", "seconds")
some = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def added(touches: Iterable[Touch]) -> tuple[int, ...]:
    found = list(touches)
    known = [each.seconds for each in found if each.seconds is not None]
    return len(found), sum(each.is_live for each in found), len(known), sum(known)


def quarter(touch: Touch) -> str:
    return f"{touch.on.year}-Q{(touch.on.month + 2) // 3}"


def of_accounts(books: Books) -> dict[tuple[object, ...], tuple[int, ...]]:
    every = list(books.touches())
    keys = {(quarter(each), each.of["account_id"]) for each in every}
    return {
        key: (*added(theirs), sum(each.is_wrong for each in theirs))
        for key in keys
        for theirs in [[each for each in every if (quarter(each), each.of["account_id"]) == key]]
    }


def of_people(books: Books) -> dict[tuple[object, ...], tuple[int, ...]]:
    every = [(each, person) for each in books.touches() for person in books.of_ours(each.of)]
    keys = {(quarter(each), each.of["account_id"], person) for each, person in every}
    return {
        key: added(each for each, person in every if (quarter(each), each.of["account_id"], person) == key)
        for key in keys
    }


@some
@whatever(tables=companies(), as_of=st.sampled_from(AS_OF))
def test_every_touch_is_counted_once_for_an_account_and_once_for_everyone_who_took_part(
    tables: Tables, as_of: str
) -> None:
    found = ready(as_of)
    found.load(tables)
    books, engine = found.books(tables), found.world.engine
    lay_effort(engine)
    accounts = engine.query(f"SELECT * FROM {ACCOUNTS}").to_pylist()
    people = engine.query(f"SELECT * FROM {PEOPLE}").to_pylist()
    assert {
        (row["period_key"], row["account_id"]): tuple(row[name] for name in (*NUMBERS, "wrong")) for row in accounts
    } == of_accounts(books)
    assert {
        (row["period_key"], row["account_id"], row["person_id"]): tuple(row[name] for name in NUMBERS) for row in people
    } == of_people(books)
    # Nobody has a team: all are of one, for which each touch that anybody of ours is credited with counts once.
    once: Counter[object] = Counter()
    for each in books.touches():
        once[each.of["account_id"]] += bool(books.of_ours(each.of))
    firsts: Counter[object] = Counter()
    for row in people:
        firsts[row["account_id"]] += row["first_count"]
    assert firsts == +once
