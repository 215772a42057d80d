"""What a plan may not say, each in the words in which it is told and with its line; and what it may just say."""

import pytest

from trueup.pay.plan_file import PlanFile, PlanFileError, load

HEAD = """\
plan: sellers
currency: EUR
valid_from: 2026-01-01
components:
"""


def component(kind: str, name: str, **keys: str) -> str:
    """A component with each of its keys on a line of its own."""
    said = {"kind": kind, "name": name, **keys}
    return "  - " + "    ".join(f"{key}: {value}\n" for key, value in said.items())


def sales(**more: str) -> str:
    """The component of sales with other keys."""
    table = "{kind: step, tiers: [{pays: 0.1}]}"
    return component("rate", "sales", **{"credits": "bookings", "aggregation": "per_event", "table": table, **more})


SALES = sales()


def target(weight: str, name: str) -> str:
    table = "{kind: step, of: attainment, tiers: [{pays: 1}]}"
    return component("target", name, credits="bookings", aggregation="cumulative", weight=weight, table=table)


def race(**more: str) -> str:
    """A contest from April on with other keys."""
    end = {"end": "2026-05-01", "budget": "10"}
    return component("spiff", "race", **{"credits": "bookings", "start": "2026-04-01", **end, **more})


def experience(of: str, at: str) -> str:
    return component("experience", "cx", metric="nps", every="quarter", modifies=of, minimum_n="5", points=at)


def returned(of: str) -> str:
    return component("clawback", "back", of=of, months="12")


def draw(minimum: str = "1", recovers_from: str = "2026-03", ends: str = "2026-06") -> str:
    return f"draw:\n  minimum: {minimum}\n  recovers_from: {recovers_from}\n  ends: {ends}\n"


def faults(plan: str) -> list[tuple[str, str]]:
    """What is wrong with a plan, with the key that stands on the line of which it is told."""
    try:
        load([PlanFile("p.yaml", plan)])
    except PlanFileError as error:
        return [(_key(plan.splitlines()[each.line - 1]), each.message) for each in error.problems]
    return []


def _key(line: str) -> str:
    return line.strip(" -").partition(":")[0]


ATTAINMENT = "{kind: step, of: attainment, tiers: [{pays: 0.1}]}"
HALF_LATER = "[{after_months: 0, share: 0.5}, {after_months: 3, share: 0.5}]"


@pytest.mark.parametrize(
    ("components", "key", "told"),
    [
        ("  []\n", "components", "A plan needs a component."),
        (SALES + SALES, "name", "There are two components called sales."),
        (
            component("pool", "guarantee", credits="prize"),
            "name",
            "guarantee is the name of the plan's own line.",
        ),
        (
            sales().replace("kind: rate", "kind: target"),
            "table",
            "sales: A target incentive is paid by attainment: give the table 'of: attainment'.",
        ),
        (
            sales(table=ATTAINMENT),
            "aggregation",
            "sales: Attainment is told of a window: aggregate per_period or cumulative.",
        ),
        (target("0", "sales"), "weight", "sales: A weight is above 0: leave the component out, or give it one."),
        (sales(roles="[]"), "roles", "sales: Name each role once, and at least one."),
        (sales(roles="[direct, direct]"), "roles", "sales: Name each role once, and at least one."),
        (
            sales(earned_on="payment", aggregation="cumulative"),
            "earned_on",
            "sales: What is earned as it is paid for is reckoned per_event, without cap or instalments.",
        ),
        (
            sales(earned_on="payment", cap="10"),
            "earned_on",
            "sales: What is earned as it is paid for is reckoned per_event, without cap or instalments.",
        ),
        (
            sales(earned_on="payment", instalments=HALF_LATER),
            "earned_on",
            "sales: What is earned as it is paid for is reckoned per_event, without cap or instalments.",
        ),
        (sales(hold="{share: 0}"), "hold", "sales: A held share is above 0, and at most 1."),
        (sales(hold="{share: 1.01}"), "hold", "sales: A held share is above 0, and at most 1."),
        (
            sales(hold="{share: 1}", aggregation="per_period", cap="10", excess="carried"),
            "excess",
            "sales: Excess that is carried is of no customer, whose value could release a held share: forfeit it.",
        ),
        (
            sales(hold="{share: 1}", instalments=HALF_LATER),
            "instalments",
            "sales: It is held, or paid in instalments: one of the two.",
        ),
        (
            sales(instalments="[{after_months: 0, share: 0.5}, {after_months: 3, share: 0.4}]"),
            "instalments",
            "sales: The shares of instalments come to 1.",
        ),
        (
            sales(instalments="[{after_months: 3, share: 0.5}, {after_months: 3, share: 0.5}]"),
            "instalments",
            "sales: Instalments follow each other by month, each with a share above 0.",
        ),
        (
            sales(instalments="[{after_months: 0, share: 1}, {after_months: 3, share: 0}]"),
            "instalments",
            "sales: Instalments follow each other by month, each with a share above 0.",
        ),
        (
            sales(instalments=HALF_LATER, aggregation="per_period", cap="10", excess="carried"),
            "excess",
            "sales: Excess that is carried cannot be paid in instalments: forfeit it.",
        ),
        (
            SALES + experience("[sold]", "[{at: 1, gives: 1}]"),
            "modifies",
            "cx: It modifies sold, which is no component of this plan that pays for credit.",
        ),
        (
            SALES + experience("[]", "[{at: 1, gives: 1}]"),
            "modifies",
            "cx: Say what it modifies: it creates no pay of its own.",
        ),
        (
            SALES + experience("[sales]", "[]"),
            "points",
            "cx: Its points rise by value, and there is at least one.",
        ),
        (
            SALES + experience("[sales]", "[{at: 1, gives: 1}, {at: 1, gives: 2}]"),
            "points",
            "cx: Its points rise by value, and there is at least one.",
        ),
        (
            SALES + experience("[sales]", "[{at: 1, gives: 0}]"),
            "points",
            "cx: A factor is above 0.",
        ),
        (
            race(fixed="1", rate="0.1"),
            "fixed",
            "race: It pays a fixed amount for each event, or a rate: one of the two.",
        ),
        (
            race(most="1"),
            "kind",
            "race: It pays a fixed amount for each event, or a rate: one of the two.",
        ),
        (
            race(end="2026-04-01", fixed="1"),
            "end",
            "race: It ends before it begins: end is the first day without it.",
        ),
        (
            race(budget="0", fixed="1"),
            "budget",
            "race: Budget and award are above 0.",
        ),
        (
            race(fixed="0"),
            "budget",
            "race: Budget and award are above 0.",
        ),
        (race(rate="0"), "rate", "race: A rate is above 0."),
        (
            SALES + returned("[sold]"),
            "of",
            "back: It takes back of sold, which is no component of this plan that pays for credit.",
        ),
        (
            SALES + returned("[]"),
            "of",
            "back: Say what it takes back of.",
        ),
        (
            target("0.7", "one") + target("0.31", "two"),
            "components",
            "The weights of components that share the target incentive exceed 1.",
        ),
        (
            SALES + draw(minimum="0"),
            "minimum",
            "A draw's minimum is above 0.",
        ),
        (
            SALES + draw(recovers_from="soon"),
            "recovers_from",
            (
                "'soon' is no period here: write 2026-06-14 (day), 2026-W24 (week), 2026-06 (month), 2026-Q2"
                " (quarter), 2026 (year), FY2026-Q2 and FY2026 (fiscal), 2026-06-30/P90D (the 90 days that end there)"
                " or all."
            ),
        ),
        (
            SALES + draw(ends="2026-Q2"),
            "ends",
            "2026-Q2 is no month, as the plan's earning periods are.",
        ),
        (
            SALES + "policy:\n  offset_share: -0.01\n",
            "offset_share",
            "offset_share is a share from 0 to 1.",
        ),
        (
            SALES + "policy:\n  offset_share: 1.01\n",
            "offset_share",
            "offset_share is a share from 0 to 1.",
        ),
    ],
)
def test_what_a_plan_may_not_say_is_told_on_the_line_that_says_it(components: str, key: str, told: str) -> None:
    assert faults(HEAD + components) == [(key, told)]


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
        SALES + experience("[sales]", "[{at: 1, gives: 0.01}, {at: 2, gives: 1}]"),
        race(end="2026-04-02", budget="0.01", fixed="0.01"),
        race(end="2026-04-02", budget="0.01", rate="0.01"),
        # One alone may pay more than the target incentive; together they share it.
        target("1.5", "alone"),
        target("0.7", "one") + target("0.3", "two"),
        SALES + draw(minimum="0.01"),
        SALES + "policy:\n  offset_share: 0\n",
        SALES + "policy:\n  offset_share: 1\n",
    ],
)
def test_what_a_plan_may_just_say(components: str) -> None:
    assert faults(HEAD + components) == []


def test_of_two_components_of_one_name_the_second_is_one_too_many() -> None:
    plan = HEAD + SALES + component("pool", "team", credits="prize") + SALES
    with pytest.raises(PlanFileError) as told:
        load([PlanFile("p.yaml", plan)])
    assert [str(each) for each in told.value.problems] == ["p.yaml:14: There are two components called sales."]
