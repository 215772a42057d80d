"""What a plan may not say, each in the words in which it is told and with its line; and what it may just say."""

import pytest

from trueup.pay.plan_file import PlanFile, PlanFileError, load

HEAD = """\
plan: sellers
currency: EUR
valid_from: 2026-01-01
components:
"""


def sales(**more: str) -> str:
    """The component of sales with other keys."""
    said = {"credits": "bookings", "aggregation": "per_event", "table": "{kind: step, tiers: [{pays: 0.1}]}", **more}
    return "  - {name: sales, kind: rate, " + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}\n"


SALES = sales()


def target(weight: str, name: str) -> str:
    said = "kind: target, credits: bookings, aggregation: cumulative"
    table = "{kind: step, of: attainment, tiers: [{pays: 1}]}"
    return f"  - {{name: {name}, {said}, weight: {weight}, table: {table}}}\n"


def faults(plan: str) -> list[str]:
    try:
        load([PlanFile("p.yaml", plan)])
    except PlanFileError as error:
        return [str(each) for each in error.problems]
    return []


SPIFF = "  - {{name: race, kind: spiff, credits: bookings, start: 2026-04-01, end: {end}, budget: {budget}, {pays}}}\n"
EXPERIENCE = (
    "  - {{name: cx, kind: experience, metric: nps, every: quarter, modifies: {of}, minimum_n: 5, points: {at}}}\n"
)
ATTAINMENT = "{kind: step, of: attainment, tiers: [{pays: 0.1}]}"
HALF_LATER = "[{after_months: 0, share: 0.5}, {after_months: 3, share: 0.5}]"


@pytest.mark.parametrize(
    ("components", "told"),
    [
        ("  []\n", "p.yaml:4: A plan needs a component."),
        (SALES + SALES, "p.yaml:6: There are two components called sales."),
        (
            "  - {name: guarantee, kind: pool, credits: prize}\n",
            "p.yaml:5: guarantee is the name of the plan's own line.",
        ),
        (
            sales().replace("kind: rate", "kind: target"),
            "p.yaml:5: sales: A target incentive is paid by attainment: give the table 'of: attainment'.",
        ),
        (
            sales(table=ATTAINMENT),
            "p.yaml:5: sales: Attainment is told of a window: aggregate per_period or cumulative.",
        ),
        (target("0", "sales"), "p.yaml:5: sales: A weight is above 0: leave the component out, or give it one."),
        (sales(roles="[]"), "p.yaml:5: sales: Name each role once, and at least one."),
        (sales(roles="[direct, direct]"), "p.yaml:5: sales: Name each role once, and at least one."),
        (
            sales(earned_on="payment", aggregation="cumulative"),
            "p.yaml:5: sales: What is earned as it is paid for is reckoned per_event, without cap or instalments.",
        ),
        (
            sales(earned_on="payment", cap="10"),
            "p.yaml:5: sales: What is earned as it is paid for is reckoned per_event, without cap or instalments.",
        ),
        (
            sales(earned_on="payment", instalments=HALF_LATER),
            "p.yaml:5: sales: What is earned as it is paid for is reckoned per_event, without cap or instalments.",
        ),
        (sales(hold="{share: 0}"), "p.yaml:5: sales: A held share is above 0, and at most 1."),
        (sales(hold="{share: 1.01}"), "p.yaml:5: sales: A held share is above 0, and at most 1."),
        (
            sales(hold="{share: 1}", aggregation="per_period", cap="10", excess="carried"),
            (
                "p.yaml:5: sales: Excess that is carried is of no customer, whose value could release a held share:"
                " forfeit it."
            ),
        ),
        (
            sales(hold="{share: 1}", instalments=HALF_LATER),
            "p.yaml:5: sales: It is held, or paid in instalments: one of the two.",
        ),
        (
            sales(instalments="[{after_months: 0, share: 0.5}, {after_months: 3, share: 0.4}]"),
            "p.yaml:5: sales: The shares of instalments come to 1.",
        ),
        (
            sales(instalments="[{after_months: 3, share: 0.5}, {after_months: 3, share: 0.5}]"),
            "p.yaml:5: sales: Instalments follow each other by month, each with a share above 0.",
        ),
        (
            sales(instalments="[{after_months: 0, share: 1}, {after_months: 3, share: 0}]"),
            "p.yaml:5: sales: Instalments follow each other by month, each with a share above 0.",
        ),
        (
            sales(instalments=HALF_LATER, aggregation="per_period", cap="10", excess="carried"),
            "p.yaml:5: sales: Excess that is carried cannot be paid in instalments: forfeit it.",
        ),
        (
            SALES + EXPERIENCE.format(of="[sold]", at="[{at: 1, gives: 1}]"),
            "p.yaml:6: cx: It modifies sold, which is no component of this plan that pays for credit.",
        ),
        (
            SALES + EXPERIENCE.format(of="[]", at="[{at: 1, gives: 1}]"),
            "p.yaml:6: cx: Say what it modifies: it creates no pay of its own.",
        ),
        (
            SALES + EXPERIENCE.format(of="[sales]", at="[]"),
            "p.yaml:6: cx: Its points rise by value, and there is at least one.",
        ),
        (
            SALES + EXPERIENCE.format(of="[sales]", at="[{at: 1, gives: 1}, {at: 1, gives: 2}]"),
            "p.yaml:6: cx: Its points rise by value, and there is at least one.",
        ),
        (
            SALES + EXPERIENCE.format(of="[sales]", at="[{at: 1, gives: 0}]"),
            "p.yaml:6: cx: A factor is above 0.",
        ),
        (
            SPIFF.format(end="2026-05-01", budget=10, pays="fixed: 1, rate: 0.1"),
            "p.yaml:5: race: It pays a fixed amount for each event, or a rate: one of the two.",
        ),
        (
            SPIFF.format(end="2026-05-01", budget=10, pays="most: 1"),
            "p.yaml:5: race: It pays a fixed amount for each event, or a rate: one of the two.",
        ),
        (
            SPIFF.format(end="2026-04-01", budget=10, pays="fixed: 1"),
            "p.yaml:5: race: It ends before it begins: end is the first day without it.",
        ),
        (
            SPIFF.format(end="2026-05-01", budget=0, pays="fixed: 1"),
            "p.yaml:5: race: Budget and award are above 0.",
        ),
        (
            SPIFF.format(end="2026-05-01", budget=10, pays="fixed: 0"),
            "p.yaml:5: race: Budget and award are above 0.",
        ),
        (SPIFF.format(end="2026-05-01", budget=10, pays="rate: 0"), "p.yaml:5: race: A rate is above 0."),
        (
            SALES + "  - {name: back, kind: clawback, of: [sold], months: 12}\n",
            "p.yaml:6: back: It takes back of sold, which is no component of this plan that pays for credit.",
        ),
        (
            SALES + "  - {name: back, kind: clawback, of: [], months: 12}\n",
            "p.yaml:6: back: Say what it takes back of.",
        ),
        (
            target("0.7", "one") + target("0.31", "two"),
            "p.yaml:4: The weights of components that share the target incentive exceed 1.",
        ),
        (
            SALES + "draw: {minimum: 0, recovers_from: 2026-03, ends: 2026-06}\n",
            "p.yaml:6: A draw's minimum is above 0.",
        ),
        (
            SALES + "draw: {minimum: 1, recovers_from: soon, ends: 2026-06}\n",
            (
                "p.yaml:6: 'soon' is no period here: write 2026-06-14 (day), 2026-W24 (week), 2026-06 (month), 2026-Q2"
                " (quarter), 2026 (year), FY2026-Q2 and FY2026 (fiscal), 2026-06-30/P90D (the 90 days that end there)"
                " or all."
            ),
        ),
        (
            SALES + "draw: {minimum: 1, recovers_from: 2026-03, ends: 2026-Q2}\n",
            "p.yaml:6: 2026-Q2 is no month, as the plan's earning periods are.",
        ),
        (
            SALES + "policy: {offset_share: -0.01}\n",
            "p.yaml:6: offset_share is a share from 0 to 1.",
        ),
        (
            SALES + "policy: {offset_share: 1.01}\n",
            "p.yaml:6: offset_share is a share from 0 to 1.",
        ),
    ],
)
def test_what_a_plan_may_not_say(components: str, told: str) -> None:
    assert faults(HEAD + components) == [told]


@pytest.mark.parametrize(
    "components",
    [
        SALES,
        sales(hold="{share: 0.01}"),
        sales(hold="{share: 1}"),
        sales(earned_on="payment"),
        sales(roles="[direct, split, overlay, rollup]"),
        sales(instalments="[{after_months: 3, share: 0.25}, {after_months: 4, share: 0.75}]"),
        sales(aggregation="per_period", cap="10", excess="carried", reset="quarter"),
        SALES + EXPERIENCE.format(of="[sales]", at="[{at: 1, gives: 0.01}, {at: 2, gives: 1}]"),
        SPIFF.format(end="2026-04-02", budget="0.01", pays="fixed: 0.01"),
        SPIFF.format(end="2026-04-02", budget="0.01", pays="rate: 0.01"),
        # One alone may pay more than the target incentive; together they share it.
        target("1.5", "alone"),
        target("0.7", "one") + target("0.3", "two"),
        SALES + "draw: {minimum: 0.01, recovers_from: 2026-03, ends: 2026-06}\n",
        SALES + "policy: {offset_share: 0}\n",
        SALES + "policy: {offset_share: 1}\n",
    ],
)
def test_what_a_plan_may_just_say(components: str) -> None:
    assert faults(HEAD + components) == []


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        ("fixed: 1", "fixed: 1\n    rate: 0.1", 11),
        ("end: 2026-05-01", "end: 2026-03-01", 9),
        ("budget: 10", "budget: 0", 10),
        ("fixed: 1", "rate: -1", 11),
    ],
)
def test_what_is_wrong_is_found_on_its_line(written: str, instead: str, line: int) -> None:
    race = """\
  - name: race
    kind: spiff
    credits: bookings
    start: 2026-04-01
    end: 2026-05-01
    budget: 10
    fixed: 1
"""
    assert faults(HEAD + race) == []
    (told,) = faults(HEAD + race.replace(written, instead))
    assert told.startswith(f"p.yaml:{line}: race: ")
