"""What pay is reckoned from, version by version: a close replayed from the newest build knows what was known then."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from trueup import workspace
from trueup.lake.duckdb import DuckDBEngine
from trueup.metrics.compute import plan
from trueup.metrics.fact import FACT_SCHEMA
from trueup.pay.fact_tables import facts_of as tables_of
from trueup.pay.facts import Event, Facts
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.replay import Close
from trueup.pay.simulate import simulate
from trueup.runs.build import definitions
from trueup.runs.folder import Folder
from trueup.runs.ground import ground, moment_of
from trueup.runs.pay_inputs import _above
from trueup.runs.pay_tables import lay_pay
from trueup.runs.progress import Silence
from trueup.runs.steps import carry_out
from versions import deliver

DEALS = """deal_id  account_id  owner_id  kind  outcome  created_at           closed_at            net_amount  currency
           d1       acme        ann       new   won      2026-01-05 09:00:00  2026-01-20 12:00:00  1000        EUR
           d2       bolt        ann       new   won      2026-01-05 09:00:00  2026-01-25 12:00:00  2000        EUR
           d3       core        bob       new   won      2026-01-05 09:00:00  2026-01-25 12:00:00  4000        EUR"""
CONTRACTS = """contract_id  account_id  deal_id  starts_on   ends_on     cancelled_on
               c1           acme        d1       2026-02-01  2027-01-31  -"""
PLAN = """
plan: tenth
currency: EUR
valid_from: 2026-01-01
components:
  - name: bookings
    kind: rate
    credits: bookings
    aggregation: cumulative
    reset: quarter
    table: {kind: step, tiers: [{pays: 0.10}]}
"""
DAYS = ((3, 9), (3, 10), (3, 31), (4, 1))
OWNERS = ("ann", "bob", "cy")
DEAL_COLUMNS = "deal_id  account_id  owner_id  kind  outcome  created_at  closed_at  net_amount  currency  is_deleted"
CHANGE_COLUMNS = "deal_id  field  changed_at  old_value  new_value"
CONTRACT_COLUMNS = "contract_id  account_id  deal_id  starts_on  ends_on  cancelled_on"
ON_PLAN = "payee,plan,start\nann,tenth,2026-01-01\nbob,tenth,2026-01-01\n"
JANUARY, FEBRUARY, MARCH = (
    Close("2026-01", date(2026, 2, 5)),
    Close("2026-02", date(2026, 3, 5)),
    Close("2026-03", date(2026, 4, 5)),
)
LATER = date(2026, 4, 10)
AS_STATE_HAS_IT = """
SELECT deal_id AS natural_key, f.occurred_on AS "on", CAST(d.net_amount AS VARCHAR) AS amount, f.person_id AS payee,
    'bookings_' || f.kind AS credits, d.account_id AS customer, '' AS "of"
FROM facts.closed_deals AS f JOIN state.deals AS d ON d.deal_id = f.fact_key
WHERE f.is_won AND d.net_amount <> 0 AND f.person_id IS NOT NULL AND f.kind IS NOT NULL
UNION ALL
SELECT 'churn/' || contract_id, least(cancelled_on, defaulted_on), '0', '', '', account_id, deal_id
FROM state.contracts
WHERE deal_id IS NOT NULL AND least(cancelled_on, defaulted_on) < coalesce(ends_on, DATE '9999-12-31')
    AND least(cancelled_on, defaulted_on) <= calendar.as_of_on()"""
"""As metrics of a day have it: deals that were won, credited to their owner at closing, and contracts that ended."""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = workspace.make(tmp_path, name="Acme")
    deliver(made, {"deals": DEALS, "contracts": CONTRACTS}, on=date(2026, 1, 28))
    return made


def facts_of(folder: Folder, day: date = LATER) -> Facts:
    """What is known of pay as of a day, with who is on the plan."""
    with pay_at(folder, day) as engine:
        return replace(tables_of({"assignments": ON_PLAN}), events=tuple(events_in(engine)))


def paid(facts: Facts, closes: Sequence[Close]) -> list[tuple[str, str, str, int]]:
    """What closes post for whom: the month earned for, that of the close, and the amount."""
    found = simulate(load([PlanFile("tenth.yaml", PLAN)]), facts, closes)
    return [(each.payee, each.earned_for, each.falls_in, int(each.amount.amount)) for each in found.of("earned")]


def test_an_amount_that_is_corrected_later_is_the_old_one_before_and_trued_up_after(folder: Folder) -> None:
    deliver(folder, {"deals": DEALS.replace("1000", "1500")}, on=date(2026, 2, 20))
    assert paid(facts_of(folder), [JANUARY, FEBRUARY]) == [
        ("ann", "2026-01", "2026-01", 300),
        ("bob", "2026-01", "2026-01", 400),
        ("ann", "2026-01", "2026-02", 50),
    ]


def test_a_deal_lost_later_was_won_before_and_won_again_it_is_paid_again(folder: Folder) -> None:
    deliver(folder, {"deals": DEALS.replace("new   won ", "new   lost", 1)}, on=date(2026, 2, 20))
    deliver(folder, {"deals": DEALS}, on=date(2026, 3, 20))
    of_ann = [each for each in paid(facts_of(folder), [JANUARY, FEBRUARY, MARCH]) if each[0] == "ann"]
    assert of_ann == [
        ("ann", "2026-01", "2026-01", 300),
        ("ann", "2026-01", "2026-02", -100),
        ("ann", "2026-01", "2026-03", 100),
    ]


def test_a_deal_that_is_no_longer_delivered_as_won_nor_at_all_is_withdrawn(folder: Folder) -> None:
    head, *rows = DEALS.splitlines()
    gone = "\n".join([f"{head}  is_deleted", *(f"{row}  {'true' if 'd3' in row else 'false'}" for row in rows)])
    deliver(folder, {"deals": gone}, on=date(2026, 2, 20))
    assert ("bob", "2026-01", "2026-02", -400) in paid(facts_of(folder), [JANUARY, FEBRUARY])


def test_what_pay_is_not_reckoned_from_makes_no_version(folder: Folder) -> None:
    staged = DEALS.replace("outcome  created_at", "outcome  stage   created_at").replace("  won  ", "  won  signed  ")
    deliver(folder, {"deals": staged}, on=date(2026, 2, 20))
    events = facts_of(folder).events
    assert {each.revision for each in events} == {0}
    assert {each.known_on for each in events} == {date(2026, 1, 20), date(2026, 1, 25)}


def test_a_contract_cancelled_by_mistake_is_clawed_back_only_meanwhile(folder: Folder) -> None:
    deliver(folder, {"contracts": CONTRACTS.replace("  -", "  2026-03-10")}, on=date(2026, 2, 20))
    deliver(folder, {"contracts": CONTRACTS}, on=date(2026, 4, 1))
    facts = facts_of(folder)
    ended = {day: "churn/c1" in {each.natural_key for each in facts.known(date(2026, *day)).events} for day in DAYS}
    assert ended == {(3, 9): False, (3, 10): True, (3, 31): True, (4, 1): False}


def test_a_correction_by_hand_stands_above_whatever_a_system_tells(folder: Folder) -> None:
    deliver(folder, {"deals": DEALS.replace("1000", "1500")}, on=date(2026, 2, 20))
    facts = facts_of(folder)
    (told,) = (each for each in facts.events if each.natural_key == "d1" and not each.revision)
    mended = replace(told, amount=Fraction(1200), known_on=date(2026, 2, 10), revision=1)
    both = replace(facts, events=(*facts.events, *_above([mended], facts.events)))
    assert [each for each in paid(both, [JANUARY, FEBRUARY]) if each[0] == "ann"] == [
        ("ann", "2026-01", "2026-01", 300),
        ("ann", "2026-01", "2026-02", 20),
    ]


def test_what_was_known_on_a_day_is_what_a_build_as_of_that_day_finds(folder: Folder) -> None:
    """Versions of deals, of who owned them and of contracts, delivered again and again; state is asked beside."""
    days = scrambled(folder, Random(7))
    with pay_at(folder, max(days)) as engine:
        newest = Facts(events=tuple(events_in(engine)))
    assert max(each.revision for each in newest.events) >= 2
    assert "withdrawn" in {each.kind for each in newest.events}
    for day in days:
        with pay_at(folder, day) as engine:
            then = Facts(events=tuple(events_in(engine)))
            metrics = {tuple(row.values()) for row in engine.query(AS_STATE_HAS_IT).to_pylist()}
        found = newest.known(day).events
        assert set(found) == set(then.known(day).events)
        assert {said_by(each) for each in found} == metrics


@contextmanager
def pay_at(folder: Folder, day: date) -> Iterator[DuckDBEngine]:
    """What a build as of a day lays out: deals as metrics have them, and what pay is reckoned from."""
    settings, known = workspace.settings(folder), definitions(folder)
    with ground(folder, settings, as_of=moment_of(day.isoformat(), settings)) as on:
        asked = [known.metrics["win_rate"]]
        made = plan(asked, known.facts, context=on.context, grains=("account",), kinds=("month",), selects=on.selects)
        carry_out(on.engine, [step for step in made.steps if step.schema == FACT_SCHEMA], Silence())
        lay_pay(on.engine, settings.currency)
        yield on.engine


def events_in(engine: DuckDBEngine) -> Iterator[Event]:
    for row in engine.query("SELECT * FROM pay.events").to_pylist():
        texts = {name: row[name] or "" for name in ("currency", "payee", "credits", "customer", "of")}
        yield Event(**{**row, **texts, "amount": Fraction(row["amount"])})


def said_by(event: Event) -> tuple[str, date, str, str, str, str, str]:
    amount = f"{float(event.amount):.4f}" if event.kind == "deal" else "0"
    return (event.natural_key, event.on, amount, event.payee, event.credits, event.customer, event.of)


def scrambled(folder: Folder, chance: Random) -> list[date]:
    """Deliver forty deals again and again, each time otherwise; the days of the deliveries, and those between."""
    first = date(2026, 2, 1)
    days = [first + timedelta(9 * number) for number in range(5)]
    for day in days:
        deals, changes, contracts = [DEAL_COLUMNS], [CHANGE_COLUMNS], [CONTRACT_COLUMNS]
        for number in range(40):
            opened = date(2026, 1, 1) + timedelta(number)
            if opened >= day or chance.random() < 0.3:
                continue
            owner, amount = chance.choice(OWNERS), chance.choice(("100", "200", "0", "-"))
            outcome, kind = chance.choice(("won", "won", "lost", "open")), chance.choice(("new", "new", "renewal", "-"))
            closed = "-" if outcome == "open" else f"{opened + timedelta(chance.randrange(1, 20))}T23:30:00"
            is_deleted = "true" if chance.random() < 0.1 else "false"
            cells = (owner, kind, outcome, f"{opened}T09:00:00", closed, amount, "EUR", is_deleted)
            deals.append("  ".join((f"d{number}", f"a{number % 7}", *cells)))
            if chance.random() < 0.5:
                at = opened + timedelta(chance.randrange(1, 20))
                if at < day:
                    changes.append(f"d{number}  owner  {at}T10:00:00  {chance.choice(OWNERS)}  {chance.choice(OWNERS)}")
            ends = chance.choice(("-", str(opened + timedelta(chance.randrange(60)))))
            contracts.append(f"c{number}  a{number % 7}  d{number}  {opened}  2027-01-31  {ends}")
        tables = {"deals": deals, "deal_changes": changes, "contracts": contracts}
        deliver(folder, {name: "\n".join(rows) for name, rows in tables.items()}, on=day)
    return [*days[1:], days[2] + timedelta(4), days[-1] + timedelta(20)]
