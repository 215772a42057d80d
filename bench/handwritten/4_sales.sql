-- Marketing and sales: leads, deals, promotions, mail.

-- Leads ---------------------------------------------------------------------------------------------------------------
CREATE TABLE lead_fact AS
SELECT l.lead_id, l.account_id, l.owner_id AS person_id, l.qualified_at, local_day(l.qualified_at) AS credited_on,
       month_of(credited_on) AS month, l.qualified_at + INTERVAL 90 DAY <= getvariable('as_of') AS is_mature,
       coalesce(coalesce(CASE WHEN l.converted_at <= getvariable('as_of') THEN l.converted_at END, d.created_at, n.created_at)
                <= l.qualified_at + INTERVAL 90 DAY, false) AS is_converted
FROM src_leads l
LEFT JOIN src_deals d ON d.deal_id = l.deal_id AND d.created_at <= getvariable('as_of')
LEFT JOIN (SELECT lead_id, min(created_at) AS created_at FROM src_deals
           WHERE lead_id IS NOT NULL AND created_at <= getvariable('as_of') GROUP BY lead_id) n ON n.lead_id = l.lead_id
WHERE l.created_at <= getvariable('as_of') AND l.qualified_at <= getvariable('as_of');
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, 1 AS n_leads, CAST(is_mature AS INTEGER) AS n_mature,
       CAST(NOT is_mature AS INTEGER) AS n_unripe, CAST(is_mature AND is_converted AS INTEGER) AS n_converted
FROM lead_fact;
CREATE TEMP TABLE a AS FROM by_account_month('f');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM by_desk_month('f');
CREATE TABLE lead_cells AS FROM cells_of('a', 'g', 'p', 'p', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p;

-- Deals ---------------------------------------------------------------------------------------------------------------
CREATE TEMP TABLE ended AS
SELECT d.*, local_day(d.closed_at) AS closed_on FROM src_deals d
WHERE d.created_at <= getvariable('as_of') AND d.outcome IN ('won', 'lost') AND d.closed_at <= getvariable('as_of');

CREATE TEMP TABLE owner_at_closing AS
SELECT e.deal_id, coalesce(arg_max(c.new_value, c.changed_at) FILTER (c.changed_at <= e.closed_at),
                           arg_min(c.old_value, c.changed_at)) AS person_id
FROM ended e JOIN src_deal_changes c ON c.deal_id = e.deal_id AND c.field = 'owner' AND c.changed_at <= getvariable('as_of')
GROUP BY e.deal_id;

CREATE TEMP TABLE price_history AS
SELECT deal_id, count(*) FILTER (new_price < coalesce(old_price, price_before)) AS lowered
FROM (
    SELECT c.deal_id, c.changed_at, CAST(c.new_value AS DECIMAL(18, 4)) AS new_price, CAST(c.old_value AS DECIMAL(18, 4)) AS old_price,
           lag(CAST(c.new_value AS DECIMAL(18, 4))) OVER (PARTITION BY c.deal_id ORDER BY c.changed_at) AS price_before
    FROM src_deal_changes c WHERE c.field = 'amount' AND c.changed_at <= getvariable('as_of')
) c JOIN ended e USING (deal_id) WHERE c.changed_at <= e.closed_at GROUP BY deal_id;

CREATE TEMP TABLE first_referral AS
SELECT referred_account_id AS account_id, min(occurred_at) AS referred_at FROM src_promotions
WHERE kind = 'referral' AND referred_account_id IS NOT NULL AND occurred_at <= getvariable('as_of') GROUP BY ALL;
CREATE TEMP TABLE referred_lead AS
SELECT lead_id, deal_id FROM src_leads WHERE referral_id IS NOT NULL AND created_at <= getvariable('as_of');

CREATE TABLE deal_fact AS
SELECT e.deal_id, e.account_id, coalesce(o.person_id, e.owner_id) AS person_id, e.kind, e.closed_at, e.closed_on AS credited_on,
       month_of(e.closed_on) AS month, e.outcome = 'won' AS is_won,
       (epoch_us(e.closed_at) - epoch_us(e.created_at)) / 86400000000.0 AS cycle_days,
       coalesce(e.list_amount > 0 AND e.net_amount IS NOT NULL, false) AS has_list,
       has_list AND greatest(e.list_amount - e.net_amount, 0) >= 0.2 * e.list_amount AS is_deep,
       h.deal_id IS NOT NULL AS has_history, coalesce(h.lowered >= 2, false) AS is_negotiated,
       l.lead_id IS NOT NULL OR b.deal_id IS NOT NULL OR coalesce(r.referred_at <= e.created_at, false) AS is_referred,
       CASE WHEN has_list THEN CAST(e.list_amount AS DOUBLE) * x.rate END AS list_amount,
       CASE WHEN has_list THEN CAST(greatest(e.list_amount - e.net_amount, 0) AS DOUBLE) * x.rate END AS discount_amount,
       CAST(e.net_amount AS DOUBLE) * x.rate AS net_amount
FROM ended e
LEFT JOIN owner_at_closing o ON o.deal_id = e.deal_id
LEFT JOIN price_history h ON h.deal_id = e.deal_id
LEFT JOIN first_referral r ON r.account_id = e.account_id
LEFT JOIN referred_lead l ON l.lead_id = e.lead_id
LEFT JOIN (SELECT DISTINCT deal_id FROM referred_lead WHERE deal_id IS NOT NULL) b ON b.deal_id = e.deal_id
LEFT JOIN rate x ON x.currency = coalesce(e.currency, 'EUR') AND e.closed_on >= x.from_on AND e.closed_on < x.before_on;
DROP TABLE owner_at_closing; DROP TABLE price_history; DROP TABLE first_referral; DROP TABLE referred_lead; DROP TABLE ended;

CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, 1 AS n_closed, CAST(is_won AS INTEGER) AS n_won,
       CAST(is_won AND kind = 'new' AS INTEGER) AS n_new_won, CAST(is_won AND kind = 'new' AND is_referred AS INTEGER) AS n_referred,
       CAST(is_won AND has_list AS INTEGER) AS n_listed, CAST(is_won AND is_deep AS INTEGER) AS n_deep,
       CAST(is_won AND has_history AS INTEGER) AS n_priced, CAST(is_won AND is_negotiated AS INTEGER) AS n_negotiated,
       CAST(is_won AND has_list AND has_history AS INTEGER) AS n_both_known,
       CAST(is_won AND has_list AND has_history AND NOT is_deep AND NOT is_negotiated AS INTEGER) AS n_full_value,
       CAST(is_won AND list_amount IS NOT NULL AS INTEGER) AS n_amounts,
       CASE WHEN is_won THEN coalesce(list_amount, 0) ELSE 0 END AS m_list,
       CASE WHEN is_won THEN coalesce(discount_amount, 0) ELSE 0 END AS m_discount
FROM deal_fact;
CREATE TEMP TABLE a AS FROM by_account_month_money('f');
CREATE TEMP TABLE g AS FROM grouped_money('a');
CREATE TEMP TABLE p AS FROM by_desk_month_money('f');
CREATE TABLE deal_cells AS FROM money_cells_of('a', 'g', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p;

CREATE MACRO cycled(deals, entity_column, grain_name, period_column) AS TABLE
SELECT grain_name AS grain, COLUMNS(lambda c: c = entity_column) AS entity, COLUMNS(lambda c: c = period_column) AS period,
       count(cycle_days) AS n_measured, quantile_cont(cycle_days, 0.5) AS days
FROM query_table(deals) JOIN month_parts USING (month) WHERE COLUMNS(lambda c: c = entity_column) IS NOT NULL GROUP BY ALL;
CREATE MACRO cycled_each(deals, entity_column, grain_name) AS TABLE
FROM cycled(deals, entity_column, grain_name, 'month_itself')
UNION ALL FROM cycled(deals, entity_column, grain_name, 'quarter')
UNION ALL FROM cycled(deals, entity_column, grain_name, 'year');
CREATE TEMP TABLE f AS
SELECT i.account_id, 'company' AS company, a.segment, a.industry, i.person_id, d.team, d.department, i.month, i.cycle_days
FROM deal_fact i LEFT JOIN account a USING (account_id)
LEFT JOIN desk d ON d.person_id = i.person_id AND i.credited_on BETWEEN d.from_on AND d.to_on WHERE i.is_won;
CREATE TABLE cycle_cells AS
FROM cycled_each('f', 'account_id', 'account')
UNION ALL FROM cycled_each('f', 'segment', 'segment')
UNION ALL FROM cycled_each('f', 'industry', 'industry')
UNION ALL FROM cycled_each('f', 'company', 'company')
UNION ALL FROM cycled_each('f', 'person_id', 'person')
UNION ALL FROM cycled_each('f', 'team', 'team')
UNION ALL FROM cycled_each('f', 'department', 'department');
DROP TABLE f;

-- Quotas: bookings of those who have one in that quarter. A year is the sum of its quarters begun.
CREATE TEMP TABLE owed AS
SELECT q.person_id, p.period AS quarter, p.first_on, p.last_on, CAST(q.amount AS DOUBLE) * x.rate AS quota
FROM src_quotas q JOIN period p ON p.kind = 'quarter' AND p.key = q.period
JOIN rate x ON x.currency = coalesce(q.currency, 'EUR') AND p.first_on >= x.from_on AND p.first_on < x.before_on;
CREATE TABLE quota_fact AS
SELECT person_id, quarter, first_on AS credited_on, quota, 0 AS booked, 1 AS quotas FROM owed
UNION ALL
SELECT d.person_id, o.quarter, d.credited_on, 0, coalesce(d.net_amount, 0), 0
FROM deal_fact d JOIN owed o ON o.person_id = d.person_id AND d.credited_on BETWEEN o.first_on AND o.last_on WHERE d.is_won;
CREATE TABLE quota_cells AS
WITH desked AS (
    SELECT q.*, d.team, d.department, unnest([q.quarter, m.year]) AS period
    FROM quota_fact q JOIN (SELECT DISTINCT quarter, year FROM month_parts) m USING (quarter)
    LEFT JOIN desk d ON d.person_id = q.person_id AND q.credited_on BETWEEN d.from_on AND d.to_on
)
SELECT 'person' AS grain, person_id AS entity, period, sum(quotas)::BIGINT AS n_quotas, sum(quota) AS m_quota, sum(booked) AS m_booked
FROM desked GROUP BY ALL
UNION ALL SELECT 'team', team, period, sum(quotas), sum(quota), sum(booked) FROM desked WHERE team IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'department', department, period, sum(quotas), sum(quota), sum(booked) FROM desked WHERE department IS NOT NULL GROUP BY ALL
UNION ALL SELECT 'company', 'company', period, sum(quotas), sum(quota), sum(booked) FROM desked GROUP BY ALL;

-- Promotions ----------------------------------------------------------------------------------------------------------
CREATE TEMP TABLE first_win AS
SELECT account_id AS referred_account_id, min(closed_at) AS won_at FROM deal_fact WHERE is_won GROUP BY account_id;
CREATE TABLE promotion_fact AS
SELECT p.promotion_id, p.account_id, a.owner_id AS person_id, p.occurred_at, local_day(p.occurred_at) AS credited_on,
       month_of(credited_on) AS month, p.kind = 'referral' AS is_referral,
       nullif(lower(trim(p.reached_industry)), '') IS NOT NULL AND nullif(lower(trim(a.industry)), '') IS NOT NULL AS is_industry_known,
       is_industry_known AND lower(trim(p.reached_industry)) = lower(trim(a.industry)) AS is_in_industry,
       p.occurred_at + INTERVAL 180 DAY <= getvariable('as_of') AS is_mature,
       coalesce(w.won_at > p.occurred_at AND w.won_at <= p.occurred_at + INTERVAL 180 DAY, false) AS is_converted
FROM src_promotions p LEFT JOIN account a USING (account_id) LEFT JOIN first_win w USING (referred_account_id)
WHERE p.occurred_at <= getvariable('as_of');
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, CAST(is_industry_known AS INTEGER) AS n_industry_known,
       CAST(is_in_industry AS INTEGER) AS n_in_industry, CAST(is_referral AND is_mature AS INTEGER) AS n_mature,
       CAST(is_referral AND NOT is_mature AS INTEGER) AS n_unripe,
       CAST(is_referral AND is_mature AND is_converted AS INTEGER) AS n_converted
FROM promotion_fact;
CREATE TEMP TABLE a AS FROM by_account_month('f');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM by_desk_month('f');
CREATE TABLE promotion_cells AS FROM cells_of('a', 'g', 'p', 'p', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p;

-- Mail ----------------------------------------------------------------------------------------------------------------
CREATE TABLE mail_fact AS
SELECT e.campaign_id, e.contact_id, coalesce(e.account_id, k.account_id) AS account_id, a.owner_id AS person_id, e.occurred_at, e.kind,
       local_day(e.occurred_at) AS credited_on, month_of(credited_on) AS month
FROM src_campaign_events e LEFT JOIN src_contacts k USING (contact_id)
LEFT JOIN account a ON a.account_id = coalesce(e.account_id, k.account_id)
WHERE e.kind IN ('send', 'click') AND e.occurred_at <= getvariable('as_of');
CREATE TEMP TABLE f AS
SELECT account_id, person_id, credited_on, month, CAST(kind = 'send' AS INTEGER) AS n_sends, CAST(kind = 'click' AS INTEGER) AS n_clicks
FROM mail_fact;
CREATE TEMP TABLE a AS FROM by_account_month('f');
CREATE TEMP TABLE g AS FROM grouped('a');
CREATE TEMP TABLE p AS FROM by_desk_month('f');
CREATE TABLE mail_cells AS FROM cells_of('a', 'g', 'p', 'p', 'p');
DROP TABLE f; DROP TABLE a; DROP TABLE g; DROP TABLE p;
