-- A subscription is a row of terms, each renewing the one before: from its start (or the end of its trial) to its end,
-- or to the end of the period that is paid for now.
WITH spans AS (
    SELECT
        s.*,
        p.unit,
        p.units,
        p.amount AS list_amount,
        p.product,
        p.currency AS price_currency,
        greatest(coalesce(s.start_date, s.created, s.current_period_start), s.trial_end) AS begins_at,
        coalesce(s.ended_at, i.period_end, s.current_period_end) AS stops_at
    FROM latest_subscription AS s
    LEFT JOIN subscription_price AS p ON s.id = p.subscription_id
    LEFT JOIN (
        SELECT subscription_id, max(current_period_end) AS period_end FROM latest_subscription_item GROUP BY ALL
    ) AS i ON i.subscription_id = CASE WHEN s.current_period_end IS NULL THEN s.id END
    WHERE
        (s.status IS NULL OR s.status NOT IN ('incomplete', 'incomplete_expired', 'trialing'))
        AND NOT coalesce(s.trial_end > s.ended_at, false)
),

numbered AS (
    SELECT
        *,
        unnest(
            range(
                0,
                -- Dates that contradict each other still give the one term that there is.
                greatest(1, CASE unit
                    WHEN 'year' THEN 1 + date_sub('year', begins_at, stops_at) // units
                    WHEN 'month' THEN 1 + date_sub('month', begins_at, stops_at) // units
                    WHEN 'week' THEN 1 + date_sub('week', begins_at, stops_at) // units
                    WHEN 'day' THEN 1 + date_sub('day', begins_at, stops_at) // units
                    ELSE 1
                END)
            )
        ) AS term
    FROM spans
),

dated AS (
    SELECT
        *,
        CASE unit
            WHEN 'year' THEN begins_at + to_years(CAST(term * units AS INTEGER))
            WHEN 'month' THEN begins_at + to_months(CAST(term * units AS INTEGER))
            WHEN 'week' THEN begins_at + to_weeks(CAST(term * units AS INTEGER))
            WHEN 'day' THEN begins_at + to_days(CAST(term * units AS INTEGER))
            ELSE begins_at
        END AS starts_at,
        CASE unit
            WHEN 'year' THEN begins_at + to_years(CAST((term + 1) * units AS INTEGER))
            WHEN 'month' THEN begins_at + to_months(CAST((term + 1) * units AS INTEGER))
            WHEN 'week' THEN begins_at + to_weeks(CAST((term + 1) * units AS INTEGER))
            WHEN 'day' THEN begins_at + to_days(CAST((term + 1) * units AS INTEGER))
            ELSE stops_at
        END AS next_at
    FROM numbered
)

SELECT
    id AS subscription_id,
    term + 1 AS term,
    CAST(starts_at AS DATE) AS starts_on,
    greatest(CAST(next_at AS DATE) - 1, CAST(starts_at AS DATE)) AS ends_on,
    CASE WHEN ended_at < next_at - INTERVAL 1 DAY THEN CAST(ended_at AS DATE) END AS cancelled_on,
    list_amount,
    product,
    coalesce(price_currency, currency) AS currency
FROM dated
-- A term that would begin within a day of the end is a trace of clocks, not a term.
WHERE term = 0 OR starts_at + INTERVAL 1 DAY <= stops_at
