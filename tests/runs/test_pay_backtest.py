"""A workspace's past paid again by another plan: the same people, months and facts, and nothing that can be posted."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from example import COMPANY
from paid_workspace import CANDIDATE, IN_FORCE, SIMPLE, YEAR, inputs, our_plan, sellers, snapshot_of, with_plans
from trueup.lake.duckdb import DuckDBEngine
from trueup.mart.snapshot import Snapshot
from trueup.pay.facts import SignedAgreement
from trueup.pay.plan_file import PlanFile
from trueup.pay.simulate import SimulationError, simulate
from trueup.runs.pay_backtest import (
    Wanted,
    _agreed_under,
    _since_anybody,
    backtested,
    candidate_of,
    held_plans,
    result_of,
    value_by_payee,
)
from trueup.runs.pay_inputs import PayInputs
from trueup.units.money import Money
from trueup.units.period import parse_period


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> tuple[PayInputs, Snapshot]:
    folder = with_plans(tmp_path_factory.mktemp("backtest") / "acme")
    return inputs(folder), snapshot_of(folder)


def wanted(text: str, *, instead_of: str = IN_FORCE, first: str = "", stress: bool = False) -> Wanted:
    return Wanted(candidate_of([PlanFile("candidate.yaml", text)]), instead_of, first=first, stress=stress)


def test_every_month_that_is_over_is_closed_on_the_fifth_day_after_it(paid: tuple[PayInputs, Snapshot]) -> None:
    closes = backtested(*paid, wanted(SIMPLE)).old.simulation.closes
    assert closes[0].period == f"{YEAR}-01"
    for close in closes:
        last = parse_period(close.period).last
        assert close.closed_on == last + timedelta(5)
        assert last <= COMPANY.ends_on


def test_a_plan_of_a_tenth_of_everything_costs_a_tenth_of_what_was_credited(paid: tuple[PayInputs, Snapshot]) -> None:
    found = backtested(*paid, wanted(SIMPLE))
    credited = found.new.measures.credited.value
    assert credited
    assert float(found.new.measures.per_unit.value or 0) == pytest.approx(0.1, abs=1e-6)
    assert found.new.simulation.cost()["EUR"].amount == pytest.approx(Decimal(str(float(credited))) / 10, abs=1)
    assert found.old.measures.credited == found.new.measures.credited
    assert {each.payee for each in found.comparison.changes} == set(sellers())
    assert found.replaced == (IN_FORCE,)


def test_the_same_plan_in_its_own_place_changes_nothing(paid: tuple[PayInputs, Snapshot]) -> None:
    text = our_plan(IN_FORCE).replace("2026-01-01", f"{YEAR}-01-01")
    found = backtested(*paid, wanted(text, instead_of=""))
    assert found.old.simulation.amounts == found.new.simulation.amounts
    assert found.comparison.within == 1


def test_deals_from_before_anybody_was_on_a_plan_change_no_pay(paid: tuple[PayInputs, Snapshot]) -> None:
    given, snapshot = paid
    closes = backtested(given, snapshot, wanted(SIMPLE)).old.simulation.closes
    fewer = _since_anybody(given.facts)
    assert len(fewer.events) < len(given.facts.events)
    whole, less = (simulate(given.plans, facts, closes, rules=given.rules) for facts in (given.facts, fewer))
    assert whole.amounts == less.amounts


def test_the_past_can_begin_later_as_if_nobody_had_been_on_a_plan_before(paid: tuple[PayInputs, Snapshot]) -> None:
    whole, later = (backtested(*paid, wanted(SIMPLE, first=first)) for first in ("", f"{YEAR}-04"))
    assert later.new.simulation.closes[0].period == f"{YEAR}-04"
    first_quarter = Money.zero("EUR")
    for each in whole.new.simulation.of("earned"):
        if each.earned_for < f"{YEAR}-04":
            first_quarter += each.amount
    assert first_quarter
    assert later.new.simulation.cost()["EUR"] == whole.new.simulation.cost()["EUR"] - first_quarter


def test_stresses_are_run_for_both_where_they_are_asked_for(paid: tuple[PayInputs, Snapshot]) -> None:
    found = backtested(*paid, wanted(our_plan(CANDIDATE), stress=True))
    for side in (found.old, found.new):
        assert [each.name for each in side.stressed][1:3] == ["deals_moved", "customers_dropped"]
    dropped = found.new.stressed[2]
    assert dropped.cost["EUR"] <= found.new.simulation.cost()["EUR"]


def test_agreements_pay_by_the_component_that_the_other_plan_has_for_value(paid: tuple[PayInputs, Snapshot]) -> None:
    given, _ = paid
    (valued,) = candidate_of([PlanFile("c.yaml", our_plan("customer_first"))])
    plan = replace(valued, plan_id=IN_FORCE, valid_from=given.plans[0].valid_from)
    signed_on = plan.valid_from + timedelta(10)
    worth = Money.of(1000, "EUR")
    agreement = SignedAgreement("a1", sellers()[0], "acme", "other", signed_on, worth, worth, worth)
    for plans, component in (((plan,), "customer_value"), (given.plans, "")):
        facts = _agreed_under(replace(given.facts, agreements=(agreement,)), plans)
        assert [each.component for each in facts.agreements] == [component]


def test_value_is_the_certain_value_of_the_accounts_that_somebody_owns_or_serves(
    paid: tuple[PayInputs, Snapshot],
) -> None:
    _, snapshot = paid
    engine = DuckDBEngine(snapshot.file, read_only=True)
    rows = engine.query("SELECT person_id, sum(certain_value) AS low FROM facts.value_claims GROUP BY 1").to_pylist()
    engine.close()
    owned = {row["person_id"]: Fraction(row["low"]) for row in rows if row["person_id"] and row["low"] is not None}
    found = value_by_payee(snapshot)
    for person, low in owned.items():
        assert found[person] >= low


def test_what_cannot_be_tried_says_why(paid: tuple[PayInputs, Snapshot]) -> None:
    with pytest.raises(SimulationError, match=r"Nobody is on the plan simple: say which plan .* \(half_and_half\)"):
        backtested(*paid, wanted(SIMPLE, instead_of=""))
    with pytest.raises(SimulationError, match="One plan is tried at a time, and these are classic_quota and simple"):
        candidate_of([PlanFile("a.yaml", SIMPLE), PlanFile("b.yaml", our_plan(CANDIDATE))])
    given, snapshot = paid
    late = tuple(replace(each, start=COMPANY.ends_on + timedelta(1)) for each in given.facts.assignments)
    nobody = replace(given, facts=replace(given.facts, assignments=late))
    with pytest.raises(SimulationError, match="there is nothing to try a plan on"):
        backtested(nobody, snapshot, wanted(SIMPLE))


def test_the_result_is_the_kind_of_credit_that_takes_in_all(paid: tuple[PayInputs, Snapshot]) -> None:
    given, _ = paid
    assert result_of(given.facts) == "bookings"
    other = replace(given.facts.events[0], credits="renewals", natural_key="other")
    assert not result_of(replace(given.facts, events=(*given.facts.events, other)))
    assert held_plans(given) == {IN_FORCE: len(sellers())}
