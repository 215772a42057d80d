"""Every finding of a look at a plan, as people read it: whole sentences, and from where on they are said."""

from collections.abc import Mapping
from fractions import Fraction

import pytest

from pay.looked_at import YEARLY, plan, rate, target
from trueup.pay.lint import lint
from trueup.pay.lint_findings import Asked, Finding, Told, noise_of
from trueup.pay.plan import Plan
from trueup.units.money import Money
from trueup.units.period import PeriodRules

MONTHLY = "guarantee: {amount: 1000, window: month}\n"
A = target("a", "1")


def step(tiers: str, more: str = YEARLY) -> Plan:
    return rate(f"{{kind: step, tiers: [{tiers}]}}", more)


def slab(tiers: str, more: str = YEARLY) -> Plan:
    return rate(f"{{kind: slab, tiers: [{tiers}]}}", more)


def of(found: Plan, code: str, asked: Asked | None = None) -> list[Finding]:
    return [each for each in lint(found, asked) if each.code == code]


def words(text: str) -> str:
    return " ".join(text.split())


def found_words(found: Plan, expected: str, asked: Asked | None = None) -> list[str]:
    """What is found of the code that an expected text has as its second word, each finding as one text."""
    return [
        f"{each.severity} {each.code} of {each.component or 'the plan'}{each.clause and f' ({each.clause})'}:"
        f" {each.message} {each.cure}"
        for each in of(found, expected.split()[1], asked)
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            slab("{up_to: 1000, pays: 0.1}, {pays: 0.08}", f"{YEARLY}, allows_cliffs: true"),
            """
            error falls of bookings (3.1): At 1,000 pay falls by 20 %: whoever reaches it sells more and is paid
            less.
            Let no tier pay less than the one below it, or make it a step table.
            """,
        ),
        (
            rate("{kind: slab, of: attainment, tiers: [{up_to: 1, pays: 0.05}, {pays: 0.08}]}"),
            """
            error cliff of bookings (3.1): At 100 % of the quota pay jumps by 60 %: one coin decides, and deals are
            moved, split or bought for it.
            Make it a step table, or say 'allows_cliffs: true' if it is meant.
            """,
        ),
        (
            slab("{up_to: 1000, pays: 0.1}, {pays: 0.12}", f"{YEARLY}, allows_cliffs: true"),
            """
            note cliff of bookings (3.1): At 1,000 pay jumps by 20 %. The plan says that this is meant.
            Watch who stands just above the bound, and just below it.
            """,
        ),
        (
            slab("{up_to: 1000, pays: 0.1}, {pays: 0.12}", f"{YEARLY}, refunds: original_lot"),
            """
            warning slab_by_lot of bookings (3.1): A slab with refunds by their lot: the deal that crossed a bound
            returns the whole jump, any other nothing of it, and credit stays as if nothing had come back.
            Say 'refunds: restate', or make it a step table.
            """,
        ),
        (
            step("{up_to: 1000, pays: 0}, {up_to: 2000, pays: 0.1}, {up_to: 3000, pays: 0.3}, {pays: 0.15}"),
            """
            warning no_cap of bookings (3.1): Its last tier pays 1.5 times its first, without end: one windfall, or
            one mistaken deal, is paid in full.
            Give it a cap, the plan a cap, or the table a last tier that pays less.
            """,
        ),
        (
            step("{up_to: 1000, pays: 0}, {pays: 0.1}", "aggregation: per_period"),
            """
            warning period_end of bookings (3.1): A month that misses the first bound pays nothing: its last deals
            are worth more in the next month, and those of the next in this one.
            Let it run over the year, or make the rates more alike.
            """,
        ),
        (
            step("{up_to: 1000, pays: 0.1}, {pays: 0.25}", "aggregation: cumulative, reset: quarter"),
            """
            warning period_end of bookings (3.1): Each quarter starts anew, and a deal is paid up to 2.5 times as
            much as another of the same quarter: it pays to move deals across its end, and to give discounts for it.
            Let it run over the year, or make the rates more alike.
            """,
        ),
        (
            step("{pays: 0.1}", f"{YEARLY}, cap: 900, excess: carried"),
            """
            note carried of bookings (3.1): What its cap cuts opens the next window: the cap puts off, it does not
            limit, and a good window pays for an idle one.
            Say 'excess: forfeited', or say in the plan document why it is carried.
            """,
        ),
    ],
)
def test_what_is_said_of_a_table(found: Plan, expected: str) -> None:
    assert found_words(found, expected) == [words(expected)]


def test_after_a_jump_that_is_small_a_larger_one_is_still_found() -> None:
    """At 1,000 it is 4 on 100, at 2,000 it is 40.80 on 204."""
    found = step("{up_to: 1000, pays: 0.1}, {up_to: 2000, pays: 0.1, flat: 4}, {pays: 0.1, flat: 40.8}")
    assert [each.message.split(":")[0] for each in of(found, "cliff")] == ["At 2,000 pay jumps by 20 %"]


def test_a_table_that_pays_tiers_as_they_fill_is_as_steep_as_what_one_more_unit_is_paid() -> None:
    """10 for the first 100 are a tenth of each, 60 for the next 200 three tenths; it jumps nowhere, and it ends."""
    table = "{kind: interpolated, tiers: [{up_to: 100, pays: 10}, {up_to: 300, pays: 60}]}"
    (found,) = lint(rate(table, "aggregation: per_period"))
    assert found.message.startswith("Each month starts anew, and a deal is paid up to 3 times as much as another")


@pytest.mark.parametrize("aggregation", ["per_event", "per_period", "cumulative, reset: month"])
def test_a_table_that_pays_nothing_tempts_to_nothing(aggregation: str) -> None:
    assert lint(step("{up_to: 100, pays: 0}, {pays: 0}", f"aggregation: {aggregation}")) == ()


def test_a_deal_that_is_paid_for_itself_is_moved_across_no_end_of_a_period() -> None:
    assert lint(step("{up_to: 100, pays: 0.1}, {pays: 0.3}", "aggregation: per_event, cap: 900")) == ()


@pytest.mark.parametrize(
    ("found", "target", "expected"),
    [
        (
            plan(A, head=MONTHLY + "cap: {amount: 12000, window: year}\n"),
            24000,
            """
            error guarantee of the plan: The guarantee reaches the cap: everybody is paid the same whatever they do.
            Lower the guarantee, or raise the cap.
            """,
        ),
        (
            plan(A, head=MONTHLY),
            None,
            """
            note guarantee of the plan: Whether the guarantee leaves anything to earn cannot be told without the pay
            at target.
            Give a year's variable pay at target.
            """,
        ),
        (
            plan(A, head="guarantee: {amount: 4500, window: quarter}\n"),
            12000,
            """
            warning guarantee of the plan: The guarantee is 150 % of the pay at target: below target nothing depends
            on what anybody does.
            Lower it, or let it end after a few months.
            """,
        ),
        (
            plan(A, head="draw: {minimum: 1000, recovers_from: 2026-04, ends: 2028-03}\n"),
            None,
            """
            warning long_draw of the plan: The draw runs for 27 months: what is lifted for so long is a salary, and
            the debt behind it is never recovered.
            End it within 12 months.
            """,
        ),
        (
            plan(A, head="valid_to: 2027-01-01\ndraw: {minimum: 1000, recovers_from: 2027-01, ends: 2026-06}\n"),
            None,
            """
            warning long_draw of the plan: The draw is recovered from 2027-01 on, when the plan is no longer in
            force: nothing ever is.
            Let recovery begin while the plan is in force, or call it a guarantee.
            """,
        ),
        (
            plan(target("a", "0.5"), target("b", "0.25", "b")),
            None,
            """
            warning weights of the plan: The weights come to 75 %: the rest of the target incentive that people
            signed cannot be earned.
            Let the weights come to 1.
            """,
        ),
        (
            plan(A, head="policy: {retro_change: only_favourable}\n"),
            None,
            """
            warning retro of the plan: Changes of the past are to be favourable only, but nobody can tell from when
            on people knew of it.
            Give published_on.
            """,
        ),
        (
            plan(A, head="policy: {retro_change: only_favourable}\npublished_on: 2026-02-01\n"),
            None,
            """
            warning retro of the plan: It is valid from 2026-01-01, and people were told on 2026-02-01: it changes
            what was done already; whoever would get less keeps what the version before pays.
            Let it be valid from the day on which people are told, or later.
            """,
        ),
        (
            plan(A, head="policy: {retro_change: with_payee_consent}\npublished_on: 2026-02-01\n"),
            None,
            """
            warning retro of the plan: It is valid from 2026-01-01, and people were told on 2026-02-01: it changes
            what was done already; it holds from then on for those only who sign it.
            Let it be valid from the day on which people are told, or later.
            """,
        ),
        (
            plan(*(target(name, "1/6", name) for name in "abcdef")),
            None,
            """
            warning many_measures of the plan: It pays on 6 measures (a, b, c, d, e, f): with so many each is worth
            little, and by chance one of them is always good.
            Pay on 5 at most, and show the others.
            """,
        ),
    ],
)
def test_what_is_said_of_a_plan_as_a_whole(found: Plan, target: int | None, expected: str) -> None:
    asked = Asked(target=None if target is None else Money.of(target, "EUR"))
    assert found_words(found, expected, asked) == [words(expected)]


def test_a_draw_is_as_long_as_the_company_counts_its_quarters() -> None:
    """Its year begins in February: the first quarter of 2028 ends with April 2027, 16 months after January 2026."""
    rules = PeriodRules(fiscal_year_start=2)
    head = "period: quarter\ndraw: {minimum: 1000, recovers_from: FY2028-Q2, ends: FY2028-Q1}\n"
    found = plan(A, head=head, rules=rules)
    known = """
        warning long_draw of the plan: The draw runs for 16 months: what is lifted for so long is a salary, and the debt
        behind it is never recovered. End it within 12 months.
    """
    unknown = """
        note long_draw of the plan: How long the draw runs cannot be told: FY2028-Q1 is of another calendar than the
        company's. Look at it where the fiscal year is known.
    """
    assert found_words(found, known, Asked(rules=rules)) == [words(known)]
    assert found_words(found, unknown) == [words(unknown)]


def score(answers: str, low: str = "0.9", high: str = "1.1") -> str:
    """A component that multiplies pay with a score."""
    points = f"points: [{{at: 0, gives: {low}}}, {{at: 50, gives: {high}}}]"
    return (
        f"name: score, clause: '4', kind: experience, metric: nps, every: quarter, modifies: [a], {answers}, {points}"
    )


WELL = "minimum_n: 30, minimum_response: 0.2"
VALUE = "name: value, clause: '5', kind: value"
VERIFIED = {"value": Told(verified_by="unrelated")}
A_FIFTH = {"value": Fraction(1, 5)}


@pytest.mark.parametrize(
    ("component", "told", "mix", "expected"),
    [
        (
            score("minimum_n: 30"),
            {},
            {},
            """
            warning any_response of score (4): nps counts however few of those asked answer: it pays to see that
            only the content are asked, or answer.
            Give a minimum_response; and let the system draw who is asked, not the payee.
            """,
        ),
        (
            score("minimum_n: 29, minimum_response: 0.2"),
            {},
            {},
            """
            warning small_sample of score (4): nps counts from 29 answers on: one of them moves pay, so it pays to
            press for it.
            Give a minimum_n of 30 or more; it is neutral below.
            """,
        ),
        (
            score(WELL, "0.7", "1.3"),
            {},
            {},
            """
            warning strong_factor of score (4): nps multiplies pay with 0.7 to 1.3: a score that is worth so much is
            managed, not earned.
            Keep its factors within 25 % of 1.
            """,
        ),
        (
            score(WELL),
            {"nps": Told(reported_by="payee")},
            {},
            """
            error self_reported of score (4): nps is entered by those who are paid on it.
            Take it from a system of record, or from the customer.
            """,
        ),
        (
            score(WELL),
            {"nps": Told(verified_by="payee")},
            {},
            """
            error own_verification of score (4): nps is verified by those who are paid on it.
            Let somebody unrelated verify it, whom the payee does not choose.
            """,
        ),
        (
            VALUE,
            VERIFIED,
            A_FIFTH,
            """
            warning chosen_customers of value (5): It is paid on those customers only with whom somebody made
            agreements: it pays to agree with those who do well anyway, and to leave out the others.
            Say 'over: all_customers': what agreements pay at target is divided among all customers in the payee's book,
            and those without an agreement or a reading count as none.
            """,
        ),
        (
            VALUE,
            {"value": Told(reported_by="customer")},
            A_FIFTH,
            """
            note own_verification of value (5): Nobody said who verifies its value.
            Say that it is somebody unrelated to the payee; a reading that is not pays nothing.
            """,
        ),
        (
            VALUE,
            VERIFIED,
            {},
            """
            note value_share of value (5): What share of variable pay it is does not follow from the plan. We hold
            10 % to 25 % of variable pay to be sound; that is a hypothesis, published practice is thin.
            Simulate the plan and see its share, or say what it is to be.
            """,
        ),
        (
            VALUE,
            VERIFIED,
            {"value": Fraction(1, 2)},
            """
            warning value_share of value (5): It is 50 % of variable pay, more than its noise allows people to live
            on. We hold 10 % to 25 % of variable pay to be sound; that is a hypothesis, published practice is thin.
            Change the amounts at target, or say why it is meant.
            """,
        ),
        (
            VALUE,
            VERIFIED,
            {"value": Fraction(1, 20)},
            """
            warning value_share of value (5): It is 5 % of variable pay, too little for anybody to work for it. We
            hold 10 % to 25 % of variable pay to be sound; that is a hypothesis, published practice is thin.
            Change the amounts at target, or say why it is meant.
            """,
        ),
        (
            f"{VALUE}, curve: [{{at: 0.25, gives: 0.25}}, {{at: 1, gives: 1}}, {{at: 3, gives: 2.5}}]",
            VERIFIED,
            A_FIFTH,
            """
            warning value_uncapped of value (5): Its curve goes on to 2.5 times the amount at target: as good as no
            cap on what was estimated.
            End the curve at 2 times the amount at target, or less.
            """,
        ),
        (
            f"{target('b', '0.05', 'b')}, clause: '6'",
            {},
            {},
            """
            note weights of b (6): It is 5 % of the target incentive: too little for anybody to work for it.
            Give it 10 % or more, or leave it out.
            """,
        ),
        (
            f"{target('b', '0.05', 'b')}, clause: '6'",
            {"a": Told(noise=Fraction(1)), "b": Told(noise=Fraction(1))},
            {"a": Fraction(1, 5), "b": Fraction(4, 5)},
            """
            warning noisy of b (6): It is 80 % of variable pay, 1.6 times what its noise allows beside the others
            (50 %): people would be paid for luck.
            Give it less weight, measure it better, or over a longer time.
            """,
        ),
    ],
)
def test_what_is_said_of_a_measure(
    component: str, told: Mapping[str, Told], mix: Mapping[str, Fraction], expected: str
) -> None:
    found = plan(target("a", "0.95", "a"), component)
    assert found_words(found, expected, Asked(told=told, mix=mix)) == [words(expected)]


@pytest.mark.parametrize(
    ("low", "high", "is_found"),
    [("0.75", "1.25", False), ("0.74", "1", True), ("1", "1.26", True), ("1", "1", False)],
)
def test_a_factor_of_a_quarter_more_or_less_is_not_too_strong(low: str, high: str, is_found: bool) -> None:  # noqa: FBT001
    assert bool(of(plan(A, score(WELL, low, high)), "strong_factor")) is is_found


def test_a_curve_that_ends_at_twice_the_amount_at_target_is_capped() -> None:
    curve = "curve: [{at: 0.25, gives: 0.25}, {at: 2, gives: 2}]"
    found = plan(f"{VALUE}, over: all_customers, {curve}")
    assert lint(found, Asked(told=VERIFIED, mix=A_FIFTH)) == ()


def test_what_is_taken_back_is_no_measure_of_its_own_and_five_are_not_too_many() -> None:
    five = [target(name, "1/5", name) for name in "abcde"]
    assert lint(plan(*five, "name: left_early, kind: clawback, of: [a], months: 12")) == ()


def test_a_tenth_of_the_target_incentive_is_enough_to_work_for() -> None:
    assert lint(plan(target("a", "0.9"), target("b", "0.1", "b"))) == ()


@pytest.mark.parametrize(("share", "named"), [("3/4", []), ("76/100", ["a"])])
def test_half_as_much_again_as_noise_allows_is_not_yet_too_much(share: str, named: list[str]) -> None:
    """Two measures as noisy as each other should be half of pay each; three quarters are 1.5 times that."""
    found = plan(target("a", "0.5", "a"), target("b", "0.5", "b"))
    mix = {"a": Fraction(share), "b": 1 - Fraction(share)}
    asked = Asked(told={"a": Told(noise=Fraction(2)), "b": Told(noise=Fraction(2))}, mix=mix)
    assert [each.component for each in of(found, "noisy", asked)] == named


def test_a_measure_may_be_wholly_reliable_and_never_more_than_that() -> None:
    assert noise_of(Fraction(1)) == 0
    with pytest.raises(ValueError, match=r"^A reliability of 1\.5 cannot be: it is above 0, and at most 1\.$"):
        noise_of(Fraction(3, 2))
