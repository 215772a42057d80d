-- The ground: the calendar, who was in which team when, what money was worth.
-- The runner sets the variable as_of (UTC, the last microsecond that counts) and names each file as a view src_*.
-- The zone is Europe/Berlin, open Monday to Friday from 9 to 17; money is in EUR.

SET VARIABLE as_of_on = CAST(timezone('Europe/Berlin', timezone('UTC', getvariable('as_of'))) AS DATE);

-- Asking the zone row by row takes eight times as long as these few instants, which the European rule gives.
CREATE MACRO wall(instant) AS CASE
    WHEN instant >= TIMESTAMP '2027-03-28 01:00' THEN instant + INTERVAL 2 HOUR
    WHEN instant >= TIMESTAMP '2026-10-25 01:00' THEN instant + INTERVAL 1 HOUR
    WHEN instant >= TIMESTAMP '2026-03-29 01:00' THEN instant + INTERVAL 2 HOUR
    WHEN instant >= TIMESTAMP '2025-10-26 01:00' THEN instant + INTERVAL 1 HOUR
    WHEN instant >= TIMESTAMP '2025-03-30 01:00' THEN instant + INTERVAL 2 HOUR
    WHEN instant >= TIMESTAMP '2024-10-27 01:00' THEN instant + INTERVAL 1 HOUR
    WHEN instant >= TIMESTAMP '2024-03-31 01:00' THEN instant + INTERVAL 2 HOUR
    ELSE instant + INTERVAL 1 HOUR END;
CREATE MACRO local_day(instant) AS CAST(wall(instant) AS DATE);
CREATE MACRO midnight(on_day) AS timezone('UTC', timezone('Europe/Berlin', CAST(on_day AS TIMESTAMP)));

-- Periods are numbered: months from 1, quarters from 1001, years from 2001.
CREATE TABLE day AS
SELECT on_day, yearmonth_of AS month_key, quarter_key, year_key,
       CAST(dense_rank() OVER (ORDER BY yearmonth_of) AS SMALLINT) AS month,
       CAST(1000 + dense_rank() OVER (ORDER BY quarter_key) AS SMALLINT) AS quarter,
       CAST(2000 + dense_rank() OVER (ORDER BY year_key) AS SMALLINT) AS year,
       opens_at, CASE WHEN isodow(on_day) <= 5 THEN closes_at ELSE opens_at END AS closes_at,
       -- Business microseconds and weekdays before this day.
       8 * 3600000000 * weekdays_before AS open_before, weekdays_before
FROM (
    SELECT on_day, strftime(on_day, '%Y-%m') AS yearmonth_of, strftime(on_day, '%Y-Q') || quarter(on_day) AS quarter_key,
           strftime(on_day, '%Y') AS year_key,
           timezone('UTC', timezone('Europe/Berlin', on_day + INTERVAL 9 HOUR)) AS opens_at,
           timezone('UTC', timezone('Europe/Berlin', on_day + INTERVAL 17 HOUR)) AS closes_at,
           CAST(coalesce(sum(CAST(isodow(on_day) <= 5 AS BIGINT)) OVER (
               ORDER BY on_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS BIGINT) AS weekdays_before
    FROM (SELECT CAST(unnest(generate_series(TIMESTAMP '2024-01-01', TIMESTAMP '2027-12-31', INTERVAL 1 DAY)) AS DATE) AS on_day)
);

CREATE TABLE period AS
SELECT period, kind, key, first_on, last_on, least(last_on, getvariable('as_of_on')) AS cut_on,
       midnight(first_on) AS starts_at,
       least(midnight(last_on + 1) - INTERVAL 1 MICROSECOND, getvariable('as_of')) AS cut_at
FROM (
    SELECT month AS period, 'month' AS kind, month_key AS key, min(on_day) AS first_on, max(on_day) AS last_on FROM day GROUP BY ALL
    UNION ALL SELECT quarter, 'quarter', quarter_key, min(on_day), max(on_day) FROM day GROUP BY ALL
    UNION ALL SELECT year, 'year', year_key, min(on_day), max(on_day) FROM day GROUP BY ALL
) WHERE first_on <= getvariable('as_of_on');

-- Which periods a month adds up to; itself is one of them.
CREATE TABLE rollup_of AS
SELECT DISTINCT month, unnest([month, quarter, year]) AS period FROM day WHERE on_day <= getvariable('as_of_on');

CREATE TABLE account AS SELECT account_id, owner_id, segment, industry FROM src_accounts;

-- In which team our people were on which day; a person's rows do not overlap.
CREATE TABLE desk AS
SELECT person_id, coalesce(active_from, DATE '1900-01-01') AS from_on, coalesce(active_to, DATE '9999-12-31') AS to_on,
       team, department
FROM src_people;

CREATE TEMP TABLE rate AS
SELECT currency, rate, valid_from AS from_on,
       coalesce(lead(valid_from) OVER (PARTITION BY currency ORDER BY valid_from), DATE '9999-12-31') AS before_on
FROM src_fx_rates WHERE base = 'EUR'
UNION ALL SELECT 'EUR', 1.0, DATE '1900-01-01', DATE '9999-12-31';


-- Sums of whole numbers (columns n_*) or of amounts (columns m_*), from months to months, quarters and years, by an entity
-- coarser than that of the months; and from months to quarters and years only.
CREATE MACRO added(finer, grain_name, entity_column) AS TABLE
SELECT grain_name AS grain, COLUMNS(lambda c: c = entity_column) AS entity, period,
       CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1'
FROM query_table(finer) JOIN rollup_of USING (month)
WHERE COLUMNS(lambda c: c = entity_column) IS NOT NULL GROUP BY ALL;

CREATE MACRO added_coarser(finer, grain_name, entity_column) AS TABLE
SELECT grain_name AS grain, COLUMNS(lambda c: c = entity_column) AS entity, period,
       CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1'
FROM query_table(finer) JOIN rollup_of USING (month)
WHERE period <> month AND COLUMNS(lambda c: c = entity_column) IS NOT NULL GROUP BY ALL;

CREATE MACRO added_company(finer) AS TABLE
SELECT 'company' AS grain, 'company' AS entity, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1'
FROM query_table(finer) JOIN rollup_of USING (month) GROUP BY ALL;

-- The months of segments and industries, from those of accounts.
CREATE MACRO grouped(by_account) AS TABLE
SELECT segment, industry, month, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1'
FROM query_table(by_account) LEFT JOIN account USING (account_id) GROUP BY ALL;

-- All grains at once: 'by_account' has account_id, month, n_*; 'by_group' segment, industry, month, n_*; the others
-- person_id or team or department, month, n_*.
CREATE MACRO cells_of(by_account, by_group, by_person, by_team, by_department) AS TABLE
SELECT 'account' AS grain, account_id AS entity, month AS period, COLUMNS('^(n_.*)$')
FROM query_table(by_account) WHERE account_id IS NOT NULL
UNION ALL FROM added_coarser(by_account, 'account', 'account_id')
UNION ALL FROM added(by_group, 'segment', 'segment')
UNION ALL FROM added(by_group, 'industry', 'industry')
UNION ALL FROM added_company(by_group)
UNION ALL FROM added(by_person, 'person', 'person_id')
UNION ALL FROM added(by_team, 'team', 'team')
UNION ALL FROM added(by_department, 'department', 'department');

-- Months are numbered as in the table day, which begins with January 2024.
CREATE MACRO month_of(on_day) AS CAST(12 * (year(on_day) - 2024) + month(on_day) AS SMALLINT);

-- Rows of a table (account_id, person_id, credited_on, month, n_*) by all grains, where one person is credited.
CREATE MACRO by_account_month(facts) AS TABLE
SELECT account_id, month, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1' FROM query_table(facts) GROUP BY ALL;
CREATE MACRO by_desk_month(facts) AS TABLE
SELECT f.person_id, d.team, d.department, f.month, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1'
FROM query_table(facts) f LEFT JOIN desk d ON d.person_id = f.person_id AND f.credited_on BETWEEN d.from_on AND d.to_on
WHERE f.person_id IS NOT NULL GROUP BY ALL;

-- The same with amounts beside the numbers.
CREATE MACRO added_money(finer, grain_name, entity_column) AS TABLE
SELECT grain_name AS grain, COLUMNS(lambda c: c = entity_column) AS entity, period,
       CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
FROM query_table(finer) JOIN rollup_of USING (month)
WHERE COLUMNS(lambda c: c = entity_column) IS NOT NULL GROUP BY ALL;
CREATE MACRO added_coarser_money(finer, grain_name, entity_column) AS TABLE
SELECT grain_name AS grain, COLUMNS(lambda c: c = entity_column) AS entity, period,
       CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
FROM query_table(finer) JOIN rollup_of USING (month)
WHERE period <> month AND COLUMNS(lambda c: c = entity_column) IS NOT NULL GROUP BY ALL;
CREATE MACRO added_company_money(finer) AS TABLE
SELECT 'company' AS grain, 'company' AS entity, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
FROM query_table(finer) JOIN rollup_of USING (month) GROUP BY ALL;
CREATE MACRO grouped_money(by_account) AS TABLE
SELECT segment, industry, month, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
FROM query_table(by_account) LEFT JOIN account USING (account_id) GROUP BY ALL;
CREATE MACRO by_account_month_money(facts) AS TABLE
SELECT account_id, month, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1' FROM query_table(facts) GROUP BY ALL;
CREATE MACRO by_desk_month_money(facts) AS TABLE
SELECT f.person_id, d.team, d.department, f.month, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
FROM query_table(facts) f LEFT JOIN desk d ON d.person_id = f.person_id AND f.credited_on BETWEEN d.from_on AND d.to_on
WHERE f.person_id IS NOT NULL GROUP BY ALL;
CREATE MACRO money_cells_of(by_account, by_group, by_desk) AS TABLE
SELECT 'account' AS grain, account_id AS entity, month AS period, COLUMNS('^(n_.*)$'), COLUMNS('^(m_.*)$')
FROM query_table(by_account) WHERE account_id IS NOT NULL
UNION ALL FROM added_coarser_money(by_account, 'account', 'account_id')
UNION ALL FROM added_money(by_group, 'segment', 'segment')
UNION ALL FROM added_money(by_group, 'industry', 'industry')
UNION ALL FROM added_company_money(by_group)
UNION ALL FROM added_money(by_desk, 'person', 'person_id')
UNION ALL FROM added_money(by_desk, 'team', 'team')
UNION ALL FROM added_money(by_desk, 'department', 'department');
