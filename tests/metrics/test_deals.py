from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from given import World, given
from told import FACT, Row, Told, share, told


def _closed(deals: str, *, changes: str = "", **parameters: float) -> list[Row]:
    world = given(deals=deals, deal_changes=changes, as_of="2026-06-30", zone="UTC")
    return [*world.rows(FACT["closed_deals"], parameters=parameters)]


def test_a_deal_is_closed_when_it_was_won_or_lost_by_now_on_the_local_day() -> None:
    world = given(
        zone="Europe/Berlin",
        deals="""deal_id  outcome  created_at        closed_at
                 d1       won      2026-01-01T12:00  2026-03-31T22:30
                 d2       lost     2026-01-01T12:00  2026-04-02T12:00
                 d3       open     2026-01-01T12:00  -
                 d4       won      2026-01-01T12:00  2026-07-01T12:00
                 d5       won      2026-01-01T12:00  -""",
    )
    rows = world.rows(FACT["closed_deals"])
    assert told(rows, "is_won", "occurred_on") == {"d1": (True, date(2026, 4, 1)), "d2": (False, date(2026, 4, 2))}
    assert share(rows, "is_won", "rows") == 0.5


def test_the_sales_cycle_is_elapsed_days_with_their_fraction() -> None:
    rows = _closed("""deal_id  outcome  created_at           closed_at
                      d1       won      2026-01-01T12:00:00  2026-01-11T18:00:00
                      d2       won      2026-01-01T12:00:00  2026-01-01T12:00:00.000001
                      d3       won      -                    2026-01-11T18:00:00""")
    assert told(rows, "cycle_days") == {"d1": 10.25, "d2": 1e-6 / 86_400, "d3": None}


def test_exactly_20_percent_is_deep_and_above_list_is_no_discount() -> None:
    rows = _closed("""deal_id   outcome  created_at        closed_at         list_amount  net_amount
                      exactly   won      2026-01-01T12:00  2026-01-11T12:00  100          80
                      almost    won      2026-01-01T12:00  2026-01-11T12:00  100          80.0001
                      cents     won      2026-01-01T12:00  2026-01-11T12:00  0.3          0.24
                      above     won      2026-01-01T12:00  2026-01-11T12:00  100          130
                      gift      won      2026-01-01T12:00  2026-01-11T12:00  100          0
                      free      won      2026-01-01T12:00  2026-01-11T12:00  0            0
                      unlisted  won      2026-01-01T12:00  2026-01-11T12:00  -            80
                      unpriced  won      2026-01-01T12:00  2026-01-11T12:00  100          -""")
    assert told(rows, "is_deep", "has_list_amount", "discount_amount") == {
        "exactly": (True, True, Decimal(20)),
        "almost": (False, True, Decimal("19.9999")),
        "cents": (True, True, Decimal("0.06")),
        "above": (False, True, Decimal(0)),
        "gift": (True, True, Decimal(100)),
        "free": (False, False, None),
        "unlisted": (False, False, None),
        "unpriced": (False, False, None),
    }


def test_what_counts_as_deep_can_be_set() -> None:
    deals = """deal_id  outcome  created_at        closed_at         list_amount  net_amount
               d1       won      2026-01-01T12:00  2026-01-11T12:00  100          70"""
    assert told(_closed(deals, deep_discount=0.3), "is_deep") == {"d1": True}
    assert told(_closed(deals, deep_discount=0.31), "is_deep") == {"d1": False}


def test_money_is_converted_at_the_rate_of_the_closing_day_and_unknown_without_one() -> None:
    world = given(
        currency="EUR",
        zone="UTC",
        fx_rates="""currency  base  valid_from  rate
                    USD       EUR   2026-01-01  0.90
                    USD       EUR   2026-02-01  0.50""",
        deals="""deal_id  outcome  created_at        closed_at         list_amount  net_amount  currency
                 before   won      2025-12-01T12:00  2025-12-31T12:00  100          70          USD
                 january  won      2025-12-01T12:00  2026-01-31T23:59  100          70          USD
                 february won      2025-12-01T12:00  2026-02-01T00:00  100          70          USD
                 ours     won      2025-12-01T12:00  2026-02-01T00:00  100          70          EUR
                 unsaid   won      2025-12-01T12:00  2026-02-01T00:00  100          70          -
                 yen      won      2025-12-01T12:00  2026-02-01T00:00  100          70          JPY""",
    )
    rows = world.rows(FACT["closed_deals"])
    assert told(rows, "list_amount", "discount_amount", "net_amount", "lacks_rate") == {
        "before": (None, None, None, True),
        "january": (Decimal(90), Decimal(27), Decimal(63), False),
        "february": (Decimal(50), Decimal(15), Decimal(35), False),
        "ours": (Decimal(100), Decimal(30), Decimal(70), False),
        "unsaid": (Decimal(100), Decimal(30), Decimal(70), False),
        "yen": (None, None, None, True),
    }
    assert set(told(rows, "is_deep").values()) == {True}


DEAL = """deal_id  owner_id  outcome  created_at           closed_at
          d1       now       won      2026-01-01T12:00:00  2026-03-01T12:00:00"""


def _deals(names: Iterable[str]) -> str:
    """Deals of that name, all alike the one above."""
    header, row = DEAL.split("\n")
    return "\n".join([header, *(row.replace("d1", name) for name in names)])


def test_a_deal_belongs_to_its_owner_at_closing() -> None:
    owners = {
        "never-changed": "now",
        "before": "bob",
        "at-closing": "bob",
        "just-after": "ann",
        "twice-before": "cid",
        "before-and-after": "bob",
        "twice-after": "eve",
        "same-instant": "bob",
        "from-nobody": "now",
        "other-field": "now",
    }
    rows = _closed(
        _deals(owners),
        changes="""deal_id           changed_at                  field  old_value  new_value  _seq
                   before            2026-02-01T12:00:00         owner  ann        bob        1
                   at-closing        2026-03-01T12:00:00         owner  ann        bob        1
                   just-after        2026-03-01T12:00:00.000001  owner  ann        bob        1
                   twice-before      2026-02-10T12:00:00         owner  bob        cid        1
                   twice-before      2026-02-01T12:00:00         owner  ann        bob        1
                   before-and-after  2026-02-01T12:00:00         owner  ann        bob        1
                   before-and-after  2026-03-10T12:00:00         owner  bob        cid        1
                   twice-after       2026-03-10T12:00:00         owner  ann        bob        1
                   twice-after       2026-03-02T12:00:00         owner  eve        ann        1
                   same-instant      2026-02-01T12:00:00         owner  cid        bob        2
                   same-instant      2026-02-01T12:00:00         owner  ann        cid        1
                   from-nobody       2026-03-10T12:00:00         owner  -          bob        1
                   other-field       2026-02-01T12:00:00         stage  open       won        1""",
    )
    assert told(rows, "person_id") == owners


def test_negotiated_means_lowered_twice_after_the_first_quote() -> None:
    expected = {
        "told": (2, True),
        "raised": (1, False),
        "untold": (2, True),
        "mended": (2, True),
        "quoted": (0, False),
        "by-little": (2, True),
        "as-numbers": (1, False),
        "unchanged": (2, True),
        "unreadable": (2, True),
    }
    rows = _closed(
        _deals(expected),
        changes="""deal_id     changed_at           field   old_value  new_value
                   told        2026-02-01T12:00:00  amount  100        90
                   told        2026-03-01T12:00:00  amount  90         80
                   raised      2026-02-01T12:00:00  amount  100        90
                   raised      2026-03-01T12:00:00  amount  90         95
                   untold      2026-02-02T12:00:00  amount  -          90
                   untold      2026-02-03T12:00:00  amount  -          80
                   untold      2026-02-01T12:00:00  amount  -          100
                   mended      2026-02-01T12:00:00  amount  -          100
                   mended      2026-02-02T12:00:00  amount  -          90
                   mended      2026-02-03T12:00:00  amount  95         91
                   quoted      2026-02-01T12:00:00  amount  -          100
                   by-little   2026-02-01T12:00:00  amount  1000.00    999.9999
                   by-little   2026-02-02T12:00:00  amount  999.9999   999.9998
                   as-numbers  2026-02-01T12:00:00  amount  100        9
                   as-numbers  2026-02-02T12:00:00  amount  9          10
                   unchanged   2026-02-01T12:00:00  amount  100        90
                   unchanged   2026-02-02T12:00:00  amount  90         90
                   unchanged   2026-02-03T12:00:00  amount  -          80
                   unreadable  2026-02-01T12:00:00  amount  100        90
                   unreadable  2026-02-02T12:00:00  amount  90         tbd
                   unreadable  2026-02-03T12:00:00  amount  -          80""",
    )
    assert told(rows, "lowered_count", "is_negotiated") == expected
    assert all(row["has_price_history"] for row in rows)


def test_a_price_changed_after_closing_is_no_history() -> None:
    (row,) = _closed(
        DEAL,
        changes="""deal_id  changed_at                  field   old_value  new_value
                   d1       2026-03-01T12:00:00.000001  amount  100        90
                   d1       2026-03-02T12:00:00         amount  90         80
                   d1       2026-02-02T12:00:00         stage   90         80""",
    )
    assert (row["has_price_history"], row["is_negotiated"]) == (False, False)


def test_how_often_it_takes_can_be_set() -> None:
    changes = """deal_id  changed_at        field   old_value  new_value
                 d1       2026-02-01T12:00  amount  100        90"""
    assert told(_closed(DEAL, changes=changes, lowered_times=1), "is_negotiated") == {"d1": True}


def test_full_value_is_neither_deep_nor_negotiated_where_both_are_known() -> None:
    rows = _closed(
        """deal_id  outcome  created_at        closed_at         list_amount  net_amount
           full     won      2026-01-01T12:00  2026-03-01T12:00  100          95
           deep     won      2026-01-01T12:00  2026-03-01T12:00  100          75
           haggled  won      2026-01-01T12:00  2026-03-01T12:00  100          95
           unlisted won      2026-01-01T12:00  2026-03-01T12:00  -            95
           untold   won      2026-01-01T12:00  2026-03-01T12:00  100          95""",
        changes="""deal_id   changed_at        field   old_value  new_value
                   full      2026-02-01T12:00  amount  -          95
                   deep      2026-02-01T12:00  amount  -          75
                   haggled   2026-02-01T12:00  amount  100        97
                   haggled   2026-02-02T12:00  amount  97         95
                   unlisted  2026-02-01T12:00  amount  -          95""",
    )
    assert told(rows, "is_full_value", "is_value_known") == {
        "full": (True, True),
        "deep": (False, True),
        "haggled": (False, True),
        "unlisted": (False, False),
        "untold": (False, False),
    }
    assert share(rows, "is_full_value", "is_value_known") == 1 / 3


def _referred(world: World) -> Told:
    return told(world.rows(FACT["closed_deals"]), "is_referred")


def test_a_deal_traces_to_a_referral_by_its_lead_or_by_its_account() -> None:
    world = given(
        deals="""deal_id   account_id  kind  outcome  created_at        closed_at         lead_id
                 by-lead   a           new   won      2026-01-10T12:00  2026-03-01T12:00  l1
                 of-lead   b           new   won      2026-01-10T12:00  2026-03-01T12:00  -
                 other     c           new   won      2026-01-10T12:00  2026-03-01T12:00  l3
                 in-time   d           new   won      2026-01-10T12:00  2026-03-01T12:00  -
                 too-late  e           new   won      2026-01-10T12:00  2026-03-01T12:00  -
                 reviewed  f           new   won      2026-01-10T12:00  2026-03-01T12:00  -
                 nobody    -           new   won      2026-01-10T12:00  2026-03-01T12:00  -""",
        leads="""lead_id  created_at        deal_id  referral_id
                 l1       2026-01-01T12:00  -        p9
                 l2       2026-01-01T12:00  of-lead  p9
                 l3       2026-01-01T12:00  other    -""",
        promotions="""promotion_id  occurred_at       kind      referred_account_id
                      p1            2026-01-10T12:00  referral  d
                      p2            2026-01-20T12:00  referral  d
                      p3            2026-01-10T12:01  referral  e
                      p4            2026-01-01T12:00  review    f
                      p5            2026-01-01T12:00  referral  -""",
    )
    assert {deal for deal, is_referred in _referred(world).items() if is_referred} == {"by-lead", "of-lead", "in-time"}
