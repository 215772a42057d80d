-- Coupons on subscriptions, with the time they hold: the subscription's own, those given to it, and its customer's.
WITH given AS (
    SELECT s.id AS subscription_id, d.coupon_id, d.start AS begins_at, d.end AS ends_at
    FROM discount AS d
    INNER JOIN latest_subscription AS s ON d.subscription_id = s.id
    WHERE d.coupon_id IS NOT NULL
    UNION
    SELECT s.id, d.coupon_id, d.start, d.end
    FROM discount AS d
    INNER JOIN latest_subscription AS s ON d.customer_id = s.customer_id
    WHERE d.coupon_id IS NOT NULL AND d.subscription_id IS NULL AND d.invoice_id IS NULL
)

SELECT g.subscription_id, c.percent_off, c.amount_off, c.duration, g.begins_at, g.ends_at
FROM given AS g
INNER JOIN latest_coupon AS c ON g.coupon_id = c.id
UNION ALL
SELECT
    s.id,
    coalesce(s.discount_coupon_percent_off, c.percent_off),
    coalesce(s.discount_coupon_amount_off, c.amount_off),
    coalesce(s.discount_coupon_duration, c.duration, 'forever'),
    s.start_date,
    s.start_date
    + to_months(CAST(coalesce(s.discount_coupon_duration_in_months, c.duration_in_months) AS INTEGER))
FROM latest_subscription AS s
LEFT JOIN latest_coupon AS c ON s.discount_coupon_id = c.id
ANTI JOIN given AS g ON s.id = g.subscription_id
WHERE coalesce(s.discount_coupon_percent_off, s.discount_coupon_amount_off, c.percent_off, c.amount_off) IS NOT NULL
