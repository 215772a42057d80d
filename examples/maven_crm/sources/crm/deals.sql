-- Opportunities. The pipeline writes 'GTXPro' where the price list writes 'GTX Pro': names are compared without spaces,
-- or one deal in six would have no list price, and no discount.
SELECT
  p.opportunity_id AS deal_id,
  p.account AS account_id,
  p.sales_agent AS owner_id,
  coalesce(l.product, p.product) AS product,
  p.deal_stage AS stage,
  CASE p.deal_stage WHEN 'Won' THEN 'won' WHEN 'Lost' THEN 'lost' ELSE 'open' END AS outcome,
  p.engage_date AS created_at,
  p.close_date AS closed_at,
  CAST(l.sales_price AS DECIMAL(18, 4)) AS list_amount,
  -- A lost deal closes at 0 in the export, which was nobody's offer.
  CASE WHEN p.deal_stage = 'Won' THEN CAST(p.close_value AS DECIMAL(18, 4)) END AS net_amount,
  'USD' AS currency
FROM sales_pipeline AS p
LEFT JOIN products AS l ON replace(lower(l.product), ' ', '') = replace(lower(p.product), ' ', '')
