-- What a stage of tickets says, by its id and by its label.
WITH described AS (
    SELECT id, label, coalesce(is_closed, upper(ticket_state) = 'CLOSED') AS is_closed FROM latest_ticket_pipeline_stage
)

SELECT stage, min(label) AS label, bool_or(is_closed) AS is_closed
FROM (
    SELECT id AS stage, label, is_closed FROM described
    UNION ALL
    SELECT label, label, is_closed FROM described WHERE label NOT IN (SELECT id FROM described)
)
WHERE stage IS NOT NULL
GROUP BY stage
