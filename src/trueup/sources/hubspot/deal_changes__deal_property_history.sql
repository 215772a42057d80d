-- Stages are taken from here only for deals whose stages were not delivered by themselves.
WITH changes AS (
    SELECT
        *,
        CASE name
            WHEN 'dealstage' THEN 'stage'
            WHEN 'amount' THEN 'amount'
            WHEN 'closedate' THEN 'close_date'
            WHEN 'hubspot_owner_id' THEN 'owner'
            WHEN 'hs_next_step' THEN 'next_step'
        END AS field,
        CASE
            WHEN name = 'hubspot_owner_id' THEN 'hubspot:' || value
            WHEN name = 'closedate' AND TRY_CAST(value AS BIGINT) IS NOT NULL
                THEN CAST(make_timestamp(TRY_CAST(value AS BIGINT) * 1000) AS VARCHAR)
            ELSE value
        END AS new_value
    FROM deal_property_history
    WHERE name IN ('dealstage', 'amount', 'closedate', 'hubspot_owner_id', 'hs_next_step')
),

steps AS (
    SELECT *, lag(new_value) OVER (PARTITION BY deal_id, field ORDER BY timestamp, _load, _row) AS old_value
    FROM changes
)

SELECT
    'hubspot:' || s.deal_id AS deal_id,
    s.timestamp AS changed_at,
    s.field,
    coalesce(was.label, s.old_value) AS old_value,
    coalesce(becomes.label, s.new_value) AS new_value,
    becomes.stage_order,
    s._load,
    s._row
FROM steps AS s
LEFT JOIN deal_stage_meaning AS was ON was.stage = CASE WHEN s.field = 'stage' THEN s.old_value END
LEFT JOIN deal_stage_meaning AS becomes ON becomes.stage = CASE WHEN s.field = 'stage' THEN s.new_value END
LEFT JOIN (SELECT DISTINCT deal_id FROM deal_stage) AS told
    ON told.deal_id = CASE WHEN s.field = 'stage' THEN s.deal_id END
WHERE s.new_value IS DISTINCT FROM s.old_value AND told.deal_id IS NULL
