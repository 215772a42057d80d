"""On which days somebody is on which version of a plan."""

from pay.paying import facts, plans_of
from trueup.pay.plan import in_order
from trueup.pay.stints import stints

PLAN = """
    plan: sales
    currency: USD
    valid_from: 2026-02-01
    components: [{name: pool, kind: pool, credits: prize}]
"""
LATER = PLAN.replace("valid_from: 2026-02-01", "valid_from: 2026-05-01\n    valid_to: 2026-09-01")


def on_it(*assignments: str) -> list[tuple[str, str]]:
    """The days of Ann's stints on the two versions, by her assignments."""
    rows = "\n".join(f"ann sales {days}" for days in assignments)
    versions = in_order(plans_of(PLAN.replace("2026-02-01", "2026-02-01\n    valid_to: 2026-09-01"), LATER))
    found = stints(facts(assignments=f"payee plan start end\n{rows}").assignments, versions)
    return [(str(stint.start), str(stint.end)) for stint in found.get("ann", ())]


def test_a_stint_is_the_days_on_which_both_the_assignment_and_the_version_hold() -> None:
    assert on_it("2026-01-01 -") == [("2026-02-01", "2026-05-01"), ("2026-05-01", "2026-09-01")]
    assert on_it("2026-03-10 2026-05-02") == [("2026-03-10", "2026-05-01"), ("2026-05-01", "2026-05-02")]
    assert on_it("2026-06-01 2026-07-01", "2026-02-10 2026-05-01") == [
        ("2026-02-10", "2026-05-01"),
        ("2026-06-01", "2026-07-01"),
    ]


def test_who_leaves_on_the_plans_first_day_or_begins_on_its_last_was_never_on_it() -> None:
    assert on_it("2026-01-01 2026-02-01") == []
    assert on_it("2026-09-01 -") == []
    assert on_it("2026-04-30 2026-05-01") == [("2026-04-30", "2026-05-01")]
