-- Quotas are set by month or quarter; ours are by quarter.
SELECT
    quota_owner_id AS person_id,
    year(start_date) || '-Q' || quarter(start_date) AS period,
    sum(quota_amount) AS amount,
    currency_iso_code AS currency,
    max(_load) AS _load,
    arg_max(_row, (_load, _row)) AS _row
FROM latest_forecasting_quota
WHERE quota_amount IS NOT NULL
GROUP BY quota_owner_id, period, currency_iso_code
