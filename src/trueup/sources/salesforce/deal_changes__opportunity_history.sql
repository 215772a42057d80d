-- A second witness beside the field history, which orgs keep for 18 months only: of each field of a deal, what happened
-- before the field history's first word on it. The deal's first row tells what it began with, as does the old value of
-- the field history's first.
WITH told AS (
    SELECT
        opportunity_id,
        CASE lower(replace(field, ' ', ''))
            WHEN 'stagename' THEN 'stage'
            WHEN 'stage' THEN 'stage'
            WHEN 'amount' THEN 'amount'
            WHEN 'closedate' THEN 'close_date'
        END AS field,
        min(created_date) AS first_at
    FROM opportunity_field_history
    GROUP BY ALL
),

changes AS (
    SELECT
        opportunity_id,
        created_date,
        created_by_id,
        _load,
        _row,
        unnest(
            [
                {'field': 'stage', 'old_value': old_stage_name, 'new_value': stage_name},
                {'field': 'amount', 'old_value': CAST(old_amount AS VARCHAR), 'new_value': CAST(amount AS VARCHAR)},
                {
                    'field': 'close_date',
                    'old_value': CAST(old_close_date AS VARCHAR),
                    'new_value': CAST(close_date AS VARCHAR)
                }
            ],
            recursive := true
        )
    FROM stage_change
)

SELECT
    c.opportunity_id AS deal_id,
    c.created_date AS changed_at,
    c.field,
    c.old_value,
    c.new_value,
    CASE WHEN c.field = 'stage' THEN r.stage_order END AS stage_order,
    c.created_by_id AS person_id,
    c._load,
    c._row
FROM changes AS c
LEFT JOIN told ON c.opportunity_id = told.opportunity_id AND c.field = told.field
LEFT JOIN stage_rank AS r ON r.stage = CASE WHEN c.field = 'stage' THEN c.new_value END
WHERE
    c.new_value IS DISTINCT FROM c.old_value
    AND (c.old_value IS NOT NULL OR c.field <> 'close_date')
    AND (
        told.first_at IS NULL
        OR (c.old_value IS NOT NULL AND c.created_date < told.first_at - INTERVAL 1 MINUTE)
    )
