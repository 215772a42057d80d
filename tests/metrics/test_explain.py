from given import World, given
from trueup.metrics.explain import Explanation, explain
from trueup.metrics.metric import Grain, Metric
from trueup.units.period import parse_period

DEALS = """deal_id account_id owner_id kind outcome created_at        closed_at         list_amount net_amount currency
           d1      acme       ann      new  won     2026-03-01T00:00  2026-05-10T00:00  100         90         EUR
           d2      acme       bob      new  lost    2026-03-01T00:00  2026-06-10T00:00  200         100        EUR
           d3      globex     bob      new  won     2026-03-01T00:00  2026-06-12T00:00  -           100        EUR
           d4      globex     bob      new  won     2026-03-01T00:00  2026-06-30T00:00  100         70         EUR"""


def company(**tables: str) -> World:
    return given(
        accounts="account_id segment\nacme small\nglobex large",
        people="person_id team department\nann north sales\nbob south sales\ncy south sales",
        **tables,
    )


def explained(world: World, metric: str | Metric, by: Grain, entity: str, key: str) -> Explanation:
    period = parse_period(key)
    name = metric if isinstance(metric, str) else metric.name
    [bound] = [
        bound for bound in world.compute([world.known(metric)], grains=[by]).metrics if bound.metric.name == name
    ]
    return explain(bound, grain=by, entity=entity, period=period, kind=str(period.kind))


def counted(world: World, explanation: Explanation) -> dict[str, str]:
    rows = world.engine.query(explanation.rows_sql).to_pylist()
    return {row["fact_key"]: row["counted_as"] for row in rows}


def test_the_rows_behind_a_ratio_say_which_side_they_are_on() -> None:
    world = company(deals=DEALS)
    behind = explained(world, "win_rate", "team", "south", "2026-Q2")
    assert counted(world, behind) == {
        "d2": "denominator",
        "d3": "numerator and denominator",
        "d4": "numerator and denominator",
    }
    assert behind.formula == "sum of is_won / number of rows, over rows of closed_deals"


def test_a_row_of_one_canonical_table_is_traced_to_the_delivered_file() -> None:
    world = company(
        deals=[{"deal_id": "d1", "account_id": "acme", "outcome": "won", "closed_at": "2026-06-01T10:00",
                "created_at": "2026-05-01T10:00", "source": "crm", "_raw": "deals.csv", "_row": 17}]
    )  # fmt: skip
    [row] = world.engine.query(explained(world, "win_rate", "company", "company", "2026-06").rows_sql).to_pylist()
    assert (row["source"], row["raw_table"], row["raw_row"]) == ("crm", "deals.csv", 17)


def test_rows_that_the_metric_does_not_measure_are_shown_as_such() -> None:
    world = company(deals=DEALS)
    behind = explained(world, "sales_cycle_days", "account", "globex", "2026-06")
    assert counted(world, behind) == {"d3": "measured", "d4": "measured"}
    assert "the median of cycle_days" in behind.formula


def test_the_parts_computed_for_the_explanation_are_those_of_the_cell() -> None:
    world = company(deals=DEALS)
    [cell] = world.cells("discount_depth", by="segment", period="2026-06")[:1]
    behind = explained(world, "discount_depth", "segment", cell["entity"], "2026-06")
    [parts] = world.engine.query(behind.cell_sql).to_pylist()
    assert float(parts["discount_depth__numerator"]) == cell["numerator"]
    assert float(parts["discount_depth__denominator"]) == cell["denominator"]


def test_a_referral_that_still_has_to_wait_is_pending() -> None:
    world = company(
        promotions="""promotion_id account_id occurred_at       kind     referred_account_id
                      p1           acme       2025-06-01T00:00  referral globex
                      p2           acme       2026-06-01T00:00  referral globex"""
    )
    behind = explained(world, "referral_conversion_rate", "account", "acme", "2026-06")
    assert counted(world, behind) == {"p2": "pending"}


def test_facts_of_a_period_are_those_of_that_period() -> None:
    world = company(
        contracts="""contract_id account_id starts_on   ends_on     amount currency
                     c1          acme       2026-01-01  2026-12-31  365    EUR
                     c2          globex     2026-06-01  2026-12-31  365    EUR"""
    )
    assert set(counted(world, explained(world, "revenue", "company", "company", "2026-05"))) == {"c1"}
    assert set(counted(world, explained(world, "revenue", "company", "company", "2026-Q2"))) == {"c1", "c2"}
