"""What people write into metrics/*.yaml, and what they are told when it is wrong."""

from collections.abc import Sequence
from textwrap import dedent

import pytest
from jsonschema import Draft202012Validator

from given import given
from trueup.metrics.catalogue_file import CatalogueError, json_schema, load
from trueup.metrics.registry import built_in_facts, built_in_metrics, catalogue

GOOD = """
    - name: big_deals
      label: Big deals
      department: sales
      family: result
      better: higher
      unit: count
      description: Deals won above the threshold.
      fact: closed_deals
      agg: count
      filter: {is_won: true, kind: [new, expansion]}
    """


def problems(text: str, *, file: str = "mine.yaml") -> Sequence[str]:
    with pytest.raises(CatalogueError) as refused:
        load([(file, dedent(text))], facts=built_in_facts())
    return [str(problem) for problem in refused.value.problems]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_metric_is_read_as_written() -> None:
    metric = load([("mine.yaml", dedent(GOOD))], facts=built_in_facts()).metrics["big_deals"]
    assert metric.filter == {"is_won": True, "kind": ("new", "expansion")}
    assert metric.declared == "mine.yaml:2"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (changed("family: result", "family: reslut"), "mine.yaml:5: family: 'reslut' is not possible; did you mean"),
        (changed("agg: count", "agg: cuont"), "mine.yaml:10: agg: 'cuont' is not possible; did you mean count?"),
        (changed("label:", "labell:"), "mine.yaml:3: unknown key 'labell'; did you mean label?"),
        (changed("      unit: count\n", ""), "mine.yaml:2: unit is missing"),
        (changed("closed_deals", "close_deals"), "mine.yaml:9: no fact is called 'close_deals'; did you mean closed_"),
        (changed("agg: count", "agg: ratio"), "mine.yaml:10: numerator is missing: agg ratio needs it"),
        (changed("agg: count", "agg: count\n      minimum_n: none"), "mine.yaml:11: minimum_n: 'none' does not do"),
        (changed("agg: count", "agg: count\n      minimum_n: 0"), "mine.yaml:11: minimum_n: 0 is less than 1"),
        (
            changed("agg: count", "agg: count\n      parameters:\n        deep_discont: 0.3"),
            "mine.yaml:12: the fact closed_deals has no parameter 'deep_discont'; did you mean deep_discount?",
        ),
        (
            changed("agg: count", "agg: count\n      requires:\n        deals: [amnt]\n        dals: [x]"),
            "mine.yaml:13: no canonical table 'dals'; did you mean deals?",
        ),
        (
            changed("agg: count", "agg: count\n      requires:\n        deals: [net_amont]"),
            "mine.yaml:12: deals has no column 'net_amont'; did you mean net_amount?",
        ),
        (changed("name: big_deals", "name: Big Deals"), "mine.yaml:2: name 'Big Deals': write small letters"),
        (changed("name: big_deals", "name: win_rate"), "mine.yaml:2: 'win_rate' is declared already"),
        ("name: x", "mine.yaml:1: unknown section 'name'"),
        ("metrics: 3", "mine.yaml:1: metrics is not a list"),
        ("- just words", "mine.yaml:1: 'just words' is no declaration"),
        ("- name: a\n  label: [", "mine.yaml:"),
        ("- name: a\n  name: b", "mine.yaml:2: not YAML: found duplicate key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_the_nearest_right_word(text: str, told: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        catalogue([("mine.yaml", dedent(text))])
    assert any(str(problem).startswith(told) for problem in refused.value.problems), refused.value.problems


def test_all_problems_of_all_files_are_told_together() -> None:
    wrong = dedent(changed("family: result", "family: reslut"))
    with pytest.raises(CatalogueError) as refused:
        load([("a.yaml", wrong), ("b.yaml", wrong.replace("big_deals", "other"))], facts=built_in_facts())
    assert [problem.file for problem in refused.value.problems] == ["a.yaml", "b.yaml"]


def test_an_empty_file_declares_nothing() -> None:
    assert not load([("mine.yaml", "# later\n")], facts={}).metrics


DEMOS = """
    facts:
      - name: long_demos
        description: Demos, and whether they took longer than a number of minutes.
        credit: participants
        parameters: {minutes: 30}
        columns: {is_long: boolean, minutes_taken: number}
        row_of: interactions
        requires: {interactions: [kind, ended_at]}
        sql: |
          SELECT interaction_id AS fact_key, interaction_id AS credit_id, account_id, occurred_at,
                 date_diff('second', occurred_at, ended_at) / 60.0 AS minutes_taken,
                 date_diff('second', occurred_at, ended_at) > 60 * {minutes} AS is_long
          FROM state.interactions WHERE kind = 'demo' AND occurred_at <= {as_of}
    metrics:
      - name: long_demo_share
        label: Long demos
        department: sales
        family: activity
        better: neither
        unit: ratio
        description: Demos that took long, over demos.
        fact: long_demos
        agg: ratio
        numerator: is_long
        denominator: rows
    """


def test_a_fact_in_sql_is_as_good_as_ours() -> None:
    mine = load([("mine.yaml", dedent(DEMOS))], facts={})
    world = given(
        interactions="""interaction_id account_id kind occurred_at       ended_at
                        d1             acme       demo 2026-05-31T22:30  2026-05-31T23:30
                        d2             acme       demo 2026-06-02T08:00  2026-06-02T08:30""",
        participants="""interaction_id person_id
                        d1             ann
                        d1             bob""",
        people="person_id team\nann north\nbob north",
    )
    options = {"using": mine.facts.values()}
    metric = mine.metrics["long_demo_share"]
    assert world.metric(metric, by="account", **options) == {("acme", "2026-06"): 0.5}
    assert world.metric(metric, by="team", **options) == {("north", "2026-06"): 1.0}
    assert world.metric(metric, settings={"long_demo_share": {"minutes": 20}}, **options) == {("company", "2026-06"): 1}


BIG_WINS = """
    facts:
      - name: wins_by_month
        description: Deals won above an amount, by the month they were won in.
        timing: period
        credit: person
        uses: [closed_deals]
        parameters: {amount: 150, deep_discount: 0.2}
        columns: {is_deep: boolean}
        sql: |
          SELECT d.fact_key, d.account_id, d.person_id, d.credited_on, p.period_kind, p.period_key, d.is_deep
          FROM {closed_deals} AS d JOIN calendar.periods AS p ON d.occurred_on BETWEEN p.first_on AND p.last_on
          WHERE d.is_won AND d.net_amount > {amount}
    metrics:
      - {name: deep_big_wins, label: Deep big wins, department: sales, family: result, better: lower, unit: ratio,
         description: Big wins at a deep discount., fact: wins_by_month, agg: ratio, numerator: is_deep,
         denominator: rows}
    """


def test_a_fact_in_sql_builds_on_ours_and_hands_its_parameters_on() -> None:
    mine = load([("mine.yaml", dedent(BIG_WINS))], facts=built_in_facts())
    world = given(
        deals="""deal_id account_id owner_id outcome created_at        closed_at         list_amount net_amount currency
                 d1      acme       ann      won     2026-05-01T00:00  2026-06-01T00:00  200         180        EUR
                 d2      acme       bob      won     2026-05-01T00:00  2026-06-01T00:00  400         200        EUR
                 d3      acme       bob      won     2026-05-01T00:00  2026-06-01T00:00  400         100        EUR"""
    )
    deep, using = mine.metrics["deep_big_wins"], mine.facts.values()
    assert world.metric(deep, by="person", using=using) == {("ann", "2026-06"): 0, ("bob", "2026-06"): 1}
    lower = {"deep_big_wins": {"deep_discount": 0.1}}
    assert world.metric(deep, by="company", settings=lower, using=using) == {("company", "2026-06"): 1}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{minutes} AS", "{minuts} AS", "sql: {minuts} is no parameter nor a fact of 'uses'; did you mean minutes?"),
        ("FROM state.interactions", "FROM state.interaction", "sql: no canonical table 'interaction'; did you mean"),
        ("SELECT interaction_id", "SELECT FROM interaction_id", "sql, line "),
        ("SELECT interaction_id AS fact_key, ", "SELECT ", "sql: the SELECT yields no fact_key"),
        ("FROM state", "FROM state.deals; SELECT 1 FROM state", "sql: give one SELECT"),
        ("row_of: interactions", "row_of: interaction", "no canonical table 'interaction'; did you mean interactions?"),
        ("is_long: boolean", "is_long: bool", "columns: 'bool' is not possible; did you mean boolean?"),
        ("{as_of}", "{as_of", "sql: "),
    ],
)
def test_what_is_wrong_with_a_fact_in_sql_is_told(old: str, new: str, told: str) -> None:
    assert old in DEMOS
    assert any(told in problem for problem in problems(DEMOS.replace(old, new)))


def test_editors_get_a_schema_that_accepts_what_we_accept() -> None:
    schema = Draft202012Validator(dict(json_schema()))
    assert schema.is_valid([{"name": "x", "label": "X", "department": "sales", "family": "result", "better": "higher",
                             "unit": "count", "description": "x", "fact": "closed_deals", "agg": "count"}])  # fmt: skip
    assert not schema.is_valid([{"name": "x"}])
    assert not schema.is_valid({"metric": []})


def test_our_own_metrics_are_complete() -> None:
    for metric in built_in_metrics().values():
        assert metric.missing.endswith("."), metric.name
        assert metric.description.endswith("."), metric.name
        assert metric.fact in built_in_facts(), metric.name
