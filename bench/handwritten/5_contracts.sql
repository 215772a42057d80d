-- Customers and their contracts: who is active, what they pay, do they renew, do they default.

CREATE TEMP TABLE term AS
SELECT c.contract_id, c.account_id, a.owner_id AS person_id, c.starts_on AS runs_from,
       least(coalesce(c.ends_on, DATE '9999-12-31'), coalesce(c.cancelled_on - 1, DATE '9999-12-31'),
             coalesce(c.defaulted_on - 1, DATE '9999-12-31')) AS runs_to,
       c.starts_on, c.ends_on, c.defaulted_on, c.renews_contract_id, x.rate, nullif(c.ends_on - c.starts_on + 1, 0) AS term_days,
       CAST(c.amount AS DOUBLE) * x.rate AS amount, CAST(c.cost_amount AS DOUBLE) * x.rate AS cost
FROM src_contracts c LEFT JOIN account a USING (account_id)
LEFT JOIN rate x ON x.currency = coalesce(c.currency, 'EUR') AND c.starts_on >= x.from_on AND c.starts_on < x.before_on
WHERE c.starts_on <= getvariable('as_of_on');

-- Rows of a table (account_id, person_id, credited_on, period, n_*, m_*) by all grains; nothing adds up over periods.
CREATE MACRO period_cells_of(facts) AS TABLE
WITH by_account AS (
    SELECT account_id, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
    FROM query_table(facts) GROUP BY ALL
), by_group AS (
    SELECT segment, industry, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
    FROM by_account LEFT JOIN account USING (account_id) GROUP BY ALL
), by_desk AS (
    SELECT f.person_id, d.team, d.department, f.period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT) AS '\1', sum(COLUMNS('^(m_.*)$')) AS '\1'
    FROM query_table(facts) f LEFT JOIN desk d ON d.person_id = f.person_id AND f.credited_on BETWEEN d.from_on AND d.to_on
    WHERE f.person_id IS NOT NULL GROUP BY ALL
)
SELECT 'account' AS grain, account_id AS entity, period, COLUMNS('^(n_.*)$'), COLUMNS('^(m_.*)$') FROM by_account WHERE account_id IS NOT NULL
UNION ALL SELECT 'segment', segment, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT), sum(COLUMNS('^(m_.*)$'))
    FROM by_group WHERE segment IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'industry', industry, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT), sum(COLUMNS('^(m_.*)$'))
    FROM by_group WHERE industry IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'company', 'company', period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT), sum(COLUMNS('^(m_.*)$')) FROM by_group GROUP BY ALL
UNION ALL SELECT 'person', person_id, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT), sum(COLUMNS('^(m_.*)$')) FROM by_desk GROUP BY ALL
UNION ALL SELECT 'team', team, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT), sum(COLUMNS('^(m_.*)$'))
    FROM by_desk WHERE team IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'department', department, period, CAST(sum(COLUMNS('^(n_.*)$')) AS BIGINT), sum(COLUMNS('^(m_.*)$'))
    FROM by_desk WHERE department IS NOT NULL GROUP BY ALL;

-- Active customers, with what they did and met in the period.
CREATE TEMP TABLE promoted AS
SELECT account_id, period, count(*) AS promotions, count(*) FILTER (is_referral) AS referrals
FROM promotion_fact JOIN rollup_of USING (month) GROUP BY ALL;
CREATE TABLE customer AS
SELECT a.account_id, o.owner_id AS person_id, a.period, a.cut_on AS credited_on,
       coalesce(p.promotions, 0) AS promotions, coalesce(p.referrals, 0) > 0 AS has_referral,
       coalesce(k.people, 0) AS people, coalesce(c.contacts, 0) AS contacts, coalesce(r.reviews, 0) AS reviews
FROM (
    SELECT DISTINCT t.account_id, q.period, q.cut_on
    FROM term t JOIN period q ON t.runs_from <= q.cut_on AND t.runs_to >= q.first_on
    WHERE t.runs_to >= t.runs_from AND t.account_id IS NOT NULL
) a
LEFT JOIN account o USING (account_id) LEFT JOIN promoted p USING (account_id, period)
LEFT JOIN people_known k USING (account_id, period) LEFT JOIN contacts_reached c USING (account_id, period)
LEFT JOIN reviewed r USING (account_id, period);
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, period, 1 AS n_customers, CAST(has_referral AS INTEGER) AS n_referrers,
       promotions AS n_promotions, CAST(promotions > 0 AS INTEGER) AS n_advocates, people AS n_people, contacts AS n_contacts,
       CAST(contacts <= 1 AS INTEGER) AS n_single_threaded, CAST(reviews > 0 AS INTEGER) AS n_reviewed, 0 AS m_none
FROM customer;
CREATE TABLE customer_cells AS FROM period_cells_of('f');
DROP TABLE f; DROP TABLE promoted; DROP TABLE people_known; DROP TABLE contacts_reached; DROP TABLE reviewed;

-- Revenue: the days a contract ran in the period, cut where its owner changed teams (also where in no team at all).
CREATE TEMP TABLE stretch AS
SELECT person_id, from_on, to_on FROM desk
UNION ALL
SELECT person_id, CAST(to_on + INTERVAL 1 DAY AS DATE), CAST(next_from - INTERVAL 1 DAY AS DATE)
FROM (SELECT person_id, to_on, coalesce(lead(from_on) OVER (PARTITION BY person_id ORDER BY from_on), DATE '9999-12-31') AS next_from FROM desk)
WHERE to_on < DATE '9999-12-31' AND to_on + INTERVAL 1 DAY < next_from
UNION ALL SELECT person_id, DATE '1800-01-01', min(from_on) - 1 FROM desk GROUP BY person_id;
CREATE TABLE revenue_fact AS
SELECT t.contract_id, t.account_id, t.person_id, greatest(t.from_on, q.first_on) AS credited_on, q.period,
       least(t.to_on, q.cut_on) - greatest(t.from_on, q.first_on) + 1 AS days,
       t.amount * days / t.term_days AS revenue, (t.amount - t.cost) * days / t.term_days AS margin
FROM (
    SELECT t.*, greatest(t.runs_from, coalesce(s.from_on, t.runs_from)) AS from_on, least(t.runs_to, coalesce(s.to_on, t.runs_to)) AS to_on
    FROM term t LEFT JOIN stretch s ON s.person_id = t.person_id AND t.runs_from <= s.to_on AND t.runs_to >= s.from_on
    WHERE t.runs_from <= t.runs_to
) t JOIN period q ON t.from_on <= q.cut_on AND t.to_on >= q.first_on;
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, period, CAST(revenue IS NOT NULL AS INTEGER) AS n_revenue,
       CAST(margin IS NOT NULL AS INTEGER) AS n_margin, coalesce(revenue, 0) AS m_revenue, coalesce(margin, 0) AS m_margin
FROM revenue_fact;
CREATE TABLE revenue_cells AS FROM period_cells_of('f');
DROP TABLE f;

CREATE TABLE market_cells AS
WITH sized AS (
    SELECT m.segment, p.period, CAST(m.size AS DOUBLE) * x.rate AS size
    FROM src_markets m JOIN period p ON p.key = m.period
    JOIN rate x ON x.currency = coalesce(m.currency, 'EUR') AND p.first_on >= x.from_on AND p.first_on < x.before_on
), earned AS (SELECT entity AS segment, period, m_revenue FROM revenue_cells WHERE grain = 'segment')
SELECT 'segment' AS grain, segment AS entity, period, count(*) AS n_markets, sum(size) AS m_size, sum(coalesce(m_revenue, 0)) AS m_revenue
FROM sized LEFT JOIN earned USING (segment, period) GROUP BY ALL
UNION ALL SELECT 'company', 'company', period, count(*), sum(size), sum(coalesce(m_revenue, 0))
FROM sized LEFT JOIN earned USING (segment, period) GROUP BY ALL;

-- Renewals: by the contract's last day.
CREATE TABLE renewal_fact AS
SELECT t.contract_id, t.account_id, t.person_id, t.ends_on AS credited_on, month_of(t.ends_on) AS month,
       -- The thirtieth day after must be wholly over.
       midnight(t.ends_on + 31) <= getvariable('as_of') + INTERVAL 1 MICROSECOND AS is_mature,
       coalesce(r.starts_on <= t.ends_on + 30, false) AS is_renewed, t.amount
FROM term t LEFT JOIN (
    SELECT renews_contract_id AS contract_id, min(starts_on) AS starts_on FROM term
    WHERE renews_contract_id <> contract_id GROUP BY ALL
) r USING (contract_id)
WHERE t.ends_on <= getvariable('as_of_on');
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, CAST(is_mature AS INTEGER) AS n_mature, CAST(NOT is_mature AS INTEGER) AS n_unripe,
       CAST(is_mature AND is_renewed AS INTEGER) AS n_renewed, CAST(is_mature AND amount <> 0 AS INTEGER) AS n_amounts,
       CASE WHEN is_mature THEN coalesce(amount, 0) ELSE 0 END AS m_due,
       CASE WHEN is_mature AND is_renewed THEN coalesce(amount, 0) ELSE 0 END AS m_renewed
FROM (SELECT * REPLACE (coalesce(amount, 0) AS amount) FROM renewal_fact);
CREATE TEMP TABLE a AS FROM by_account_month_money('f');
CREATE TEMP TABLE g AS FROM grouped_money('a');
CREATE TEMP TABLE p AS FROM by_desk_month_money('f');
CREATE TABLE renewal_cells AS FROM money_cells_of('a', 'g', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p;

-- Retention: what customers of a year ago paid a day then, and now.
CREATE TEMP TABLE asked AS
SELECT period, cut_on AS now_on, CAST(CAST(cut_on + 1 AS TIMESTAMP) - INTERVAL 1 YEAR AS DATE) - 1 AS then_on FROM period;
CREATE TEMP TABLE recurring AS
SELECT t.account_id, d.on_day, sum(t.amount / t.term_days * 365) AS recurring, count(*) > count(t.amount / t.term_days) AS is_unknown
FROM term t JOIN (SELECT now_on AS on_day FROM asked UNION SELECT then_on FROM asked) d ON d.on_day BETWEEN t.runs_from AND t.runs_to
WHERE t.account_id IS NOT NULL GROUP BY ALL;
CREATE TABLE retention_fact AS
SELECT t.account_id, o.owner_id AS person_id, q.period, q.now_on AS credited_on, t.recurring AS recurring_then,
       coalesce(n.recurring, 0) AS recurring_now, NOT t.is_unknown AND NOT coalesce(n.is_unknown, false) AS is_known
FROM asked q JOIN recurring t ON t.on_day = q.then_on
LEFT JOIN recurring n ON n.account_id = t.account_id AND n.on_day = q.now_on LEFT JOIN account o ON o.account_id = t.account_id;
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, period, CAST(is_known AND recurring_then <> 0 AS INTEGER) AS n_known,
       CASE WHEN is_known THEN recurring_then ELSE 0 END AS m_then, CASE WHEN is_known THEN recurring_now ELSE 0 END AS m_now,
       CASE WHEN is_known THEN least(recurring_now, recurring_then) ELSE 0 END AS m_kept
FROM retention_fact;
CREATE TABLE retention_cells AS FROM period_cells_of('f');
DROP TABLE f;

-- Defaults, over contracts that ran or defaulted in the period.
CREATE TABLE exposure_fact AS
SELECT contract_id, account_id, person_id, credited_on, period, has_defaulted FROM (
    SELECT t.contract_id, t.account_id, t.person_id, q.cut_on AS credited_on, q.period,
           t.runs_from <= t.runs_to AND t.runs_from <= q.cut_on AND t.runs_to >= q.first_on AS is_running,
           coalesce(t.defaulted_on BETWEEN q.first_on AND q.cut_on, false) AS has_defaulted
    FROM term t JOIN period q
      ON least(t.runs_from, coalesce(t.defaulted_on, t.runs_from)) <= q.cut_on
     AND greatest(t.runs_to, coalesce(t.defaulted_on, t.runs_to)) >= q.first_on
) WHERE is_running OR has_defaulted;
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, period, 1 AS n_exposed, CAST(has_defaulted AS INTEGER) AS n_defaulted, 0 AS m_none FROM exposure_fact;
CREATE TABLE exposure_cells AS FROM period_cells_of('f');
DROP TABLE f; DROP TABLE term; DROP TABLE recurring;
