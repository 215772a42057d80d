from dataclasses import replace

from trueup.metrics.fact import Fact
from trueup.metrics.metric import Metric
from trueup.metrics.readiness import Delivered, Readiness, needs, readiness
from trueup.metrics.registry import built_in_facts, built_in_metrics


def _nothing(_: object) -> None:
    raise AssertionError("readiness looks at declarations, not at tables")


ISSUES = Fact("issues", "issues", _nothing, credit="person", requires={"cases": ("opened_at", "issue_key")})  # type: ignore[arg-type]
LENGTHS = Fact(
    "lengths", "lengths", _nothing, credit="none", requires={"case_events": ("occurred_at",)}, uses=("issues",)
)  # type: ignore[arg-type]
TALKS = Fact("talks", "talks", _nothing, credit="participants", requires={"interactions": ("occurred_at",)})  # type: ignore[arg-type]
FACTS = {fact.name: fact for fact in (ISSUES, LENGTHS, TALKS)}

PER_ISSUE = Metric(
    "per_issue", "Per issue", "support", "experience", "lower", "ratio", "x", fact="issues", agg="count",
    requires={"cases": ("resolved_at",)}, missing="Export cases with their problem.",
)  # fmt: skip
CASES = Delivered(10, {"opened_at": 10, "issue_key": 10, "resolved_at": 2})
PEOPLE = Delivered(2, {"person_id": 2, "team": 2, "department": 2})


def of(metric: Metric, **delivered: Delivered) -> Readiness:
    [found] = readiness([metric], FACTS, delivered)
    return found


def test_a_metric_is_ready_when_all_it_needs_is_there() -> None:
    assert of(PER_ISSUE, cases=CASES, people=PEOPLE).state == "ready"


def test_a_table_that_was_not_delivered_is_missing_and_the_cure_is_told() -> None:
    found = of(PER_ISSUE, people=PEOPLE)
    assert (found.state, found.because) == ("missing", ("There are no cases.",))
    assert found.cure == "Export cases with their problem."


def test_a_column_that_is_always_empty_is_missing() -> None:
    found = of(PER_ISSUE, cases=Delivered(1200, {"opened_at": 1200, "resolved_at": 5}), people=PEOPLE)
    assert (found.state, found.because) == ("missing", ("None of the 1,200 cases has issue_key.",))


def test_a_column_that_is_mostly_empty_makes_a_partial_number() -> None:
    found = of(PER_ISSUE, cases=Delivered(10, {"opened_at": 10, "issue_key": 4, "resolved_at": 2}), people=PEOPLE)
    assert (found.state, found.because) == ("partly", ("Only 4 of the 10 cases have issue_key.",))


def test_without_teams_the_numbers_lack_those_grains() -> None:
    found = of(PER_ISSUE, cases=CASES, people=Delivered(2, {"person_id": 2, "department": 2}))
    assert (found.state, found.because) == ("partly", ("Nobody of ours has a team: there are no numbers by team.",))
    assert of(replace(PER_ISSUE, grains=("account", "company")), cases=CASES).state == "ready"


def test_without_participants_nobody_is_credited_with_an_interaction() -> None:
    talks = replace(PER_ISSUE, fact="talks", requires={})
    found = of(talks, interactions=Delivered(3, {"occurred_at": 3}), people=PEOPLE)
    assert found.state == "partly"
    assert found.because[0].startswith("No interaction names anyone of ours")


def test_what_the_facts_behind_a_fact_need_is_needed_too() -> None:
    assert needs(replace(PER_ISSUE, fact="lengths"), FACTS) == {
        "cases": ("resolved_at", "opened_at", "issue_key"),
        "case_events": ("occurred_at",),
    }


def test_with_nothing_delivered_every_metric_says_what_it_lacks() -> None:
    for found in readiness(built_in_metrics().values(), built_in_facts(), {}):
        assert (found.state, bool(found.because), bool(found.cure)) == ("missing", True, True), found.metric.name
