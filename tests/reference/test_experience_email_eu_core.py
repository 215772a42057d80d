"""Mail of a European research institution (SNAP email-Eu-core): waiting spells and contacts, in plain SQL.

Half of the people are taken for ours, each of the others for a customer. The file counts seconds from an unknown day:
elapsed hours can be had, business hours cannot.
"""

from functools import cache
from pathlib import Path

import pytest

from given import World, given
from shared_data import shared_data
from trueup.metrics.calendars import credited_people
from trueup.metrics.registry import built_in_facts

pytestmark = pytest.mark.shared

LEGS = """
CREATE TABLE legs AS
SELECT row_number() OVER () AS leg, sender, recipient, TIMESTAMP '2001-01-01' + to_seconds(second) AS sent_at
FROM read_csv('{file}', delim = ' ', header = false, columns = {{sender: INT, recipient: INT, second: BIGINT}})
"""
ACROSS = """
CREATE TABLE mails AS
SELECT leg, 'm' || lpad(leg::VARCHAR, 6, '0') AS id, sent_at, sender % 2 = 1 AS is_inbound,
       'customer ' || CASE WHEN sender % 2 = 1 THEN sender ELSE recipient END AS customer,
       'person ' || CASE WHEN sender % 2 = 1 THEN recipient ELSE sender END AS person
FROM legs WHERE sender % 2 <> recipient % 2
"""
SPELLS = """
CREATE TABLE spells AS
WITH ranked AS (SELECT *, epoch(sent_at)::BIGINT * 1000000 + leg AS place FROM mails),
inbound AS (SELECT * FROM ranked WHERE is_inbound),
outbound AS (SELECT * FROM ranked WHERE NOT is_inbound),
before AS (
    SELECT i.*, o.place AS last_answer FROM inbound i ASOF LEFT JOIN outbound o
    ON i.customer = o.customer AND i.place > o.place
),
opened AS (SELECT *, min(place) OVER (PARTITION BY customer, last_answer) = place AS opens FROM before)
SELECT w.id, w.customer, w.person, w.sent_at, o.sent_at AS answered_at FROM opened w ASOF LEFT JOIN outbound o
ON w.customer = o.customer AND w.place < o.place WHERE w.opens
"""


@cache
def _institution(file: Path) -> World:
    world = given(as_of="2003-03-31", zone="UTC", accounts="account_id created_at\nnobody 2001-01-01")
    run = world.engine.execute
    run(LEGS.format(file=file))
    run(ACROSS)
    run(SPELLS)
    run("INSERT INTO state.accounts BY NAME SELECT DISTINCT customer AS account_id FROM mails")
    run("INSERT INTO state.contacts BY NAME SELECT DISTINCT customer AS contact_id, customer AS account_id FROM mails")
    run("""
        INSERT INTO state.contracts BY NAME
        SELECT customer AS contract_id, customer AS account_id, min(sent_at)::DATE AS starts_on,
               max(sent_at)::DATE AS ends_on
        FROM mails GROUP BY customer
    """)
    run("""
        INSERT INTO state.interactions BY NAME
        SELECT id AS interaction_id, customer AS account_id, sent_at AS occurred_at, 'email' AS kind,
               CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END AS direction FROM mails
    """)
    run("INSERT INTO state.participants BY NAME SELECT id AS interaction_id, person AS person_id FROM mails")
    run("INSERT INTO state.participants BY NAME SELECT id AS interaction_id, customer AS contact_id FROM mails")
    world.engine.create_table("calendar", "credited_people", world.engine.compile(credited_people()))
    # No weekday is known in relative time: the calendar has days, but no opening hours.
    run("UPDATE calendar.business_days SET opens_at = NULL, closes_at = NULL, seconds_before = NULL")
    return world


@pytest.fixture
def institution() -> World:
    return _institution(shared_data("email_eu_core") / "email-Eu-core-temporal.txt.gz")


def _rows(world: World, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in world.engine.query(sql).to_pylist()]


def test_the_file_is_the_one_described(institution: World) -> None:
    people = "SELECT count(DISTINCT p) FROM (SELECT sender AS p FROM legs UNION ALL SELECT recipient FROM legs)"
    assert _rows(institution, f"SELECT count(*), ({people}) FROM legs") == [(332_334, 986)]


def test_elapsed_response_times_are_those_of_plain_sql(institution: World) -> None:
    found = institution.cells("response_time_elapsed")
    expected = _rows(
        institution,
        """SELECT strftime(sent_at, '%Y-%m'), count(answered_at), median(epoch(answered_at) - epoch(sent_at)) / 3600
           FROM spells GROUP BY 1 ORDER BY 1""",
    )
    assert [(row["period"], row["n"], pytest.approx(row["value"])) for row in found] == expected
    assert len(expected) == 19


def test_every_spell_is_the_one_of_plain_sql(institution: World) -> None:
    institution.rows(built_in_facts()["unanswered_spells"])
    same = "SELECT fact_key, account_id, occurred_at, ended_at FROM facts.responses"
    counted = f"""
        SELECT (SELECT count(*) FROM ({same} EXCEPT ALL SELECT id, customer, sent_at, answered_at FROM spells)),
               (SELECT count(*) FROM (SELECT id, customer, sent_at, answered_at FROM spells EXCEPT ALL {same})),
               (SELECT count(*) FROM spells)"""
    assert _rows(institution, counted) == [(0, 0, 29_595)]


def test_who_waits_at_the_end_of_each_quarter_and_who_was_left(institution: World) -> None:
    waiting = institution.metric("unanswered", period="quarter")
    expected = _rows(
        institution,
        """SELECT q.key, count(*) FROM (
               SELECT DISTINCT strftime(sent_at, '%Y') || '-Q' || quarter(sent_at) AS key,
                      date_trunc('quarter', sent_at) + INTERVAL 3 MONTH - INTERVAL 1 MICROSECOND AS cut
               FROM mails) q
           JOIN spells s ON s.sent_at <= cut AND s.sent_at > cut - INTERVAL 30 DAY
                         AND coalesce(s.answered_at > cut, true)
           GROUP BY 1 ORDER BY 1""",
    )
    assert [(period, value) for (_, period), value in waiting.items()] == expected
    left = institution.metric("abandoned", period="year")
    expected = _rows(
        institution,
        """SELECT strftime(sent_at + INTERVAL 30 DAY, '%Y'), count(*) FROM spells
           WHERE coalesce(answered_at > sent_at + INTERVAL 30 DAY, true)
             AND sent_at + INTERVAL 30 DAY < TIMESTAMP '2003-04-01' GROUP BY 1 ORDER BY 1""",
    )
    assert [(period, value) for (_, period), value in left.items()] == expected


def test_whom_each_customer_knows_in_each_quarter(institution: World) -> None:
    known = institution.cells("points_of_contact", period="quarter")
    expected = _rows(
        institution,
        """WITH customers AS (
               SELECT DISTINCT strftime(d, '%Y') || '-Q' || quarter(d) AS quarter, account_id AS customer
               FROM state.contracts,
                    generate_series(starts_on::TIMESTAMP, ends_on::TIMESTAMP, INTERVAL 1 DAY) AS days(d)),
           both_ways AS (
               SELECT DISTINCT strftime(i.sent_at, '%Y') || '-Q' || quarter(i.sent_at) AS quarter, i.customer, i.person
               FROM mails i JOIN mails o ON i.customer = o.customer AND i.person = o.person AND i.is_inbound
                    AND NOT o.is_inbound AND date_trunc('quarter', i.sent_at) = date_trunc('quarter', o.sent_at))
           SELECT quarter, count(person)::BIGINT, count(DISTINCT customer)::BIGINT
           FROM customers LEFT JOIN both_ways USING (quarter, customer) GROUP BY 1 ORDER BY 1""",
    )
    assert [(row["period"], row["numerator"], row["denominator"]) for row in known] == expected


def test_business_hours_cannot_be_had_from_relative_time(institution: World) -> None:
    assert institution.metric("response_time") == {}
    assert institution.metric("response_time_p90") == {}
    answered = institution.cells("answered_in_time", period="year")
    assert {row["value"] for row in answered} == {None}
    assert sum(row["pending"] for row in answered) == len(_rows(institution, "SELECT id FROM spells"))
