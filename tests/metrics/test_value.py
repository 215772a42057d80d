"""What customers gained by goals, in money: which claims count, in which month, in whose name, and at which rate."""

from decimal import Decimal

import duckdb
import pytest

from given import World, given
from told import Row, told
from trueup.metrics import calendars
from trueup.metrics.metric import GRAINS
from trueup.metrics.registry import built_in_facts

ACCOUNTS = """account_id  owner_id  segment
              acme        ann       smb
              globex      bob       large
              initech     bob       smb
              umbra       -         -"""
PEOPLE = """person_id  team   department  active_from  active_to
            ann        north  sales       -            2026-05-15
            ann        south  success     2026-05-16   -
            bob        south  success     -            -"""
RATES = """currency  base  valid_from  rate
           USD       EUR   2026-01-01  0.8
           USD       EUR   2026-05-01  0.9
           EUR       GBP   2026-01-01  0.8"""
CLAIMS = """claim_id  goal_id  account_id  measure  lever      ended_on    point    low     currency  state      counts
            c1        g1       acme        otif     portal     2026-04-30  1000.00  400.00  USD       confirmed  true
            c2        g1       acme        otif     portal     2026-05-01  1000.00  400.00  USD       claimed    true
            c3        g2       acme        dso      portal     2026-05-31  -300.00  0.00    EUR       confirmed  true
            c4        g3       globex      otif     portal     2026-05-31  200.00   0.00    GBP       disputed   true
            c5        g4       globex      dso      workshops  2026-05-15  9999.00  0.00    EUR       confirmed  false
            c6        g5       initech     otif     -          2026-05-16  500.00   100.00  -         confirmed  true
            c7        g6       initech     dso      portal     2026-06-30  -80.00   0.00    EUR       claimed    true
            c8        g7       umbra       otif     portal     2026-06-30  70.00    7.00    CHF       confirmed  true"""
"""A pound is worth 1.25 euros; of francs no rate is known."""
REFERENCE = {
    "value_delivered": ("sum(point * rate)", "NULL", "count(rate)"),
    "certain_value": ("sum(low * rate)", "NULL", "count(rate)"),
    "verified_share": (
        "sum(CASE WHEN state = 'confirmed' AND point > 0 THEN point ELSE 0 END * rate)",
        "sum(greatest(point, 0) * rate)",
        "count(CASE WHEN point > 0 THEN rate END)",
    ),
}
"""Above the line, below it, and of how many claims: in plain SQL, written from the definitions."""
BY_HAND = """
WITH counted AS (
    SELECT c.*, a.owner_id, a.segment, CASE coalesce(c.currency, 'EUR')
        WHEN 'EUR' THEN 1
        WHEN 'USD' THEN (SELECT arg_max(r.rate, r.valid_from) FROM fx_rates r
                         WHERE r.currency = 'USD' AND r.valid_from <= ended_on)
        WHEN 'GBP' THEN (SELECT 1 / arg_max(r.rate, r.valid_from) FROM fx_rates r
                         WHERE r.base = 'GBP' AND r.valid_from <= ended_on)
        END AS rate
    FROM claims c JOIN accounts a USING (account_id) WHERE counts
), placed AS (
    SELECT *, strftime(ended_on, '%Y-%m') AS month, {entity} AS entity FROM counted c LEFT JOIN people p
    ON p.person_id = c.owner_id AND ended_on BETWEEN coalesce(active_from, DATE '1900-01-01')
                                             AND coalesce(active_to, DATE '2900-01-01')
)
SELECT entity, month, CAST({above} AS DOUBLE), CAST({below} AS DOUBLE), {n} FROM placed WHERE entity IS NOT NULL
GROUP BY ALL HAVING {n} > 0 ORDER BY ALL
"""
"""Where there is nothing to count there is no row: a count missing reads 0, a share missing reads null."""
ENTITY = {"company": "'company'", "account": "account_id", "person": "owner_id", "segment": "segment", "team": "team",
          "department": "department"}  # fmt: skip


def customers(claims: str = CLAIMS, *, currency: str = "EUR") -> World:
    return given(accounts=ACCOUNTS, people=PEOPLE, fx_rates=RATES, value_claims=claims, currency=currency)


def claims_of(world: World) -> list[Row]:
    return list(world.rows(built_in_facts()["value_claims"]))


def by_hand(world: World, metric: str, grain: str) -> list[tuple[str, str, float | None, float | None, int]]:
    """Entity, month, above and below the line, and how many claims; by a connection that knows only the rows."""
    connection = duckdb.connect()
    tables = {name: f"state.{name}" for name in ("accounts", "people", "fx_rates")}
    for name, kept in {**tables, "claims": "calendar.value_claims"}.items():
        connection.register(name, world.engine.query(f"SELECT * FROM {kept}"))
    above, below, n = REFERENCE[metric]
    return connection.execute(BY_HAND.format(entity=ENTITY[grain], above=above, below=below, n=n)).fetchall()


@pytest.mark.parametrize("grain", ENTITY)
@pytest.mark.parametrize("metric", REFERENCE)
def test_each_number_is_what_plain_sql_makes_of_the_claims(metric: str, grain: str) -> None:
    assert grain in GRAINS
    world = customers()
    expected = {(entity, month): numbers for entity, month, *numbers in by_hand(world, metric, grain)}
    cells = {(row["entity"], row["period"]): row for row in world.cells(metric, by=grain)}  # type: ignore[arg-type]
    assert cells.keys() == expected.keys()
    assert len(cells) >= 2
    for key, (above, below, n) in expected.items():
        cell = cells[key]
        assert cell["n"] == n, key
        if metric == "verified_share":
            assert (cell["numerator"], cell["denominator"]) == (pytest.approx(above), pytest.approx(below)), key
            assert cell["value"] == pytest.approx(above / below), key
        else:
            assert cell["value"] == pytest.approx(above), key


def test_amounts_are_converted_at_the_rate_in_force_on_the_last_day_compared() -> None:
    rows = claims_of(customers())
    assert told(rows, "value", "certain_value") == {
        "c1": (Decimal(800), Decimal(320)),
        "c2": (Decimal(900), Decimal(360)),
        "c3": (Decimal(-300), Decimal(0)),
        "c4": (Decimal(250), Decimal(0)),
        "c6": (Decimal(500), Decimal(100)),
        "c7": (Decimal(-80), Decimal(0)),
        "c8": (None, None),
    }
    assert [row["fact_key"] for row in rows if row["lacks_rate"]] == ["c8"]


def test_without_a_currency_an_amount_is_in_the_workspaces_own() -> None:
    found = told(claims_of(customers(currency="USD")), "value", "lacks_rate")
    assert found["c6"] == (Decimal(500), False)
    assert found["c1"] == (Decimal(1000), False)
    # A euro is quoted against the dollar only the other way round.
    assert found["c3"] == (pytest.approx(Decimal(-300) / Decimal("0.9"), rel=Decimal("1e-9")), False)


def test_a_claim_that_does_not_count_is_in_none_of_the_numbers() -> None:
    assert "c5" not in told(claims_of(customers()), "value")
    alone = customers("\n".join(line for line in CLAIMS.splitlines() if "claim_id" in line or "c5" in line))
    for metric in REFERENCE:
        assert alone.cells(metric) == []


def test_what_was_lost_lowers_the_value_and_is_left_out_of_the_verified_share_on_both_sides() -> None:
    world = customers()
    [may] = [row for row in world.cells("value_delivered", by="account") if row["entity"] == "acme"][1:]
    assert (may["period"], may["value"], may["n"]) == ("2026-05", 600, 2)
    [share] = [row for row in world.cells("verified_share", by="account") if row["entity"] == "acme"][1:]
    assert (share["period"], share["value"], share["numerator"], share["denominator"]) == ("2026-05", 0, 0, 900)


def test_the_verified_share_counts_neither_what_only_we_claim_nor_what_is_disputed_as_verified() -> None:
    shares = customers().metric("verified_share", by="account")
    assert shares["acme", "2026-04"] == 1
    assert shares["acme", "2026-05"] == 0
    assert shares["globex", "2026-05"] == 0
    assert shares["initech", "2026-05"] == 1
    assert customers().metric("verified_share")["company", "2026-05"] == pytest.approx(500 / (900 + 250 + 500))


def test_a_share_of_nothing_gained_is_never_nought_and_the_loss_is_still_told() -> None:
    world = customers()
    assert world.metric("value_delivered", by="account")["initech", "2026-06"] == -80
    assert world.metric("certain_value", by="account")["initech", "2026-06"] == 0
    # No row is how a ratio over nothing is null.
    assert ("initech", "2026-06") not in world.metric("verified_share", by="account")
    assert ("company", "2026-06") not in world.metric("verified_share")


def test_a_claim_falls_on_its_last_day_and_goes_to_who_owned_the_account_and_their_team_then() -> None:
    world = customers()
    assert told(claims_of(world), "person_id")["c8"] is None
    by_team = world.metric("value_delivered", by="team")
    # Ann moved from north to south on 16 May.
    assert by_team["north", "2026-04"] == 800
    assert by_team["north", "2026-05"] == 900
    assert by_team["south", "2026-05"] == -300 + 250 + 500
    assert world.metric("value_delivered", by="person")["ann", "2026-05"] == 600
    assert world.metric("value_delivered", period="quarter") == {("company", "2026-Q2"): 800 + 600 + 750 - 80}


def test_before_anything_was_compared_there_are_no_numbers() -> None:
    world = given(accounts=ACCOUNTS, people=PEOPLE)
    assert world.engine.query("SELECT * FROM calendar.value_claims").schema.equals(calendars.VALUE_CLAIM_SCHEMA)
    for metric in REFERENCE:
        assert world.metric(metric) == {}
