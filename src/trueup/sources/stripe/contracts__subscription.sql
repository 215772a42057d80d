-- One contract a term, at its price after discounts. A coupon for once counts in the term in which it was given.
WITH discounts AS (
    SELECT
        t.subscription_id,
        t.term,
        product(1 - coalesce(d.percent_off, 0) / 100) AS share_left,
        sum(coalesce(d.amount_off, 0)) AS amount_off
    FROM subscription_term AS t
    INNER JOIN subscription_discount AS d ON t.subscription_id = d.subscription_id
    WHERE
        (d.ends_at IS NULL OR CAST(d.ends_at AS DATE) > t.starts_on)
        AND (
            d.begins_at IS NULL
            OR CASE
                WHEN d.duration = 'once'
                    THEN
                        CAST(d.begins_at AS DATE) <= t.ends_on
                        AND (t.term = 1 OR CAST(d.begins_at AS DATE) >= t.starts_on)
                ELSE CAST(d.begins_at AS DATE) <= t.ends_on
            END
        )
    GROUP BY t.subscription_id, t.term
)

SELECT
    'stripe:' || t.subscription_id || ':' || t.term AS contract_id,
    'stripe:' || s.customer_id AS account_id,
    coalesce(t.product, s.plan_name) AS product,
    t.starts_on,
    t.ends_on,
    -- A discount cannot take more than there is; without a price nothing is known (greatest overlooks nulls).
    CASE
        WHEN t.list_amount IS NOT NULL
            THEN
                CAST(
                    greatest(
                        CAST(t.list_amount * coalesce(d.share_left, 1) AS DECIMAL(18, 2)) - coalesce(d.amount_off, 0), 0
                    ) AS DECIMAL(18, 4)
                )
    END AS amount,
    upper(coalesce(s.currency, t.currency)) AS currency,
    CASE WHEN t.term > 1 THEN 'stripe:' || t.subscription_id || ':' || (t.term - 1) END AS renews_contract_id,
    t.cancelled_on,
    t.list_amount AS extra_list_amount,
    s._fivetran_deleted AS is_deleted,
    s._load,
    s._row
FROM subscription_term AS t
INNER JOIN latest_subscription AS s ON t.subscription_id = s.id
LEFT JOIN discounts AS d ON t.subscription_id = d.subscription_id AND t.term = d.term
