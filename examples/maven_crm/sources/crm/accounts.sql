-- Customers. Two names are misspelt in the export and would each be an industry or a country of its own.
SELECT
  account AS account_id,
  account AS name,
  subsidiary_of AS parent_account_id,
  CASE sector WHEN 'technolgy' THEN 'technology' ELSE sector END AS industry,
  CASE office_location WHEN 'Philipines' THEN 'Philippines' ELSE office_location END AS country,
  employees,
  -- The export gives millions.
  CAST(revenue * 1000000 AS DECIMAL(18, 4)) AS annual_revenue,
  'USD' AS currency
FROM accounts
