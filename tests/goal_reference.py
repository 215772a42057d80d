"""Every metric of the customer's own measures in plain SQL: definitions.md sections 2 and 3, one statement each.

Nothing here is shared with the product: everything is looked up where it is needed, with no windows, and each number is
reckoned for one account on one day. Each statement yields what is counted: whose account, in which period, on which day
the owner's team is looked up, above and below the line; or how long was waited, and whether it came.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import duckdb

# The day on which a moment fell in Berlin; the terms, and the value, of a goal on a day; what it had come to by then.
MACROS = """
    CREATE MACRO on_day(moment) AS CAST(timezone('Europe/Berlin', timezone('UTC', moment)) AS DATE);
    CREATE MACRO terms_of(goal, day) AS (
      SELECT arg_max(t, (on_day(t.recorded_at) <= day, CASE WHEN on_day(t.recorded_at) <= day THEN t.revision
                                                            ELSE -t.revision END))
      FROM goal_terms t WHERE t.goal_id = goal);
    CREATE TABLE said AS
    SELECT r.reading_id, r.goal_id, r.observed_on, r.value AS claimed,
      CASE WHEN a.verdict IS NULL OR (r.verification <> 'unverified' AND r.verified_at > a.answered_at)
           THEN CASE WHEN r.verification <> 'unverified' THEN r.value END
           WHEN a.verdict = 'confirmed' THEN coalesce(a.value, r.value)
           WHEN a.verdict = 'corrected' THEN a.value END AS confirmed,
      {'rank': CASE r.verification WHEN 'measured_by_system' THEN 2 WHEN 'confirmed_by_customer' THEN 1 ELSE 0 END,
       'at': r.first_recorded_at, 'id': r.reading_id} AS trust
    FROM readings r LEFT JOIN (
      SELECT reading_id, arg_max(b, (b.answered_at, b.answer_id)) AS last FROM answers b
      WHERE reading_id IS NOT NULL GROUP BY 1) x USING (reading_id)
    LEFT JOIN answers a ON a.answer_id = x.last.answer_id;
    CREATE MACRO value_of(goal, since, day, wants_confirmed) AS (
      SELECT arg_max(CASE WHEN wants_confirmed THEN s.confirmed ELSE s.claimed END, (s.observed_on, s.trust))
      FROM said s WHERE s.goal_id = goal AND s.observed_on <= day AND (since IS NULL OR s.observed_on >= since)
      AND (s.confirmed IS NOT NULL OR NOT wants_confirmed));
    CREATE MACRO read_on(goal, since, day, wants_confirmed) AS (
      SELECT max(s.observed_on) FROM said s
      WHERE s.goal_id = goal AND s.observed_on <= day AND (since IS NULL OR s.observed_on >= since)
      AND (s.confirmed IS NOT NULL OR NOT wants_confirmed));
    CREATE MACRO come_to(direction, t, current) AS
      CASE WHEN direction = 'maintain' THEN CAST(abs(current - t.target_value) <= t.tolerance + 1e-9 AS INTEGER)
           ELSE (current - t.baseline_value) / (t.target_value - t.baseline_value) END;
    CREATE MACRO is_open(status, ended_at, day) AS status = 'agreed' OR coalesce(on_day(ended_at) > day, FALSE);
    CREATE TABLE business AS
    SELECT * FROM goals WHERE kind = 'business' AND status <> 'draft' AND agreed_at IS NOT NULL;
    CREATE TABLE customers AS
    SELECT DISTINCT c.account_id, p.period_kind, p.period_key, p.cut_on AS day FROM contracts c, periods p
    WHERE EXISTS (FROM range(p.first_on, p.cut_on + 1, INTERVAL 1 DAY) d(run)
      WHERE run >= c.starts_on AND coalesce(run <= c.ends_on, TRUE)
      AND coalesce(run < c.cancelled_on, TRUE) AND coalesce(run < c.defaulted_on, TRUE));
"""

GOAL_COVERAGE = """
    SELECT account_id, period_key, day, CAST(EXISTS (
      FROM business g WHERE g.account_id = c.account_id AND on_day(g.agreed_at) <= day
      AND is_open(g.status, g.ended_at, day)
      AND terms_of(g.goal_id, day).baseline_value IS NOT NULL AND terms_of(g.goal_id, day).target_value IS NOT NULL
      AND terms_of(g.goal_id, day).target_on IS NOT NULL) AS INTEGER) AS above, 1 AS below, FALSE AS is_pending
    FROM customers c"""

STAKEHOLDER_COVERAGE = """
    SELECT account_id, period_key, day, CAST(EXISTS (
      FROM goals g WHERE g.stakeholder_id = s.stakeholder_id AND on_day(g.first_recorded_at) <= day
      AND NOT (g.status = 'withdrawn' AND coalesce(on_day(g.ended_at) <= day, FALSE))) AS INTEGER), 1, FALSE
    FROM customers JOIN stakeholders s USING (account_id)
    WHERE role_in_decisions = 'decision_maker' AND on_day(first_recorded_at) <= day
    AND coalesce(departed_on > day, TRUE)
    UNION ALL
    SELECT account_id, period_key, day, 0, 1, FALSE FROM customers JOIN contacts k USING (account_id)
    WHERE is_decision_maker AND coalesce(active_from <= day, TRUE) AND coalesce(active_to >= day, TRUE)
    AND NOT EXISTS (
      FROM stakeholders s WHERE s.contact_id = k.contact_id AND on_day(s.first_recorded_at) <= day)"""

GOAL_ATTAINMENT = """
    WITH counted AS (
      SELECT c.account_id, period_key, day, weight, come_to(g.direction, terms_of(g.goal_id, c.day),
        value_of(g.goal_id, terms_of(g.goal_id, c.day).baseline_on, c.day, {verified_only})) AS progress
      FROM customers c JOIN business g USING (account_id)
      WHERE on_day(agreed_at) <= day AND (is_open(status, ended_at, day)
        OR status <> 'withdrawn' AND on_day(ended_at) > day - {ended_days})
    )
    SELECT account_id, period_key, day, sum(weight * least(greatest(progress, 0), 1)) / sum(weight), 1, FALSE
    FROM counted WHERE progress IS NOT NULL GROUP BY ALL"""

# Milestones between both days part the way; the share of the leg that has passed counts with the legs before it.
GOALS_ON_TRACK = """
    WITH running AS (
      SELECT g.*, period_key, cut_on AS day, terms_of(g.goal_id, p.cut_on) AS t FROM business g, periods p
      WHERE on_day(agreed_at) <= cut_on AND is_open(status, ended_at, cut_on)
    ), legs AS (
      SELECT *, (SELECT list_sort(list(planned_on)) FROM milestones m WHERE m.goal_id = r.goal_id
                 AND planned_on > t.baseline_on AND planned_on < t.target_on) AS between_them,
        come_to(r.direction, r.t, value_of(r.goal_id, r.t.baseline_on, r.day, {verified_only})) AS progress,
        coalesce(read_on(r.goal_id, r.t.baseline_on, r.day, {verified_only}), r.t.baseline_on) AS last_on
      FROM running r WHERE coalesce(t.baseline_on <= day, TRUE)
    ), paced AS (
      SELECT *, list_concat([t.baseline_on], coalesce(between_them, []), [t.target_on]) AS stops,
        len(list_filter(stops, lambda stop: stop <= day)) AS passed,
        (day - stops[passed]) / (stops[passed + 1] - stops[passed]) AS of_leg,
        CASE WHEN direction = 'maintain' OR day >= t.target_on THEN 1.0
             ELSE (passed - 1 + of_leg) / (len(stops) - 1) END AS expected
      FROM legs
    )
    SELECT account_id, period_key, day,
      CAST(day - last_on <= cadence_days AND CASE WHEN day > t.target_on THEN progress >= 1 - 1e-9
                                                  ELSE progress >= 0.9 * expected - 1e-9 END AS INTEGER),
      1, t IS NULL OR progress IS NULL AND day - last_on <= cadence_days
    FROM paced"""

MILESTONES_ON_TIME = """
    SELECT m.account_id, period_key, planned_on, CAST(coalesce(done_on <= planned_on, FALSE) AS INTEGER), 1,
      planned_on >= {as_of_on} AND NOT {is_day_over}
    FROM milestones m JOIN periods p ON planned_on BETWEEN first_on AND last_on LEFT JOIN goals g USING (goal_id)
    WHERE planned_on <= {as_of_on} AND coalesce(kind, 'business') = 'business'
    AND NOT coalesce(status = 'withdrawn' AND on_day(ended_at) <= planned_on, FALSE)"""

TIME_TO_FIRST_VALUE = """
    WITH ran AS (
      SELECT account_id, starts_on, least(coalesce(ends_on, DATE '9000-01-01'),
        coalesce(cancelled_on - 1, DATE '9000-01-01'), coalesce(defaulted_on - 1, DATE '9000-01-01')) AS to_on
      FROM contracts
    ), watched AS (
      SELECT account_id, min(starts_on) AS begun_on, least(max(to_on), {as_of_on}) AS to_on FROM ran
      WHERE starts_on <= to_on AND starts_on <= {as_of_on} GROUP BY 1
    ), proven AS (
      SELECT account_id, begun_on, to_on, (
        SELECT min(s.observed_on) FROM said s JOIN business g USING (goal_id)
        WHERE g.account_id = w.account_id AND s.confirmed IS NOT NULL AND s.observed_on <= w.to_on
        AND s.observed_on >= coalesce(terms_of(s.goal_id, s.observed_on).baseline_on, s.observed_on)
        AND s.trust = (SELECT max(o.trust) FROM said o WHERE o.goal_id = s.goal_id AND o.observed_on = s.observed_on
                       AND o.confirmed IS NOT NULL)
        AND come_to(g.direction, terms_of(s.goal_id, s.observed_on), s.confirmed) >= {first_value} - 1e-9) AS proven_on
      FROM watched w
    )
    SELECT account_id, period_key, begun_on,
      CASE WHEN proven_on IS NULL THEN to_on ELSE greatest(proven_on, begun_on) END - begun_on,
      proven_on IS NOT NULL, FALSE
    FROM proven JOIN periods ON begun_on BETWEEN first_on AND last_on"""

STATEMENTS = {
    "goal_coverage": GOAL_COVERAGE,
    "stakeholder_coverage": STAKEHOLDER_COVERAGE,
    "goal_attainment": GOAL_ATTAINMENT,
    "goals_on_track": GOALS_ON_TRACK,
    "milestones_on_time": MILESTONES_ON_TIME,
    "time_to_first_value": TIME_TO_FIRST_VALUE,
}
TABLES = ("accounts", "people", "contacts", "contracts", "stakeholders", "goals", "goal_terms", "readings", "answers",
          "milestones")  # fmt: skip
Cell = tuple[str, str, str]
"""Grain, entity, period."""


class Numbers(NamedTuple):
    """A cell of the reference."""

    value: float | None
    n: int
    pending: int


class Counted(NamedTuple):
    """One thing that counts: see the module; for waits ``above`` is how long, ``below`` whether it came."""

    account: str
    period: str
    day: date
    above: float | None
    below: float
    is_pending: bool


def counted(connection: duckdb.DuckDBPyConnection, metric: str, **parameters: object) -> list[Counted]:
    """What a metric counts, from tables by their canonical names and ``periods``."""
    return [Counted(*row) for row in connection.execute(STATEMENTS[metric].format_map(parameters)).fetchall()]


def cells(connection: duckdb.DuckDBPyConnection, metric: str, **parameters: object) -> dict[Cell, Numbers]:
    """The metric of every account, person, team, department, segment, industry, and of the company."""
    groups: dict[Cell, list[Counted]] = defaultdict(list)
    accounts = _rows(connection, "accounts", "account_id")
    people = _rows(connection, "people", "person_id")
    for each in counted(connection, metric, **parameters):
        for grain, entity in _entities(each, accounts, people):
            groups[grain, entity, each.period].append(each)
    found = {cell: _numbers(metric, there) for cell, there in groups.items()}
    return {cell: numbers for cell, numbers in found.items() if numbers.n or numbers.pending}


def _rows(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in connection.execute(f"FROM {table}").to_arrow_table().to_pylist():
        found[row[key]].append(row)
    return found


def _entities(
    of: Counted, accounts: Mapping[str, Sequence[Mapping[str, Any]]], people: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[tuple[str, str]]:
    [account] = accounts[of.account]
    owner = account["owner_id"]
    dated = [(row["active_from"] or date.min, row["active_to"] or date.max, row) for row in people[owner]]
    then = [(begun, row) for begun, ended, row in dated if begun <= of.day <= ended]
    place = max(then, key=lambda each: each[0])[1] if then else {}
    entities = {
        "company": "company",
        "account": of.account,
        "segment": account["segment"],
        "industry": account["industry"],
        "person": owner,
        "team": place.get("team"),
        "department": place.get("department"),
    }
    return ((grain, entity) for grain, entity in entities.items() if entity is not None)


def _numbers(metric: str, there: Sequence[Counted]) -> Numbers:
    decided = [each for each in there if not each.is_pending]
    pending = len(there) - len(decided)
    if metric == "time_to_first_value":
        waits = [(float(each.above or 0), bool(each.below)) for each in decided]
        return Numbers(kaplan_meier_median(waits), len(waits), pending)
    below = sum(each.below for each in decided)
    return Numbers(sum(each.above or 0 for each in decided) / below if below else None, len(decided), pending)


def kaplan_meier_median(waits: Sequence[tuple[float, bool]]) -> float | None:
    """The first time at which no more than half still wait, each step reckoned from who was watched so long."""
    waiting = 1.0
    for time in sorted({time for time, came in waits if came}):
        watched = sum(length >= time for length, _ in waits)
        waiting *= 1 - sum(came for length, came in waits if length == time) / watched
        if waiting <= 0.5 + 1e-12:
            return time
    return None
