-- Interactions: who waits and how long, follow-ups, calls and meetings, who knows whom.

-- Who of ours took part: most interactions have one of our people, who then stands beside it.
CREATE TEMP TABLE crew AS
SELECT interaction_id, min(person_id) AS person_id, min(person_id) <> max(person_id) AS is_joint
FROM src_participants WHERE person_id IS NOT NULL AND attended IS NOT FALSE GROUP BY interaction_id;

CREATE TEMP TABLE touch AS
SELECT i.interaction_id, i.account_id, i.occurred_at, local_day(i.occurred_at) AS on_day, i.kind,
       coalesce(i.direction = 'inbound', false) AS is_inbound, coalesce(i.direction = 'outbound', false) AS is_outbound,
       i.is_automatic IS NOT TRUE AS by_people, i.thread_id, i.deal_id, i.case_id, i.due_at,
       i.kind IN ('call', 'meeting', 'visit', 'demo', 'workshop', 'business_review', 'partnership_meeting') AS is_live,
       c.person_id, coalesce(c.is_joint, false) AS is_joint
FROM src_interactions i LEFT JOIN crew c USING (interaction_id)
WHERE i.occurred_at <= getvariable('as_of');
DROP TABLE crew;

CREATE TEMP TABLE joint_crew AS
SELECT DISTINCT p.interaction_id, p.person_id
FROM src_participants p SEMI JOIN (SELECT interaction_id FROM touch WHERE is_joint) USING (interaction_id)
WHERE p.person_id IS NOT NULL AND p.attended IS NOT FALSE;

-- Rows of a table (interaction_id, person_id, is_joint, credited_on, ...) once per person of ours, with the desk of that
-- day; and the joint ones once per team or department.
CREATE MACRO credited(facts) AS TABLE
SELECT f.* EXCLUDE (person_id), f.person_id, d.team, d.department
FROM query_table(facts) f
LEFT JOIN desk d ON d.person_id = f.person_id AND f.credited_on BETWEEN d.from_on AND d.to_on
WHERE NOT f.is_joint AND f.person_id IS NOT NULL
UNION ALL
SELECT f.* EXCLUDE (person_id), c.person_id, d.team, d.department
FROM query_table(facts) f JOIN joint_crew c USING (interaction_id)
LEFT JOIN desk d ON d.person_id = c.person_id AND f.credited_on BETWEEN d.from_on AND d.to_on
WHERE f.is_joint;

CREATE MACRO once_per_team(credited_rows) AS TABLE
SELECT * EXCLUDE (person_id, department) FROM query_table(credited_rows) WHERE NOT is_joint AND team IS NOT NULL
UNION ALL
SELECT DISTINCT * EXCLUDE (person_id, department) FROM query_table(credited_rows) WHERE is_joint AND team IS NOT NULL;

CREATE MACRO once_per_department(credited_rows) AS TABLE
SELECT * EXCLUDE (person_id, team) FROM query_table(credited_rows) WHERE NOT is_joint AND department IS NOT NULL
UNION ALL
SELECT DISTINCT * EXCLUDE (person_id, team) FROM query_table(credited_rows) WHERE is_joint AND department IS NOT NULL;

-- Waiting spells ------------------------------------------------------------------------------------------------------

CREATE MACRO open_time(instant, open_before, opens_at, closes_at) AS
    open_before + epoch_us(greatest(opens_at, least(closes_at, instant))) - epoch_us(opens_at);
SET VARIABLE open_as_of = (
    SELECT open_time(getvariable('as_of'), open_before, opens_at, closes_at) FROM day WHERE on_day = getvariable('as_of_on')
);
SET VARIABLE four_hours = CAST(4 * 3600000000 AS BIGINT);

CREATE TABLE spell AS
WITH spoken AS (
    SELECT interaction_id, account_id, occurred_at, on_day, person_id, is_joint, is_inbound,
           lag(is_inbound) OVER thread AS follows_inbound,
           first_value(CASE WHEN is_outbound THEN occurred_at END IGNORE NULLS)
               OVER (thread ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS ended_at
    FROM touch WHERE account_id IS NOT NULL AND by_people AND (is_inbound OR is_outbound)
    WINDOW thread AS (PARTITION BY account_id, thread_id ORDER BY occurred_at, interaction_id)
)
SELECT interaction_id, account_id, occurred_at, s.on_day, ended_at, person_id, is_joint, s.on_day AS credited_on,
       month_of(s.on_day) AS month,
       (epoch_us(ended_at) - epoch_us(occurred_at)) / 3600000000.0 AS elapsed_hours,
       open_time(occurred_at, b.open_before, b.opens_at, b.closes_at) AS open_at_start,
       CASE WHEN ended_at IS NOT NULL THEN open_time(ended_at, e.open_before, e.opens_at, e.closes_at) END - open_at_start
           AS waited,
       waited / 3600000000.0 AS business_hours,
       getvariable('open_as_of') - open_at_start >= getvariable('four_hours') AS is_due,
       coalesce(waited <= getvariable('four_hours'), false) AS is_in_time
FROM spoken s JOIN day b ON b.on_day = s.on_day LEFT JOIN day e ON e.on_day = local_day(s.ended_at)
WHERE is_inbound AND follows_inbound IS NOT TRUE;

CREATE TEMP TABLE spell_credited AS
SELECT interaction_id, is_joint, month, person_id, team, department, elapsed_hours, business_hours, is_due, is_in_time
FROM credited('spell');
CREATE TEMP TABLE spell_team AS FROM once_per_team('spell_credited');
CREATE TEMP TABLE spell_department AS FROM once_per_department('spell_credited');

CREATE MACRO answered(spells, entity_column) AS TABLE
SELECT COLUMNS(lambda c: c = entity_column), month,
       count(*) FILTER (is_due) AS n_due, count(*) FILTER (is_due AND is_in_time) AS n_in_time,
       count(*) FILTER (NOT is_due) AS n_not_due
FROM query_table(spells) GROUP BY ALL;
CREATE TEMP TABLE a AS FROM answered('spell', 'account_id');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM answered('spell_credited', 'person_id');
CREATE TEMP TABLE t AS FROM answered('spell_team', 'team');
CREATE TEMP TABLE d AS FROM answered('spell_department', 'department');
CREATE TABLE answered_cells AS FROM cells_of('a', 'g', 'p', 't', 'd');
DROP TABLE a; DROP TABLE g; DROP TABLE p; DROP TABLE t; DROP TABLE d;

-- Medians are taken from the rows each time, all three of a cell in one go.
CREATE MACRO waited(spells, entity_column, grain_name, period_column) AS TABLE
SELECT grain_name AS grain, COLUMNS(lambda c: c = entity_column) AS entity, COLUMNS(lambda c: c = period_column) AS period,
       count(*) AS n_ended, quantile_cont(business_hours, [0.5, 0.9]) AS business, quantile_cont(elapsed_hours, 0.5) AS elapsed
FROM query_table(spells) JOIN month_parts USING (month)
WHERE business_hours IS NOT NULL AND COLUMNS(lambda c: c = entity_column) IS NOT NULL GROUP BY ALL;
CREATE TEMP TABLE month_parts AS SELECT DISTINCT month, quarter, year, month AS month_itself FROM day;
CREATE TEMP TABLE spell_group AS
SELECT 'company' AS company, segment, industry, month, business_hours, elapsed_hours
FROM spell LEFT JOIN account USING (account_id) WHERE ended_at IS NOT NULL;
CREATE MACRO waited_each(spells, entity_column, grain_name) AS TABLE
FROM waited(spells, entity_column, grain_name, 'month_itself')
UNION ALL FROM waited(spells, entity_column, grain_name, 'quarter')
UNION ALL FROM waited(spells, entity_column, grain_name, 'year');
CREATE TABLE waited_cells AS
SELECT grain, entity, period, n_ended, business[1] AS business_median, business[2] AS business_p90, elapsed AS elapsed_median
FROM (
    FROM waited_each('spell', 'account_id', 'account')
    UNION ALL FROM waited_each('spell_group', 'segment', 'segment')
    UNION ALL FROM waited_each('spell_group', 'industry', 'industry')
    UNION ALL FROM waited_each('spell_group', 'company', 'company')
    UNION ALL FROM waited_each('spell_credited', 'person_id', 'person')
    UNION ALL FROM waited_each('spell_team', 'team', 'team')
    UNION ALL FROM waited_each('spell_department', 'department', 'department')
);
DROP TABLE spell_group; DROP TABLE spell_credited; DROP TABLE spell_team; DROP TABLE spell_department;

-- Spells open at a period's end. A quarter and a year end with one of their months, so each month's end is asked once.
CREATE TABLE month_end AS
SELECT m.period AS month, m.cut_at, list(p.period) AS ends_with_it
FROM period m JOIN period p ON p.cut_at = m.cut_at WHERE m.kind = 'month' GROUP BY ALL;
CREATE TABLE unanswered AS
SELECT s.interaction_id, s.account_id, s.person_id, s.is_joint, s.credited_on, unnest(e.ends_with_it) AS period
FROM spell s
JOIN (SELECT on_day, e.* FROM month_end e JOIN day ON on_day BETWEEN local_day(cut_at - INTERVAL 30 DAY) AND local_day(cut_at)) e
  ON e.on_day = s.on_day
WHERE s.occurred_at <= e.cut_at AND s.occurred_at > e.cut_at - INTERVAL 30 DAY
  AND (s.ended_at IS NULL OR s.ended_at > e.cut_at);
CREATE TEMP TABLE c AS SELECT interaction_id, is_joint, period, person_id, team, department FROM credited('unanswered');
CREATE TABLE unanswered_cells AS
SELECT 'account' AS grain, account_id AS entity, period, count(*) AS n_unanswered FROM unanswered GROUP BY ALL
UNION ALL SELECT 'segment', segment, period, count(*) FROM unanswered JOIN account USING (account_id) WHERE segment IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'industry', industry, period, count(*) FROM unanswered JOIN account USING (account_id) WHERE industry IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'company', 'company', period, count(*) FROM unanswered GROUP BY ALL
UNION ALL SELECT 'person', person_id, period, count(*) FROM c GROUP BY ALL
UNION ALL SELECT 'team', team, period, count(*) FROM once_per_team('c') GROUP BY ALL
UNION ALL SELECT 'department', department, period, count(*) FROM once_per_department('c') GROUP BY ALL;
DROP TABLE c;

CREATE TABLE abandoned AS
SELECT interaction_id, account_id, person_id, is_joint, credited_on, occurred_at + INTERVAL 30 DAY AS left_at,
       month_of(local_day(left_at)) AS month
FROM spell
WHERE occurred_at + INTERVAL 30 DAY <= getvariable('as_of') AND (ended_at IS NULL OR ended_at > occurred_at + INTERVAL 30 DAY);
CREATE TEMP TABLE c AS SELECT interaction_id, is_joint, month, person_id, team, department FROM credited('abandoned');
CREATE TEMP TABLE a AS SELECT account_id, month, count(*) AS n_abandoned FROM abandoned GROUP BY ALL;
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS SELECT person_id, month, count(*) AS n_abandoned FROM c GROUP BY ALL;
CREATE TEMP TABLE t AS SELECT team, month, count(*) AS n_abandoned FROM once_per_team('c') GROUP BY ALL;
CREATE TEMP TABLE d AS SELECT department, month, count(*) AS n_abandoned FROM once_per_department('c') GROUP BY ALL;
CREATE TABLE abandoned_cells AS FROM cells_of('a', 'g', 'p', 't', 'd');
DROP TABLE a; DROP TABLE g; DROP TABLE p; DROP TABLE t; DROP TABLE d; DROP TABLE c;

-- Calls and meetings --------------------------------------------------------------------------------------------------

CREATE TEMP TABLE first_live AS
SELECT arg_min(interaction_id, (occurred_at, interaction_id)) AS interaction_id
FROM touch WHERE is_live AND account_id IS NOT NULL GROUP BY account_id;

CREATE TABLE meeting AS
SELECT t.interaction_id, t.account_id, t.occurred_at, t.kind, t.person_id, t.is_joint, t.on_day AS credited_on,
       month_of(t.on_day) AS month,
       t.kind = 'call' AND t.case_id IS NULL AND t.by_people AS is_sales_call,
       is_sales_call AND t.interaction_id IN (FROM first_live) AS is_new_prospect_call
FROM touch t
WHERE t.kind IN ('call', 'meeting', 'demo', 'workshop', 'tradeshow', 'business_review', 'partnership_meeting');

CREATE MACRO met(meetings, entity_column) AS TABLE
SELECT COLUMNS(lambda c: c = entity_column), month,
       count(*) FILTER (is_sales_call) AS n_sales_calls, count(*) FILTER (is_new_prospect_call) AS n_new_prospect_calls,
       count(*) FILTER (kind IN ('demo', 'workshop')) AS n_demos_and_workshops, count(*) FILTER (kind = 'tradeshow') AS n_tradeshows,
       count(*) FILTER (is_joint AND kind IN ('call', 'meeting')) AS n_joint_calls,
       count(*) FILTER (kind = 'business_review') AS n_business_reviews,
       count(*) FILTER (kind = 'partnership_meeting') AS n_partnership_meetings
FROM query_table(meetings) GROUP BY ALL;
CREATE TEMP TABLE c AS
SELECT interaction_id, is_joint, month, person_id, team, department, kind, is_sales_call, is_new_prospect_call FROM credited('meeting');
CREATE TEMP TABLE ct AS FROM once_per_team('c');
CREATE TEMP TABLE cd AS FROM once_per_department('c');
CREATE TEMP TABLE a AS FROM met('meeting', 'account_id');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM met('c', 'person_id');
CREATE TEMP TABLE t AS FROM met('ct', 'team');
CREATE TEMP TABLE d AS FROM met('cd', 'department');
CREATE TABLE meeting_cells AS FROM cells_of('a', 'g', 'p', 't', 'd');
DROP TABLE a; DROP TABLE g; DROP TABLE p; DROP TABLE t; DROP TABLE d; DROP TABLE c; DROP TABLE ct; DROP TABLE cd;

-- Follow-ups ----------------------------------------------------------------------------------------------------------

CREATE TEMP TABLE deal_touch AS
SELECT t.*, d.account_id AS deal_account_id, d.created_at AS deal_created_at, d.closed_at AS deal_closed_at,
       lag(t.occurred_at) OVER earlier AS last_at, lag(t.due_at) OVER earlier AS last_due_at,
       lag(t.is_outbound) OVER earlier AS last_was_ours
FROM touch t JOIN src_deals d ON d.deal_id = t.deal_id AND d.kind = 'new' AND d.created_at <= getvariable('as_of')
WHERE t.by_people
WINDOW earlier AS (PARTITION BY t.deal_id ORDER BY t.occurred_at, t.interaction_id);

CREATE TEMP TABLE forward_move AS
SELECT deal_id, changed_at AS occurred_at FROM (
    SELECT deal_id, changed_at, stage_order > lag(stage_order) OVER (PARTITION BY deal_id ORDER BY changed_at) AS is_forward
    FROM src_deal_changes WHERE field = 'stage' AND stage_order IS NOT NULL AND changed_at <= getvariable('as_of')
) WHERE is_forward;

CREATE TEMP TABLE sign_of_life AS
SELECT deal_id, occurred_at FROM deal_touch
WHERE is_inbound OR kind IN ('meeting', 'visit', 'demo', 'workshop', 'business_review', 'partnership_meeting')
UNION ALL FROM forward_move;

CREATE TABLE follow_up AS
SELECT f.interaction_id, coalesce(f.account_id, f.deal_account_id) AS account_id, f.deal_id, f.occurred_at, f.person_id, f.is_joint,
       f.on_day AS credited_on, month_of(f.on_day) AS month,
       -- Weekdays after the last touch's day, up to the follow-up's own.
       (n.weekdays_before + CAST(isodow(n.on_day) <= 5 AS INTEGER)) - (l.weekdays_before + CAST(isodow(l.on_day) <= 5 AS INTEGER)) AS weekdays,
       CASE WHEN f.last_due_at IS NOT NULL THEN f.on_day <= local_day(f.last_due_at) ELSE weekdays <= 5 END AS is_timely,
       NOT f.last_was_ours OR weekdays >= 1 AS is_gentle,
       coalesce(s.occurred_at <= f.occurred_at + INTERVAL 7 DAY, false) AS is_effective,
       f.occurred_at + INTERVAL 7 DAY <= getvariable('as_of') AS is_mature,
       is_timely AND is_gentle AND is_effective AS is_right
FROM deal_touch f
ASOF LEFT JOIN sign_of_life s ON s.deal_id = f.deal_id AND f.occurred_at < s.occurred_at
JOIN day n ON n.on_day = f.on_day JOIN day l ON l.on_day = local_day(f.last_at)
WHERE f.is_outbound AND f.deal_created_at <= f.occurred_at AND (f.deal_closed_at IS NULL OR f.occurred_at < f.deal_closed_at);
DROP TABLE deal_touch; DROP TABLE forward_move; DROP TABLE sign_of_life;

-- An unripe follow-up is pending for the count of right ones only while it can still become right.
CREATE MACRO followed(rows_of, entity_column) AS TABLE
SELECT COLUMNS(lambda c: c = entity_column), month,
       count(*) FILTER (is_mature AND is_right) AS n_right, count(*) FILTER (is_mature) AS n_mature,
       count(*) FILTER (NOT is_mature) AS n_unripe, count(*) FILTER (NOT is_mature AND is_timely AND is_gentle) AS n_maybe_right
FROM query_table(rows_of) GROUP BY ALL;
CREATE TEMP TABLE c AS
SELECT interaction_id, is_joint, month, person_id, team, department, is_timely, is_gentle, is_right, is_mature FROM credited('follow_up');
CREATE TEMP TABLE ct AS FROM once_per_team('c');
CREATE TEMP TABLE cd AS FROM once_per_department('c');
CREATE TEMP TABLE a AS FROM followed('follow_up', 'account_id');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM followed('c', 'person_id');
CREATE TEMP TABLE t AS FROM followed('ct', 'team');
CREATE TEMP TABLE d AS FROM followed('cd', 'department');
CREATE TABLE follow_up_cells AS FROM cells_of('a', 'g', 'p', 't', 'd');
DROP TABLE a; DROP TABLE g; DROP TABLE p; DROP TABLE t; DROP TABLE d; DROP TABLE c; DROP TABLE ct; DROP TABLE cd;

-- The customer's people -----------------------------------------------------------------------------------------------

CREATE TEMP TABLE contact_touch AS
SELECT p.contact_id, t.interaction_id, t.account_id, t.occurred_at, t.on_day, t.kind, t.is_inbound, t.is_outbound, t.by_people, t.is_live
FROM src_participants p JOIN touch t USING (interaction_id)
WHERE p.contact_id IS NOT NULL AND p.attended IS NOT FALSE
  AND (t.is_live OR (t.by_people AND (t.is_inbound OR t.kind = 'social')));

CREATE TEMP TABLE encounter AS
SELECT c.contact_id, c.account_id, c.interaction_id, c.occurred_at, month_of(c.on_day) AS month
FROM contact_touch c SEMI JOIN src_contacts k ON k.contact_id = c.contact_id AND k.account_id = c.account_id
WHERE c.is_live OR (c.is_inbound AND c.by_people);

CREATE TABLE connection AS
SELECT f.contact_id, f.account_id, f.interaction_id, f.occurred_at, t.person_id, t.is_joint, t.on_day AS credited_on,
       month_of(t.on_day) AS month
FROM (
    SELECT contact_id, any_value(account_id) AS account_id, min(occurred_at) AS occurred_at,
           arg_min(interaction_id, (occurred_at, interaction_id)) AS interaction_id
    FROM encounter GROUP BY contact_id
) f JOIN touch t USING (interaction_id);
CREATE TEMP TABLE c AS SELECT contact_id, interaction_id, is_joint, month, person_id, team, department FROM credited('connection');
CREATE TEMP TABLE a AS SELECT account_id, month, count(*) AS n_connections FROM connection GROUP BY ALL;
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS SELECT person_id, month, count(*) AS n_connections FROM c GROUP BY ALL;
CREATE TEMP TABLE t AS SELECT team, month, count(*) AS n_connections FROM once_per_team('c') GROUP BY ALL;
CREATE TEMP TABLE d AS SELECT department, month, count(*) AS n_connections FROM once_per_department('c') GROUP BY ALL;
CREATE TABLE connection_cells AS FROM cells_of('a', 'g', 'p', 't', 'd');
DROP TABLE a; DROP TABLE g; DROP TABLE p; DROP TABLE t; DROP TABLE d; DROP TABLE c;

-- Social exchanges: social interactions with a contact who in that period went both ways.
CREATE TEMP TABLE social AS
SELECT contact_id, interaction_id, is_inbound, is_outbound, month_of(on_day) AS month
FROM contact_touch WHERE kind = 'social' AND by_people;
CREATE TEMP TABLE social_period AS
SELECT DISTINCT s.interaction_id, period
FROM (
    SELECT interaction_id, period, bool_or(is_inbound) OVER w AND bool_or(is_outbound) OVER w AS is_exchange
    FROM social JOIN rollup_of USING (month) WINDOW w AS (PARTITION BY contact_id, period)
) s WHERE is_exchange;
CREATE TABLE social_exchange AS
SELECT s.interaction_id, s.period, t.account_id, t.person_id, t.is_joint, t.on_day AS credited_on
FROM social_period s JOIN touch t USING (interaction_id);
CREATE TEMP TABLE c AS SELECT interaction_id, is_joint, period, person_id, team, department FROM credited('social_exchange');
CREATE TABLE social_cells AS
SELECT 'account' AS grain, account_id AS entity, period, count(*) AS n_social FROM social_exchange WHERE account_id IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'segment', segment, period, count(*) FROM social_exchange JOIN account USING (account_id) WHERE segment IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'industry', industry, period, count(*) FROM social_exchange JOIN account USING (account_id) WHERE industry IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'company', 'company', period, count(*) FROM social_exchange GROUP BY ALL
UNION ALL SELECT 'person', person_id, period, count(*) FROM c GROUP BY ALL
UNION ALL SELECT 'team', team, period, count(*) FROM once_per_team('c') GROUP BY ALL
UNION ALL SELECT 'department', department, period, count(*) FROM once_per_department('c') GROUP BY ALL;
DROP TABLE c; DROP TABLE social; DROP TABLE social_period; DROP TABLE contact_touch;

-- How widely both sides know each other, by account and period --------------------------------------------------------

-- As bits: 1 live, 2 they wrote, 4 we wrote. Months first; quarters and years are made of them.
CREATE MACRO ways_of(is_live, is_inbound, is_outbound, by_people) AS
    CAST(CAST(is_live AS INTEGER) + 2 * CAST(is_inbound AND by_people AS INTEGER) + 4 * CAST(is_outbound AND by_people AS INTEGER)
         AS UTINYINT);
CREATE TEMP TABLE known_month AS
SELECT account_id, person_id, month, bit_or(ways) AS ways
FROM (
    SELECT account_id, person_id, month_of(on_day) AS month, ways_of(is_live, is_inbound, is_outbound, by_people) AS ways
    FROM touch WHERE NOT is_joint AND person_id IS NOT NULL AND account_id IS NOT NULL
    UNION ALL
    SELECT t.account_id, c.person_id, month_of(t.on_day), ways_of(t.is_live, t.is_inbound, t.is_outbound, t.by_people)
    FROM touch t JOIN joint_crew c USING (interaction_id) WHERE t.is_joint AND t.account_id IS NOT NULL
) WHERE ways > 0 GROUP BY ALL;
CREATE TEMP TABLE known_quarter AS
SELECT account_id, person_id, quarter, bit_or(ways) AS ways FROM known_month JOIN month_parts USING (month) GROUP BY ALL;
CREATE TEMP TABLE known_year AS
SELECT account_id, person_id, year, bit_or(ways) AS ways
FROM known_quarter JOIN (SELECT DISTINCT quarter, year FROM month_parts) USING (quarter) GROUP BY ALL;
CREATE TEMP TABLE people_known AS
SELECT account_id, month AS period, count(*) AS people FROM known_month WHERE ways & 1 = 1 OR ways & 6 = 6 GROUP BY ALL
UNION ALL SELECT account_id, quarter, count(*) FROM known_quarter WHERE ways & 1 = 1 OR ways & 6 = 6 GROUP BY ALL
UNION ALL SELECT account_id, year, count(*) FROM known_year WHERE ways & 1 = 1 OR ways & 6 = 6 GROUP BY ALL;
DROP TABLE known_month; DROP TABLE known_quarter; DROP TABLE known_year;

CREATE TEMP TABLE reached_month AS SELECT DISTINCT account_id, contact_id, month FROM encounter;
CREATE TEMP TABLE contacts_reached AS
SELECT account_id, month AS period, count(*) AS contacts FROM reached_month GROUP BY ALL
UNION ALL SELECT account_id, quarter, count(DISTINCT contact_id) FROM reached_month JOIN month_parts USING (month) GROUP BY ALL
UNION ALL SELECT account_id, year, count(DISTINCT contact_id) FROM reached_month JOIN month_parts USING (month) GROUP BY ALL;
DROP TABLE reached_month; DROP TABLE encounter;

CREATE TEMP TABLE reviewed AS
SELECT account_id, period, CAST(sum(reviews) AS BIGINT) AS reviews
FROM (SELECT account_id, month_of(on_day) AS month, count(*) AS reviews FROM touch
      WHERE kind = 'business_review' AND account_id IS NOT NULL GROUP BY ALL)
JOIN rollup_of USING (month) GROUP BY ALL;
