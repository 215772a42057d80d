"""What a plan would have paid over past closes, by what was known at each; and another in its place."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.paying import facts as written
from pay.paying import plans_of
from simulated_sellers import IN_FORCE, PROPOSED, TABLES
from trueup.pay.booking import Book, accruals, holds
from trueup.pay.case import closes_of, rules_of
from trueup.pay.fact_tables import TABLES as FACTS
from trueup.pay.fact_tables import facts_of
from trueup.pay.facts import FactError, Facts
from trueup.pay.ledger import LedgerError, Transaction, check_added
from trueup.pay.payment import Posting, due
from trueup.pay.plan import Plan
from trueup.pay.plan_file import PlanFile, load
from trueup.pay.replay import Close
from trueup.pay.simulate import Simulated, Simulation, SimulationError, in_place, simulate
from trueup.pay.simulate_cliffs import cliffs_met
from trueup.pay.simulate_compare import Change, changes, compared, money_diff
from trueup.pay.simulate_measures import Measured, attainment, gini, measures, mix, quantile, spearman
from trueup.units.money import Money

CASES = sorted((Path(__file__).parent / "cases").iterdir())
VALUE = {"ann": Fraction(45000), "ben": Fraction(15000), "cem": Fraction(2000), "dee": Fraction(20000)}


def plan(text: str) -> Plan:
    (found,) = load([PlanFile("plan.yaml", text)])
    return found


def facts(**other: str) -> Facts:
    return facts_of({name: other.get(name, text) for name, text in TABLES.items() if name in FACTS})


def closes() -> tuple[Close, ...]:
    return tuple(closes_of(TABLES["closes"], Facts(), ()))


def in_force(known: Facts | None = None) -> Simulation:
    return simulate([plan(IN_FORCE)], facts() if known is None else known, closes())


def proposed(known: Facts | None = None) -> Simulation:
    return simulate(in_place([plan(PROPOSED)], [plan(IN_FORCE)]), facts() if known is None else known, closes())


def euros(**amounts: str) -> Mapping[str, Money]:
    return {payee: Money.of(amount, "EUR") for payee, amount in amounts.items()}


def test_everybody_is_paid_what_the_closes_post_together() -> None:
    """Ann: 8 % of 101,000 and of 150,000; Dee: 8 % of 120,000 and 5 % of 80,000; Cem's second deal is taken back."""
    assert in_force().pay() == euros(ann="20080.00", ben="8400.00", cem="1500.00", dee="13600.00")
    assert in_force().cost() == {"EUR": Money.of("43580.00", "EUR")}


def test_a_proposed_plan_stands_in_the_place_of_the_one_in_force_from_its_start_on() -> None:
    """Ann: 5,000 + 9 % of 1,000, 5,000 + 9 % of 50,000, and 40 % of the 4,000 for what Acme gained."""
    assert proposed().pay() == euros(ann="16190.00", ben="8400.00", cem="1500.00", dee="10800.00")
    assert {each.valid_from for each in proposed().plans} == {date(2026, 1, 1)}


def test_a_late_deal_is_paid_by_the_close_that_knew_of_it() -> None:
    late = [each for each in in_force().amounts if each.payee == "ben" and each.falls_in == "2026-04"]
    assert late == [Simulated("ben", "bookings", "2026-03", "2026-04", Money.of("2400.00", "EUR"), "earned")]


def test_a_candidate_nobody_is_on_is_refused_with_the_names_there_are() -> None:
    other = plan(PROPOSED.replace("plan: sellers", "plan: resellers"))
    managers = plan(IN_FORCE.replace("plan: sellers", "plan: managers"))
    for current, names in (([plan(IN_FORCE), managers], "managers, sellers"), ([], "there is no plan")):
        with pytest.raises(SimulationError) as error:
            in_place([other], current)
        assert str(error.value) == (
            "The candidate is called resellers, and nobody is on a plan of that name: call it as what it is to replace"
            f" ({names})."
        )


def test_without_a_close_there_is_nothing_to_replay() -> None:
    with pytest.raises(SimulationError) as error:
        simulate([plan(IN_FORCE)], facts(), [])
    assert str(error.value) == (
        "There is no close to simulate: give periods, each with the day on which it was closed."
    )


@pytest.mark.parametrize(
    ("begins", "stands_from", "published"),
    [
        ("2026-07-01", "2026-01-01", None),
        ("2026-01-01", "2026-01-01", "2025-12-15"),
        ("2025-12-20", "2025-12-20", "2025-12-15"),
    ],
)
def test_a_candidate_that_begins_later_counts_from_the_start_and_no_other_is_changed(
    begins: str, stands_from: str, published: str | None
) -> None:
    """What people were told of a candidate that is put into the past is not of that past."""
    text = PROPOSED.replace("2026-07-01", begins).replace("2026-06-15", "2025-12-15")
    later = PROPOSED.replace("2026-07-01", "2026-10-01")
    managers = plan(IN_FORCE.replace("plan: sellers", "plan: managers").replace("2026-01-01", "2026-03-01"))
    found = in_place([plan(text), plan(later)], [plan(IN_FORCE), managers])
    assert [(each.plan_id, str(each.valid_from)) for each in found] == [
        ("managers", "2026-03-01"),
        ("sellers", stands_from),
        ("sellers", "2026-10-01"),
    ]
    assert [each.published_on and str(each.published_on) for each in found[1:]] == [published, "2026-06-15"]


PEOPLE = """
    payee plan start end pay_currency
    ann sales 2026-01-01 2026-03-01 USD
    ann sales 2026-03-01 - EUR
    ben sales 2026-06-30 - -
    cem sales 2026-07-01 - -
"""
DEALS = """
    natural_key kind on known_on payee credits amount currency customer
    d1 deal 2026-01-10 2026-01-10 ann bookings 100 EUR acme
    d2 deal 2026-01-20 2026-03-02 ann bookings 10 EUR acme
    d3 deal 2026-03-02 2026-03-02 ann bookings 1000 EUR acme
"""
MONTHS = (Close("2026-01", date(2026, 2, 1)), Close("2026-03", date(2026, 4, 1)), Close("2026-06", date(2026, 7, 1)))


def small(more: str = "", table: str = "{pays: 0.1}", hold: str = "", **tables: str) -> Simulation:
    """A company whose Ann is paid a tenth of what she sells, and that closes thrice in half a year."""
    held = f", hold: {{share: {hold}}}" if hold else ""
    plans = plans_of(f"""
        plan: sales
        currency: EUR
        valid_from: 2026-01-01
        components:
          - {{name: bookings, kind: rate, credits: bookings, aggregation: per_event,
             table: {{kind: step, tiers: [{table}]}}{held}}}
        {more}
    """)
    given = {"assignments": "payee plan start\nann sales 2026-01-01\n", "events": DEALS, **tables}
    return simulate(plans, written(**given), MONTHS)


def told(found: Simulation) -> list[str]:
    return [f"{each.earned_for} in {each.falls_in}: {each.amount.amount:f} {each.state}" for each in found.amounts]


def test_everybody_is_there_who_was_on_a_plan_by_the_last_day_that_was_closed() -> None:
    """In the currency of their last days; Cem comes a day later."""
    found = small(assignments=PEOPLE, rates="use period of to rate on source\npay 2026 EUR USD 2 2026-01-01 plan\n")
    assert (found.currencies, found.through) == ({"ann": "EUR", "ben": "EUR"}, date(2026, 6, 30))
    # Nobody is paid in two currencies: from March on nothing of Ann's is posted, until somebody mends it.
    assert (found.refused, found.days) == ({"ann"}, {("d1", "ann"): 22})


def test_what_is_posted_what_is_held_and_what_waits_each_in_its_close() -> None:
    """What is known two months late waits to be looked at, by every close anew."""
    found = small("policy: {lookback: 1}")
    assert told(found) == [
        "2026-01 in 2026-01: 10.00 earned",
        "2026-03 in 2026-03: 100.00 earned",
        "2026-01 in 2026-03: 1.00 parked",
        "2026-01 in 2026-06: 1.00 parked",
    ]
    assert [each.component for each in found.of("parked")] == ["bookings"] * 2
    assert found.pay() == euros(ann="110.00")
    held = small(hold="0.5")
    assert told(held) == [
        "2026-01 in 2026-01: 5.00 earned",
        "2026-01 in 2026-01: 5.00 held",
        "2026-01 in 2026-03: 0.50 earned",
        "2026-03 in 2026-03: 50.00 earned",
        "2026-01 in 2026-03: 0.50 held",
        "2026-03 in 2026-03: 50.00 held",
    ]


def test_what_waits_has_no_day_on_which_it_was_paid() -> None:
    """Of January's slot nothing was posted; what of other months was known in time is."""
    late = DEALS.replace("d1 deal 2026-01-10 2026-01-10", "d1 deal 2026-01-10 2026-03-02")
    assert small("policy: {lookback: 1}", events=late).days == {("d3", "ann"): 30}
    assert small(events=late).days == {("d1", "ann"): 81, ("d2", "ann"): 71, ("d3", "ann"): 30}


def test_what_pays_nothing_or_cannot_be_reckoned_has_no_day_until_it_does() -> None:
    table = "{up_to: 50, pays: 0}, {pays: 0.1}"
    assert small(table=table).days == {("d1", "ann"): 22, ("d3", "ann"): 30}
    dollars = "payee plan start pay_currency\nann sales 2026-01-01 USD\n"
    rates = "use period of to rate on source known_on\npay 2026 EUR USD 2 2026-01-01 plan 2026-04-01\n"
    found = small(assignments=dollars, rates=rates)
    assert found.days == {("d1", "ann"): 81, ("d2", "ann"): 71, ("d3", "ann"): 30}
    assert found.pay() == {"ann": Money.of("222.00", "USD")}


def test_what_was_refused_by_an_earlier_close_is_told_once_and_after_what_still_is() -> None:
    """Ann has no quota of the first quarter until April, and none of the second ever."""
    rows = [row for row in TABLES["quotas"].splitlines() if not row.startswith("ann")]
    quotas = "\n".join([rows[0] + ",known_on", *(row + ",2026-01-01" for row in rows[1:])])
    found = in_force(facts(quotas=quotas + "\nann,bookings,2026-Q1,100000,EUR,2026-04-01\n"))
    assert [(each.component, "2026-Q1" in each.message) for each in found.unreckoned] == [
        ("bookings", False),
        ("left_early", False),
        ("bookings", True),
    ]


def test_only_the_versions_that_are_proposed_are_replaced() -> None:
    other = plan(IN_FORCE.replace("plan: sellers", "plan: managers"))
    found = in_place([plan(PROPOSED)], [other, plan(IN_FORCE)])
    assert [each.plan_id for each in found] == ["managers", "sellers"]
    assert found[0] == other


def test_nothing_of_a_simulation_can_be_posted() -> None:
    """Neither the payment equation nor the ledger knows what to do with a simulated amount (invariant 37)."""
    simulated = next(iter(in_force().amounts))
    assert not isinstance(simulated, Posting | Transaction)
    with pytest.raises(AttributeError):
        due({}, [simulated], posted_in="2026-07")  # type: ignore[list-item]
    with pytest.raises((AttributeError, TypeError, LedgerError)):
        check_added([], [simulated])  # type: ignore[list-item]
    for books in (accruals([simulated]), holds([simulated], Book([]), vested=frozenset())):  # type: ignore[list-item]
        with pytest.raises(AttributeError):
            list(books)
    held = vars(in_force()).values()
    assert not [each for each in held if isinstance(each, tuple) for row in each if isinstance(row, Posting)]


def test_who_wins_who_loses_and_who_stays_within_a_tenth() -> None:
    """Ann loses 19.4 %, Dee 20.6 %; Ben and Cem stay as they are."""
    found = compared(in_force(), proposed())
    assert [change.payee for change in found.losers] == ["ann", "dee"]
    assert found.winners == ()
    assert found.within == Fraction(1, 2)
    ann = found.changes[0]
    assert (ann.difference, ann.share) == (Money.of("-3890.00", "EUR"), Fraction(-3890, 20080))


@pytest.mark.parametrize(
    ("old", "new", "is_within"),
    [("100", "110", True), ("100", "110.01", False), ("100", "90", True), ("0", "0", True), ("0", "0.01", False)],
)
def test_a_tenth_more_or_less_is_within_and_from_nothing_only_nothing(old: str, new: str, is_within: bool) -> None:  # noqa: FBT001
    assert Change("ann", Money.of(old, "EUR"), Money.of(new, "EUR")).is_within() is is_within


def test_somebody_paid_by_one_plan_only_is_paid_nothing_by_the_other() -> None:
    (found,) = changes({}, euros(ann="5"))
    assert (found.old, found.share) == (Money.zero("EUR"), None)


def test_two_currencies_of_pay_are_not_compared() -> None:
    with pytest.raises(SimulationError, match="ann is paid in EUR by one plan and in USD"):
        changes(euros(ann="5"), {"ann": Money.of(5, "USD")})


def test_the_money_diff_of_an_approval_names_both_versions_and_covers_the_last_months() -> None:
    """April to June. Ann: 12,000 before, 9,500 after."""
    old, new = in_force(), proposed()
    diff = money_diff(old, new, months=3)
    assert (diff.first, diff.last) == (date(2026, 4, 1), date(2026, 6, 30))
    assert (diff.old_plans, diff.new_plans) == ((plan(IN_FORCE).fingerprint,), (plan(PROPOSED).fingerprint,))
    assert diff.changes[0] == Change("ann", Money.of("12000.00", "EUR"), Money.of("9500.00", "EUR"))
    assert diff.said() == money_diff(old, new, months=3).said()
    assert money_diff(old, new).changes == compared(old, new).changes
    with pytest.raises(SimulationError, match="0 months"):
        money_diff(old, new, months=0)


def test_a_plan_against_itself_changes_nothing() -> None:
    own = simulate(in_place([plan(IN_FORCE)], [plan(IN_FORCE)]), facts(), closes())
    found = compared(in_force(), own)
    assert (found.winners, found.losers, found.within) == ((), (), 1)
    assert measures(own) == measures(in_force())


def test_cost_per_unit_is_over_what_was_credited_once_whatever_pays_for_it() -> None:
    old, new = measures(in_force()), measures(proposed())
    assert old.credited == new.credited == Measured(Fraction(689000))
    assert (old.per_unit.value, new.per_unit.value) == (Fraction(43580, 689000), Fraction(36890, 689000))


def test_what_is_trued_up_is_not_what_is_clawed_back() -> None:
    """Ben's late deal, 2,400; by the proposed plan also March's value, known in April. Cem's 2,000 is taken back."""
    old, new = measures(in_force()), measures(proposed())
    assert (old.trued_up.value, old.clawed_back.value) == (2400, 2000)
    assert (new.trued_up.value, new.clawed_back.value) == (4000, 2000)
    assert old.clawed_back_share.value == Fraction(2000, 43580)


def test_days_from_event_to_money_end_with_the_close_that_paid_it() -> None:
    """5, 16, 20, 21, 22, 25, 26, 31, 31, 34 and 54 days: 54 is Ben's deal of 12 March, known on 20 April."""
    found = in_force()
    assert sorted(found.days.values()) == [5, 16, 20, 21, 22, 25, 26, 31, 31, 34, 54]
    assert found.days["b2", "ben"] == 54
    told = measures(found)
    assert (told.median_days.value, told.p90_days.value) == (25, 34)


def test_a_case_that_is_closed_at_once_tells_no_days() -> None:
    found = simulate([plan(IN_FORCE)], facts(), [Close("2026-06", date.max)])
    assert measures(found).median_days == Measured(None, "nothing was paid by a close with a day")


def test_spread_of_pay() -> None:
    """1,500, 8,400, 13,600 and 20,080: the first decile is 3,570, the ninth 18,136; the mean 10,895."""
    told = measures(in_force())
    assert told.gini.value == Fraction(60940, 174320)
    assert told.p90_to_p10.value == Fraction(18136, 3570)
    assert float(told.variation.value or 0) == pytest.approx(46543075**0.5 / 10895)
    assert gini([Fraction(1)] * 4).value == 0
    assert gini([Fraction(0)] * 3 + [Fraction(8)]).value == Fraction(3, 4)
    assert gini([Fraction(-1), Fraction(8)]) == Measured(None, "somebody's pay is below 0")
    assert gini([]) == Measured(None, "nothing is paid")


def test_quantiles_are_linear_in_between() -> None:
    assert quantile([Fraction(1), Fraction(2), Fraction(4)], Fraction(3, 4)) == 3
    assert quantile([Fraction(7)], Fraction(9, 10)) == 7
    assert quantile([], Fraction(1, 2)) is None


def test_pay_follows_value_and_attainment_or_it_does_not() -> None:
    told = measures(in_force(), value=VALUE)
    assert (told.with_value.value, told.with_attainment.value) == (1, 1)
    upside_down = {payee: -value for payee, value in VALUE.items()}
    assert measures(in_force(), value=upside_down).with_value.value == -1
    assert measures(in_force()).with_value == Measured(None, "no value by payee was given")
    assert attainment(in_force())["ann"] == Fraction(251000, 200000)


def test_a_rank_correlation_takes_three_who_differ() -> None:
    few = {"ann": Fraction(1), "ben": Fraction(2)}
    assert spearman(few, few, "too few").because == "too few: 2 have both numbers, and it takes 3"
    alike = dict.fromkeys(VALUE, Fraction(1))
    assert spearman(alike, VALUE, "").because == "all have the same of one of the two"


def test_ties_have_the_mean_of_their_ranks() -> None:
    """Ranks 1.5, 1.5, 3 and 1, 2, 3: their correlation is 1.5 over the root of 1.5 times 2."""
    one = {"a": Fraction(1), "b": Fraction(1), "c": Fraction(2)}
    other = {"a": Fraction(1), "b": Fraction(2), "c": Fraction(3)}
    assert spearman(one, other, "").value == pytest.approx(1.5 / 3**0.5)


def test_who_stands_at_a_cliff_and_what_it_is_worth() -> None:
    """At the quota the slab jumps by 3 % of it. Ann is 1 % above it, Ben 2 % below; a step has no cliff."""
    found = cliffs_met(in_force())
    assert [(met.payee, met.window, met.stands, met.is_reached) for met in found] == [
        ("ann", "2026-Q1", Fraction(101, 100), True),
        ("ben", "2026-Q1", Fraction(98, 100), False),
    ]
    assert {met.jump for met in found} == {Money.of("3000.00", "EUR")}
    assert [met.payee for met in cliffs_met(in_force(), near=Fraction(1, 100))] == ["ann"]
    assert cliffs_met(proposed()) == ()


@pytest.mark.parametrize(
    ("how", "windows"),
    [("per_event", ["b2", "b1"]), ("per_period", ["2026-02", "2026-03"]), ("cumulative", ["2026-Q1"])],
)
def test_amounts_of_credit_stand_where_their_table_runs(how: str, windows: list[str]) -> None:
    """Of 50,000 in February and 48,000 in March each is near 49,000, together they are near 98,000."""
    bound = 98000 if how == "cumulative" else 49000
    text = IN_FORCE.replace("aggregation: cumulative", f"aggregation: {how}").replace("of: attainment", "of: credit")
    own = plan(text.replace("{up_to: 1, pays", f"{{up_to: {bound}, pays"))
    found = cliffs_met(simulate([own], facts(), closes()))
    assert {met.window for met in found if met.payee == "ben"} == set(windows)


def test_what_people_are_paid_in_two_currencies_is_not_added_up() -> None:
    rows = TABLES["assignments"].replace("start\n", "start,pay_currency\n").replace("-01\n", "-01,\n")
    rates = "use,period,of,to,rate,on,source\npay,2026,EUR,USD,1.1,2026-01-01,treasury\n"
    known = facts_of(
        {**{name: text for name, text in TABLES.items() if name in FACTS}, "rates": rates}
        | {"assignments": rows.replace("dee,sellers,2026-01-01,", "dee,sellers,2026-01-01,USD")}
    )
    found = in_force(known)
    told = measures(found, value=VALUE)
    assert found.cost() == {"EUR": Money.of("29980.00", "EUR"), "USD": Money.of("14960.00", "USD")}
    for each in (told.cost, told.per_unit, told.gini, told.variation, told.p90_to_p10, told.trued_up):
        assert each == Measured(None, "people are paid in EUR and USD, which are not added up")
    assert told.with_value.because.startswith("people are paid in EUR and USD")
    assert mix(found) == {}


def test_credit_of_several_kinds_is_told_only_of_one() -> None:
    known = facts(events=TABLES["events"].replace("dee,bookings,80000", "dee,renewals,80000"))
    told = measures(in_force(known))
    assert "bookings in EUR, renewals in EUR" in told.credited.because
    assert measures(in_force(known), of_kind="renewals").credited.value == 80000


def test_what_cannot_be_reckoned_is_told_with_the_simulation() -> None:
    rows = "\n".join(row for row in TABLES["quotas"].splitlines() if not row.startswith("cem"))
    found = in_force(facts(quotas=rows))
    assert "cem has no quota of bookings for 2026-Q1" in found.unreckoned[0].message
    assert (found.pay()["cem"], found.refused) == (Money.zero("EUR"), {"cem"})
    assert money_diff(found, found).unreckoned[0].startswith("old: cem")


def test_the_share_of_each_component_is_of_what_paid_above_nothing() -> None:
    assert mix(proposed()) == {"bookings": Fraction(37290, 38890), "value": Fraction(1600, 38890)}


def test_no_golden_case_changes_by_its_own_plans() -> None:
    told = 0
    for folder in CASES:
        tables = {file.stem: file.read_text("utf-8") for file in folder.glob("*.csv")}
        rules = rules_of(tables.get("calendar"))
        texts = (PlanFile(file.name, file.read_text("utf-8")) for file in sorted(folder.glob("*.yaml")))
        plans = load(texts, rules=rules)
        known = facts_of({name: text for name, text in tables.items() if name in FACTS})
        its_closes = closes_of(tables.get("closes"), known, plans, rules=rules)
        try:
            plain = simulate(plans, known, its_closes, rules=rules)
        except FactError:
            continue
        found = compared(plain, simulate(in_place(plans, plans), known, its_closes, rules=rules))
        assert (found.winners, found.losers) == ((), ()), folder.name
        assert measures(plain).payees == len(found.changes), folder.name
        told += 1
    assert told > 50


@given(st.permutations(["ann", "ben", "cem", "dee"]))
def test_renaming_payees_changes_names_only(order: list[str]) -> None:
    names = dict(zip(["ann", "ben", "cem", "dee"], order, strict=True))
    known = facts()
    renamed = replace(
        known,
        events=tuple(replace(each, payee=names.get(each.payee, "")) for each in known.events),
        assignments=tuple(replace(each, payee=names[each.payee]) for each in known.assignments),
        quotas=tuple(replace(each, payee=names[each.payee]) for each in known.quotas),
        agreements=tuple(replace(each, payee=names[each.payee]) for each in known.agreements),
    )
    plain, found = in_force(), in_force(renamed)
    assert {names[payee]: amount for payee, amount in plain.pay().items()} == found.pay()
    one, other = measures(plain), measures(found)
    assert replace(one, cliffs=()) == replace(other, cliffs=())


@given(st.integers(min_value=2, max_value=50))
def test_all_amounts_times_k_cost_k_times_as_much(k: int) -> None:
    known = facts()
    larger = replace(
        known,
        events=tuple(replace(each, amount=each.amount * k) for each in known.events),
        quotas=tuple(replace(each, amount=each.amount * k) for each in known.quotas),
    )
    assert measures(in_force(larger)).cost.value == k * Fraction(43580)
    assert measures(in_force(larger)).gini == measures(in_force()).gini


@given(st.lists(st.fractions(0, 1000), min_size=3, max_size=9, unique=True))
def test_the_same_order_correlates_wholly_whatever_the_amounts(amounts: list[Fraction]) -> None:
    one = {str(place): amount for place, amount in enumerate(sorted(amounts))}
    other = {str(place): Fraction(place) for place in range(len(amounts))}
    assert spearman(one, other, "").value == pytest.approx(1)
    assert spearman(one, {name: -value for name, value in other.items()}, "").value == pytest.approx(-1)
