-- Where the same deal was delivered in several versions, and no history tells of it, versions tell what changed when.
WITH versions AS (
    SELECT
        *,
        lag(stage_name) OVER following AS old_stage_name,
        lag(amount) OVER following AS old_amount,
        lag(close_date) OVER following AS old_close_date,
        lag(owner_id) OVER following AS old_owner_id,
        lag(next_step) OVER following AS old_next_step,
        lag(_version_at) OVER following AS earlier_at
    FROM opportunity
    WHERE
        _version_at IS NOT NULL
        AND id IN (SELECT id FROM opportunity GROUP BY id HAVING count(*) > 1)
        AND id NOT IN (SELECT opportunity_id FROM opportunity_history WHERE opportunity_id IS NOT NULL)
        AND id NOT IN (SELECT opportunity_id FROM opportunity_field_history WHERE opportunity_id IS NOT NULL)
    WINDOW following AS (PARTITION BY id ORDER BY _version_at, _load, _row)
),

changes AS (
    SELECT
        id,
        _version_at,
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
                },
                {'field': 'owner', 'old_value': old_owner_id, 'new_value': owner_id},
                {'field': 'next_step', 'old_value': old_next_step, 'new_value': next_step}
            ],
            recursive := true
        )
    FROM versions
    WHERE earlier_at IS NOT NULL
)

SELECT
    c.id AS deal_id,
    c._version_at AS changed_at,
    c.field,
    c.old_value,
    c.new_value,
    CASE WHEN c.field = 'stage' THEN r.stage_order END AS stage_order,
    c._load,
    c._row
FROM changes AS c
LEFT JOIN stage_rank AS r ON r.stage = CASE WHEN c.field = 'stage' THEN c.new_value END
WHERE c.new_value IS DISTINCT FROM c.old_value
