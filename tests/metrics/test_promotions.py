from datetime import date

from given import World, given
from told import FACT, Told, of_period, share, told

ACCOUNTS = """account_id  industry       owner_id
              acme        steel          ann
              globex      Steel          bob
              initech     software       ann
              umbra       -              bob"""
CONTRACTS = """contract_id  account_id  starts_on   ends_on     cancelled_on
               c1           acme        2026-01-01  2026-12-31  -
               c2           globex      2026-01-01  2026-12-31  2026-05-01
               c3           initech     2026-04-30  2026-05-01  -"""


def _customers(promotions: str, *, as_of: str = "2026-06-30") -> World:
    return given(accounts=ACCOUNTS, contracts=CONTRACTS, promotions=promotions, as_of=as_of)


def test_active_customers_are_counted_whether_they_speak_for_us_or_not() -> None:
    world = _customers("""promotion_id  account_id  occurred_at       kind
                          p1            acme        2026-04-10T10:00  referral
                          p2            acme        2026-04-11T10:00  review
                          p3            globex      2026-04-12T10:00  case_study
                          p4            umbra       2026-04-13T10:00  referral""")
    april = of_period(world.rows(FACT["customer_promotions"]), "2026-04")
    assert told(april, "promotions", "has_referral", "has_promotion") == {
        "acme": (2, True, True),
        "globex": (1, False, True),
        "initech": (0, False, False),
    }
    assert share(april, "has_referral", "rows") == 1 / 3
    assert share(april, "promotions", "rows") == 1
    assert share(april, "has_promotion", "rows") == 2 / 3


def test_a_customer_that_cancels_on_the_first_of_may_is_not_active_in_may() -> None:
    world = _customers("""promotion_id  account_id  occurred_at       kind
                          p1            globex      2026-05-10T10:00  referral""")
    may = of_period(world.rows(FACT["customer_promotions"]), "2026-05")
    assert told(may, "promotions") == {"acme": 0, "initech": 0}


def test_a_promotion_belongs_to_the_local_month_and_the_owner_is_looked_up_on_the_last_day() -> None:
    world = _customers(
        """promotion_id  account_id  occurred_at          kind
                          p1            acme        2026-04-30T22:30:00  mention
                          p2            acme        2026-06-15T09:00:01  mention""",
        as_of="2026-06-15T11:00:00",
    )
    rows = world.rows(FACT["customer_promotions"])
    assert told(of_period(rows, "2026-04"), "promotions")["acme"] == 0
    assert told(of_period(rows, "2026-05"), "promotions", "credited_on", "person_id")["acme"] == (
        1,
        date(2026, 5, 31),
        "ann",
    )
    assert told(of_period(rows, "2026-06"), "promotions", "credited_on")["acme"] == (0, date(2026, 6, 15))


def test_a_promotion_is_heard_in_the_own_industry_whatever_the_capitals_and_unknown_where_one_is_blank() -> None:
    world = _customers("""promotion_id  account_id  occurred_at       kind      reached_industry
                          p1            acme        2026-04-10T10:00  review    STEEL
                          p2            globex      2026-04-10T10:00  review    software
                          p3            initech     2026-04-10T10:00  review    -
                          p4            umbra       2026-04-10T10:00  review    steel
                          p5            -           2026-04-10T10:00  review    steel""")
    rows = world.rows(FACT["promotions"])
    assert told(rows, "is_in_industry", "is_industry_known") == {
        "p1": (True, True),
        "p2": (False, True),
        "p3": (False, False),
        "p4": (False, False),
        "p5": (False, False),
    }
    assert share(rows, "is_in_industry", "is_industry_known") == 0.5


REFERRALS = """promotion_id  account_id  occurred_at          kind      referred_account_id
               r1            acme        2026-01-01T12:00:00  referral  newco
               r2            acme        2026-01-01T12:00:00  referral  -
               r3            globex      2026-01-02T12:00:01  referral  newco
               r4            acme        2026-01-01T12:00:00  review    newco"""


def _conversions(deals: str, *, as_of: str = "2026-07-02T12:00:00", conversion_days: int = 180) -> Told:
    world = given(accounts=ACCOUNTS, promotions=REFERRALS, deals=deals, as_of=as_of, zone="UTC")
    rows = world.rows(FACT["referrals"], parameters={"conversion_days": conversion_days})
    return told(rows, "is_converted", "is_mature")


def test_a_referral_converts_at_the_very_end_of_its_180_days() -> None:
    won = """deal_id  account_id  outcome  created_at           closed_at
             d1       newco       won      2026-01-05T12:00:00  2026-06-30T12:00:00"""
    assert _conversions(won) == {"r1": (True, True), "r2": (False, True), "r3": (True, True)}


def test_a_referral_does_not_convert_a_microsecond_after_its_180_days() -> None:
    won = """deal_id  account_id  outcome  created_at           closed_at
             d1       newco       won      2026-01-05T12:00:00  2026-06-30T12:00:00.000001"""
    assert _conversions(won)["r1"] == (False, True)


def test_a_win_before_the_referral_or_at_its_very_moment_disqualifies() -> None:
    deals = """deal_id  account_id  kind     outcome  created_at           closed_at
               d1       newco       renewal  won      2025-12-01T12:00:00  2026-01-01T12:00:00
               d2       newco       new      won      2026-01-05T12:00:00  2026-02-01T12:00:00"""
    assert _conversions(deals)["r1"] == (False, True)
    assert _conversions(deals)["r3"] == (False, True)


def test_a_referral_is_pending_until_its_180_days_are_over_even_when_the_win_has_come() -> None:
    won = """deal_id  account_id  outcome  created_at           closed_at
             d1       newco       won      2026-01-05T12:00:00  2026-02-01T12:00:00"""
    before = _conversions(won, as_of="2026-06-30T11:59:59.999999")
    assert before["r1"] == (True, False)
    assert _conversions(won, as_of="2026-06-30T12:00:00")["r1"] == (True, True)


def test_a_win_after_the_as_of_moment_is_not_known_yet() -> None:
    won = """deal_id  account_id  outcome  created_at           closed_at
             d1       newco       won      2026-01-05T12:00:00  2026-01-20T12:00:00"""
    assert _conversions(won, as_of="2026-01-15T12:00:00", conversion_days=10)["r1"] == (False, True)


def test_reviews_are_no_referrals_and_other_waiting_times_can_be_asked_for() -> None:
    won = """deal_id  account_id  outcome  created_at           closed_at
             d1       newco       won      2026-01-05T12:00:00  2026-02-10T12:00:00"""
    assert _conversions(won, conversion_days=30) == {"r1": (False, True), "r2": (False, True), "r3": (False, True)}
