-- Every number by its metric's name: numerator, denominator, n and pending of each entity and period that has a fact.

CREATE VIEW part AS
-- Marketing
SELECT 'referral_rate' AS metric, 'ratio' AS agg, grain, entity, period, CAST(n_referrers AS DOUBLE) AS numerator,
       CAST(n_customers AS DOUBLE) AS denominator, n_customers AS n, 0 AS pending, CAST(NULL AS DOUBLE) AS measured FROM customer_cells
UNION ALL SELECT 'promotions_per_customer', 'ratio', grain, entity, period, n_promotions, n_customers, n_customers, 0, NULL FROM customer_cells
UNION ALL SELECT 'advocate_share', 'ratio', grain, entity, period, n_advocates, n_customers, n_customers, 0, NULL FROM customer_cells
UNION ALL SELECT 'in_industry_promotion_share', 'ratio', grain, entity, period, n_in_industry, n_industry_known, n_industry_known, 0, NULL FROM promotion_cells
UNION ALL SELECT 'referred_deal_share', 'ratio', grain, entity, period, n_referred, n_new_won, n_new_won, 0, NULL FROM deal_cells
UNION ALL SELECT 'referral_conversion_rate', 'ratio', grain, entity, period, n_converted, n_mature, n_mature, n_unripe, NULL FROM promotion_cells
UNION ALL SELECT 'campaign_click_rate', 'ratio', grain, entity, period, n_clicks, n_sends, n_sends, 0, NULL FROM mail_cells
-- Sales
UNION ALL SELECT 'qualified_leads', 'count', grain, entity, period, n_leads, NULL, n_leads, 0, NULL FROM lead_cells
UNION ALL SELECT 'lead_conversion_rate', 'ratio', grain, entity, period, n_converted, n_mature, n_mature, n_unripe, NULL FROM lead_cells
UNION ALL SELECT 'win_rate', 'ratio', grain, entity, period, n_won, n_closed, n_closed, 0, NULL FROM deal_cells
UNION ALL SELECT 'sales_cycle_days', 'median', grain, entity, period, NULL, NULL, n_measured, 0, days FROM cycle_cells
UNION ALL SELECT 'discount_depth', 'ratio', grain, entity, period, m_discount, m_list, n_amounts, 0, NULL FROM deal_cells
UNION ALL SELECT 'deep_discount_share', 'ratio', grain, entity, period, n_deep, n_listed, n_listed, 0, NULL FROM deal_cells
UNION ALL SELECT 'negotiated_share', 'ratio', grain, entity, period, n_negotiated, n_priced, n_priced, 0, NULL FROM deal_cells
UNION ALL SELECT 'full_value_share', 'ratio', grain, entity, period, n_full_value, n_both_known, n_both_known, 0, NULL FROM deal_cells
-- Support
UNION ALL SELECT 'interactions_per_issue', 'ratio', grain, entity, period, n_contacts, n_issues, n_issues, n_unripe, NULL FROM issue_cells
UNION ALL SELECT 'repeat_contact_rate', 'ratio', grain, entity, period, n_repeated, n_mature, n_mature, n_unripe, NULL FROM resolved_cells
UNION ALL SELECT 'parallel_case_rate', 'ratio', grain, entity, period, n_parallel, n_resolved, n_resolved, 0, NULL FROM resolved_cells
UNION ALL SELECT 'first_contact_resolution', 'ratio', grain, entity, period, n_first_contact, n_issues, n_issues, n_unripe, NULL FROM issue_cells
UNION ALL SELECT 'time_to_permanent_solution', 'median', grain, entity, period, NULL, NULL, n_issues, n_unripe, hours FROM solution_cells
UNION ALL SELECT 'reopen_rate', 'ratio', grain, entity, period, n_reopened, n_resolved, n_resolved, 0, NULL FROM resolved_cells
UNION ALL SELECT 'cases_opened', 'count', grain, entity, period, n_opened, NULL, n_opened, 0, NULL FROM moment_cells
UNION ALL SELECT 'cases_closed', 'count', grain, entity, period, n_closed, NULL, n_closed, 0, NULL FROM moment_cells
UNION ALL SELECT 'cases_escalated', 'count', grain, entity, period, n_escalated, NULL, n_escalated, 0, NULL FROM moment_cells
UNION ALL SELECT 'open_backlog', 'count', grain, entity, period, n_open, NULL, n_open, 0, NULL FROM backlog_cells
-- The customer's experience of us
UNION ALL SELECT 'response_time', 'median', grain, entity, period, NULL, NULL, n_ended, 0, business_median FROM waited_cells
UNION ALL SELECT 'response_time_elapsed', 'median', grain, entity, period, NULL, NULL, n_ended, 0, elapsed_median FROM waited_cells
UNION ALL SELECT 'response_time_p90', 'percentile', grain, entity, period, NULL, NULL, n_ended, 0, business_p90 FROM waited_cells
UNION ALL SELECT 'answered_in_time', 'ratio', grain, entity, period, n_in_time, n_due, n_due, n_not_due, NULL FROM answered_cells
UNION ALL SELECT 'unanswered', 'count', grain, entity, period, n_unanswered, NULL, n_unanswered, 0, NULL FROM unanswered_cells
UNION ALL SELECT 'abandoned', 'count', grain, entity, period, n_abandoned, NULL, n_abandoned, 0, NULL FROM abandoned_cells
UNION ALL SELECT 'right_follow_ups', 'count', grain, entity, period, n_right, NULL, n_right, n_maybe_right, NULL FROM follow_up_cells
UNION ALL SELECT 'right_follow_up_rate', 'ratio', grain, entity, period, n_right, n_mature, n_mature, n_unripe, NULL FROM follow_up_cells
UNION ALL SELECT 'joint_calls', 'count', grain, entity, period, n_joint_calls, NULL, n_joint_calls, 0, NULL FROM meeting_cells
UNION ALL SELECT 'points_of_contact', 'ratio', grain, entity, period, n_people, n_customers, n_customers, 0, NULL FROM customer_cells
UNION ALL SELECT 'stakeholder_reach', 'ratio', grain, entity, period, n_contacts, n_customers, n_customers, 0, NULL FROM customer_cells
UNION ALL SELECT 'single_threaded_share', 'ratio', grain, entity, period, n_single_threaded, n_customers, n_customers, 0, NULL FROM customer_cells
UNION ALL SELECT 'business_reviews', 'count', grain, entity, period, n_business_reviews, NULL, n_business_reviews, 0, NULL FROM meeting_cells
UNION ALL SELECT 'review_coverage', 'ratio', grain, entity, period, n_reviewed, n_customers, n_customers, 0, NULL FROM customer_cells
UNION ALL SELECT 'partnership_meetings', 'count', grain, entity, period, n_partnership_meetings, NULL, n_partnership_meetings, 0, NULL FROM meeting_cells
UNION ALL SELECT 'social_engagements', 'count', grain, entity, period, n_social, NULL, n_social, 0, NULL FROM social_cells
UNION ALL SELECT 'sales_calls', 'count', grain, entity, period, n_sales_calls, NULL, n_sales_calls, 0, NULL FROM meeting_cells
UNION ALL SELECT 'new_prospect_calls', 'count', grain, entity, period, n_new_prospect_calls, NULL, n_new_prospect_calls, 0, NULL FROM meeting_cells
UNION ALL SELECT 'connections_made', 'count', grain, entity, period, n_connections, NULL, n_connections, 0, NULL FROM connection_cells
UNION ALL SELECT 'demos_and_workshops', 'count', grain, entity, period, n_demos_and_workshops, NULL, n_demos_and_workshops, 0, NULL FROM meeting_cells
UNION ALL SELECT 'tradeshows', 'count', grain, entity, period, n_tradeshows, NULL, n_tradeshows, 0, NULL FROM meeting_cells
-- Results
UNION ALL SELECT 'revenue', 'sum', grain, entity, period, m_revenue, NULL, n_revenue, 0, m_revenue FROM revenue_cells
UNION ALL SELECT 'gross_margin', 'sum', grain, entity, period, m_margin, NULL, n_margin, 0, m_margin FROM revenue_cells
UNION ALL SELECT 'market_share', 'ratio', grain, entity, period, m_revenue, m_size, n_markets, 0, NULL FROM market_cells
UNION ALL SELECT 'renewal_rate', 'ratio', grain, entity, period, n_renewed, n_mature, n_mature, n_unripe, NULL FROM renewal_cells
UNION ALL SELECT 'renewal_rate_value', 'ratio', grain, entity, period, m_renewed, m_due, n_amounts, n_unripe, NULL FROM renewal_cells
UNION ALL SELECT 'gross_revenue_retention', 'ratio', grain, entity, period, m_kept, m_then, n_known, 0, NULL FROM retention_cells
UNION ALL SELECT 'net_revenue_retention', 'ratio', grain, entity, period, m_now, m_then, n_known, 0, NULL FROM retention_cells
UNION ALL SELECT 'default_rate', 'ratio', grain, entity, period, n_defaulted, n_exposed, n_exposed, 0, NULL FROM exposure_cells
UNION ALL SELECT 'quota_attainment', 'ratio', grain, entity, period, m_booked, m_quota, n_quotas, 0, NULL FROM quota_cells;

CREATE VIEW answer AS
SELECT metric, grain, entity, p.kind AS period_kind, p.key AS period, numerator, denominator, n, pending,
       CASE agg WHEN 'ratio' THEN numerator / nullif(denominator, 0) WHEN 'count' THEN numerator ELSE measured END AS value
FROM part JOIN period p USING (period)
WHERE n > 0 OR pending > 0 OR coalesce(numerator, 0) <> 0;
