-- A ticket that comes to a closed stage is solved and closed in one.
WITH changes AS (
    SELECT
        h.*,
        s.label,
        coalesce(s.is_closed, false) AS is_closed,
        lag(coalesce(s.is_closed, false)) OVER following AS was_closed,
        lag(h.value) OVER following AS old_value
    FROM ticket_property_history AS h
    LEFT JOIN ticket_stage_meaning AS s ON s.stage = CASE WHEN h.name = 'hs_pipeline_stage' THEN h.value END
    WHERE h.name IN ('hs_pipeline_stage', 'hubspot_owner_id')
    WINDOW following AS (PARTITION BY h.ticket_id, h.name ORDER BY h.timestamp, h._load, h._row)
)

SELECT
    'hubspot:' || ticket_id AS case_id,
    timestamp AS occurred_at,
    unnest(
        CASE
            WHEN name = 'hubspot_owner_id' THEN ['assignment']
            WHEN is_closed AND NOT coalesce(was_closed, false) THEN ['resolve', 'close']
            WHEN was_closed AND NOT is_closed THEN ['reopen']
            ELSE ['status']
        END
    ) AS kind,
    'us' AS by,
    CASE WHEN name = 'hubspot_owner_id' THEN 'hubspot:' || value ELSE coalesce(label, value) END AS value,
    _load,
    _row
FROM changes
WHERE value IS NOT NULL AND value IS DISTINCT FROM old_value
