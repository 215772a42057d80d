-- Support: cases and the issues they belong to.

CREATE TEMP TABLE turn AS
SELECT case_id, max(occurred_at) FILTER (kind = 'resolve') AS last_resolve, max(occurred_at) FILTER (kind = 'reopen') AS last_reopen,
       max(occurred_at) FILTER (kind = 'close' AND "by" = 'system') AS system_close,
       max(occurred_at) FILTER (kind = 'close' AND "by" IS DISTINCT FROM 'system') AS other_close
FROM src_case_events WHERE kind IN ('resolve', 'reopen', 'close') AND occurred_at <= getvariable('as_of') GROUP BY case_id;

CREATE TABLE support_case AS
WITH stated AS (
    SELECT c.*, t.last_resolve, t.last_reopen,
           t.system_close IS NOT NULL AND (t.other_close IS NULL OR t.other_close < t.system_close) AS is_auto_closed,
           c.resolved_at IS NULL AND c.closed_at <= getvariable('as_of') AS is_by_closing
    FROM src_cases c LEFT JOIN turn t USING (case_id) WHERE c.opened_at <= getvariable('as_of')
)
SELECT case_id, account_id, owner_id AS person_id, issue_key, opened_at, closed_at, is_escalated, local_day(opened_at) AS opened_on,
       CASE WHEN resolved_at <= getvariable('as_of') THEN resolved_at
            WHEN is_by_closing AND NOT is_auto_closed THEN closed_at
            WHEN last_resolve IS NOT NULL AND (last_reopen IS NULL OR last_reopen <= last_resolve) THEN last_resolve
       END AS resolved_at,
       last_reopen IS NOT NULL AS was_reopened,
       -- What the source itself states, outside of the case's events.
       coalesce(stated.resolved_at, CASE WHEN NOT is_auto_closed THEN closed_at END) AS stated_at
FROM stated;

CREATE TABLE issue_case AS
WITH chained AS (
    SELECT *, opened_at > latest + INTERVAL 30 DAY OR latest IS NULL AS begins
    FROM (
        SELECT *, max(coalesce(resolved_at, TIMESTAMP 'infinity')) OVER (
                   chain ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS latest
        FROM support_case WHERE account_id IS NOT NULL AND issue_key IS NOT NULL
        WINDOW chain AS (PARTITION BY account_id, issue_key ORDER BY opened_at, case_id)
    )
)
SELECT case_id, account_id, person_id, opened_at, resolved_at, was_reopened,
       last_value(CASE WHEN begins THEN case_id END IGNORE NULLS) OVER (
           PARTITION BY account_id, issue_key ORDER BY opened_at, case_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS issue_id
FROM chained
UNION ALL
SELECT case_id, account_id, person_id, opened_at, resolved_at, was_reopened, case_id
FROM support_case WHERE account_id IS NULL OR issue_key IS NULL;

-- Resolved cases: did the customer come back, did the customer ask twice.
CREATE TEMP TABLE sibling AS
SELECT c.case_id, bool_or(o.opened_at > c.resolved_at AND o.opened_at <= c.resolved_at + INTERVAL 30 DAY) AS is_repeated,
       bool_or(o.opened_at > c.opened_at AND o.opened_at <= c.resolved_at) AS is_parallel
FROM issue_case c JOIN issue_case o ON o.issue_id = c.issue_id AND o.case_id <> c.case_id
WHERE c.resolved_at IS NOT NULL GROUP BY c.case_id;
CREATE TABLE resolved_case AS
SELECT c.case_id, c.account_id, c.person_id, c.resolved_at, local_day(c.resolved_at) AS credited_on, month_of(credited_on) AS month,
       c.resolved_at + INTERVAL 30 DAY <= getvariable('as_of') AS is_mature,
       coalesce(s.is_repeated, false) AS is_repeated, coalesce(s.is_parallel, false) AS is_parallel, c.was_reopened
FROM issue_case c LEFT JOIN sibling s USING (case_id) WHERE c.resolved_at IS NOT NULL;
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, 1 AS n_resolved, CAST(is_mature AS INTEGER) AS n_mature,
       CAST(NOT is_mature AS INTEGER) AS n_unripe, CAST(is_mature AND is_repeated AS INTEGER) AS n_repeated,
       CAST(is_parallel AS INTEGER) AS n_parallel, CAST(was_reopened AS INTEGER) AS n_reopened
FROM resolved_case;
CREATE TEMP TABLE a AS FROM by_account_month('f');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM by_desk_month('f');
CREATE TABLE resolved_cells AS FROM cells_of('a', 'g', 'p', 'p', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p; DROP TABLE sibling;

-- Issues all of whose cases are resolved.
CREATE TEMP TABLE talk AS
SELECT case_id, count(*) AS contacts, count(*) FILTER (is_inbound) AS inbound
FROM touch WHERE case_id IS NOT NULL AND by_people AND kind IN ('call', 'email', 'chat', 'social', 'visit') GROUP BY case_id;
CREATE TABLE issue AS
SELECT issue_id, account_id, person_id, solved_at, local_day(solved_at) AS credited_on, month_of(credited_on) AS month,
       solved_at + INTERVAL 30 DAY <= getvariable('as_of') AS is_mature, contacts,
       cases = 1 AND NOT was_reopened AND inbound = 1 AS is_first_contact,
       (epoch_us(solved_at) - epoch_us(opened_at)) / 3600000000.0 AS hours
FROM (
    SELECT c.issue_id, any_value(c.account_id) AS account_id, count(*) AS cases, count(c.resolved_at) AS resolved,
           max(c.resolved_at) AS solved_at, min(c.opened_at) AS opened_at, bool_or(c.was_reopened) AS was_reopened,
           arg_max(c.person_id, (c.resolved_at, c.opened_at, c.case_id)) AS person_id,
           CAST(coalesce(sum(t.contacts), 0) AS BIGINT) AS contacts, CAST(coalesce(sum(t.inbound), 0) AS BIGINT) AS inbound
    FROM issue_case c LEFT JOIN talk t USING (case_id) GROUP BY c.issue_id
) WHERE cases = resolved;
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, CAST(is_mature AS INTEGER) AS n_issues, CAST(NOT is_mature AS INTEGER) AS n_unripe,
       CASE WHEN is_mature THEN contacts ELSE 0 END AS n_contacts, CAST(is_mature AND is_first_contact AS INTEGER) AS n_first_contact
FROM issue;
CREATE TEMP TABLE a AS FROM by_account_month('f');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM by_desk_month('f');
CREATE TABLE issue_cells AS FROM cells_of('a', 'g', 'p', 'p', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p;

CREATE MACRO solved(issues, entity_column, grain_name, period_column) AS TABLE
SELECT grain_name AS grain, COLUMNS(lambda c: c = entity_column) AS entity, COLUMNS(lambda c: c = period_column) AS period,
       count(*) FILTER (is_mature) AS n_issues, count(*) FILTER (NOT is_mature) AS n_unripe,
       quantile_cont(hours, 0.5) FILTER (is_mature) AS hours
FROM query_table(issues) JOIN month_parts USING (month) WHERE COLUMNS(lambda c: c = entity_column) IS NOT NULL GROUP BY ALL;
CREATE MACRO solved_each(issues, entity_column, grain_name) AS TABLE
FROM solved(issues, entity_column, grain_name, 'month_itself')
UNION ALL FROM solved(issues, entity_column, grain_name, 'quarter')
UNION ALL FROM solved(issues, entity_column, grain_name, 'year');
CREATE TEMP TABLE f AS
SELECT i.account_id, 'company' AS company, a.segment, a.industry, i.person_id, d.team, d.department, i.month, i.hours, i.is_mature
FROM issue i LEFT JOIN account a USING (account_id)
LEFT JOIN desk d ON d.person_id = i.person_id AND i.credited_on BETWEEN d.from_on AND d.to_on;
CREATE TABLE solution_cells AS
FROM solved_each('f', 'account_id', 'account')
UNION ALL FROM solved_each('f', 'segment', 'segment')
UNION ALL FROM solved_each('f', 'industry', 'industry')
UNION ALL FROM solved_each('f', 'company', 'company')
UNION ALL FROM solved_each('f', 'person_id', 'person')
UNION ALL FROM solved_each('f', 'team', 'team')
UNION ALL FROM solved_each('f', 'department', 'department');
DROP TABLE f;

-- Opened, closed and escalated: three moments of the same cases.
CREATE TEMP TABLE escalated AS
SELECT c.account_id, c.person_id, coalesce(e.first_at, CASE WHEN c.is_escalated THEN c.opened_at END) AS occurred_at, c.case_id
FROM support_case c LEFT JOIN (
    SELECT case_id, min(occurred_at) AS first_at FROM src_case_events
    WHERE kind = 'escalation' AND occurred_at <= getvariable('as_of') GROUP BY case_id
) e USING (case_id);
CREATE TABLE case_moment AS
SELECT case_id, account_id, person_id, opened_at AS occurred_at, opened_on AS credited_on, month_of(opened_on) AS month, 'opened' AS what
FROM support_case
UNION ALL
SELECT case_id, account_id, person_id, closed_at, local_day(closed_at), month_of(local_day(closed_at)), 'closed'
FROM support_case WHERE closed_at <= getvariable('as_of')
UNION ALL
SELECT case_id, account_id, person_id, occurred_at, local_day(occurred_at), month_of(local_day(occurred_at)), 'escalated'
FROM escalated WHERE occurred_at IS NOT NULL;
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, CAST(what = 'opened' AS INTEGER) AS n_opened,
       CAST(what = 'closed' AS INTEGER) AS n_closed, CAST(what = 'escalated' AS INTEGER) AS n_escalated
FROM case_moment;
CREATE TEMP TABLE a AS FROM by_account_month('f');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM by_desk_month('f');
CREATE TABLE moment_cells AS FROM cells_of('a', 'g', 'p', 'p', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p; DROP TABLE escalated;

-- The backlog at each month's end: not solved by what the source states, nor by an event that still stood then.
CREATE TEMP TABLE solved_span AS
SELECT case_id, occurred_at AS from_at, coalesce(next_reopen, TIMESTAMP 'infinity') AS until_at FROM (
    SELECT case_id, occurred_at, kind,
           -- Of both at one instant the resolution counts: it stands until a reopening later than it.
           min(CASE WHEN kind = 'reopen' THEN occurred_at END) OVER (
               PARTITION BY case_id ORDER BY epoch_us(occurred_at) RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_reopen
    FROM src_case_events WHERE kind IN ('resolve', 'reopen') AND occurred_at <= getvariable('as_of')
) WHERE kind = 'resolve';
CREATE TEMP TABLE waiting AS
SELECT c.case_id, c.account_id, c.person_id, c.opened_on AS credited_on, e.month, e.cut_at, e.ends_with_it
FROM support_case c JOIN month_end e ON e.cut_at >= c.opened_at AND (c.stated_at IS NULL OR e.cut_at < c.stated_at);
CREATE TABLE backlog AS
SELECT case_id, account_id, person_id, credited_on, unnest(ends_with_it) AS period
FROM waiting w ANTI JOIN solved_span s ON s.case_id = w.case_id AND w.cut_at >= s.from_at AND w.cut_at < s.until_at;
CREATE TEMP TABLE c AS
SELECT b.person_id, d.team, d.department, period FROM backlog b
LEFT JOIN desk d ON d.person_id = b.person_id AND b.credited_on BETWEEN d.from_on AND d.to_on WHERE b.person_id IS NOT NULL;
CREATE TABLE backlog_cells AS
SELECT 'account' AS grain, account_id AS entity, period, count(*) AS n_open FROM backlog WHERE account_id IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'segment', segment, period, count(*) FROM backlog JOIN account USING (account_id) WHERE segment IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'industry', industry, period, count(*) FROM backlog JOIN account USING (account_id) WHERE industry IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'company', 'company', period, count(*) FROM backlog GROUP BY ALL
UNION ALL SELECT 'person', person_id, period, count(*) FROM c GROUP BY ALL
UNION ALL SELECT 'team', team, period, count(*) FROM c WHERE team IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'department', department, period, count(*) FROM c WHERE department IS NOT NULL GROUP BY ALL;
DROP TABLE c; DROP TABLE waiting; DROP TABLE solved_span; DROP TABLE turn; DROP TABLE touch; DROP TABLE joint_crew;
