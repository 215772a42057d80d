-- What a subscription costs a term before discounts: its items at their prices, else its one plan. Items billed at
-- another rhythm than the longest are counted as often as they come in it.
WITH items AS (
    SELECT
        coalesce(i.subscription_id, s.id) AS subscription_id,
        coalesce(i.price_unit_amount, p.unit_amount, i.plan_amount, n.amount) * coalesce(i.quantity, 1) AS amount,
        coalesce(i.price_recurring_interval, p.recurring_interval, i.plan_interval, n.interval) AS unit,
        coalesce(
            i.price_recurring_interval_count, p.recurring_interval_count, i.plan_interval_count, n.interval_count, 1
        ) AS units,
        coalesce(i.price_product_id, p.product_id, i.plan_product_id, n.product_id) AS product_id,
        coalesce(i.price_currency, p.currency, i.plan_currency, n.currency) AS currency
    FROM latest_subscription_item AS i
    LEFT JOIN subscription AS s ON i._dlt_parent_id = s._dlt_id
    LEFT JOIN latest_price AS p ON i.price_id = p.id
    LEFT JOIN latest_plan AS n ON i.plan_id = n.id
),

plans AS (
    SELECT
        s.id AS subscription_id,
        coalesce(s.plan_amount, n.amount) * coalesce(s.quantity, 1) AS amount,
        coalesce(s.plan_interval, n.interval) AS unit,
        coalesce(s.plan_interval_count, n.interval_count, 1) AS units,
        coalesce(s.plan_product_id, n.product_id) AS product_id,
        coalesce(s.plan_currency, n.currency) AS currency
    FROM latest_subscription AS s
    LEFT JOIN latest_plan AS n ON s.plan_id = n.id
    ANTI JOIN items AS i ON s.id = i.subscription_id
),

parts AS (
    SELECT
        *,
        units
        * CASE unit WHEN 'year' THEN 12 WHEN 'month' THEN 1 WHEN 'week' THEN 12 / 52.0 WHEN 'day' THEN 12 / 365.0 END
            AS months
    FROM (
        SELECT * FROM items
        UNION ALL
        SELECT * FROM plans
    )
),

longest AS (
    SELECT
        subscription_id,
        max(months) AS months,
        arg_max(unit, months) AS unit,
        CAST(arg_max(units, months) AS INTEGER) AS units
    FROM parts
    GROUP BY subscription_id
)

SELECT
    p.subscription_id,
    l.unit,
    l.units,
    CASE
        WHEN count(*) = count(p.amount)
            THEN
                CAST(
                    sum(CASE WHEN p.months < l.months THEN p.amount * l.months / p.months ELSE p.amount END)
                    AS DECIMAL(18, 4)
                )
    END AS amount,
    arg_max(coalesce(k.name, p.product_id), coalesce(p.amount, 0)) AS product,
    min(p.currency) AS currency
FROM parts AS p
INNER JOIN longest AS l ON p.subscription_id = l.subscription_id
LEFT JOIN latest_product AS k ON p.product_id = k.id
GROUP BY p.subscription_id, l.unit, l.units
