WITH steps AS (
    SELECT *, lag(value) OVER (PARTITION BY deal_id ORDER BY date_entered, _load, _row) AS old_value
    FROM deal_stage
    WHERE value IS NOT NULL AND date_entered IS NOT NULL
)

SELECT
    'hubspot:' || s.deal_id AS deal_id,
    s.date_entered AS changed_at,
    'stage' AS field,
    coalesce(was.label, s.old_value) AS old_value,
    coalesce(becomes.label, s.value) AS new_value,
    becomes.stage_order,
    s._fivetran_deleted AS is_deleted,
    s._load,
    s._row
FROM steps AS s
LEFT JOIN deal_stage_meaning AS was ON s.old_value = was.stage
LEFT JOIN deal_stage_meaning AS becomes ON s.value = becomes.stage
WHERE s.value IS DISTINCT FROM s.old_value
