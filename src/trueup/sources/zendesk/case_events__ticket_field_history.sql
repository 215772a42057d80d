-- Each row has the new value only; the one before it tells a reopening from any other change.
WITH changes AS (
    SELECT *, lower(value) AS new_value, lag(lower(value)) OVER following AS old_value
    FROM ticket_field_history
    WHERE field_name IN ('status', 'assignee_id', 'tags')
    WINDOW following AS (PARTITION BY ticket_id, field_name ORDER BY updated, _load, _row)
)

SELECT
    'zendesk:' || c.ticket_id AS case_id,
    c.updated AS occurred_at,
    CASE
        WHEN c.field_name = 'assignee_id' THEN 'assignment'
        WHEN c.field_name = 'tags' THEN 'escalation'
        WHEN c.new_value = 'solved' THEN 'resolve'
        WHEN c.new_value = 'closed' THEN 'close'
        WHEN c.old_value IN ('solved', 'closed') THEN 'reopen'
        ELSE 'status'
    END AS kind,
    CASE WHEN c.user_id IS NULL OR c.user_id = '-1' THEN 'system' ELSE coalesce(s.side, 'us') END AS by,
    CASE WHEN c.user_id <> '-1' AND coalesce(s.side, 'us') = 'us' THEN 'zendesk:' || c.user_id END AS person_id,
    CASE WHEN c.field_name = 'assignee_id' THEN 'zendesk:' || c.value ELSE c.value END AS value,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM changes AS c
LEFT JOIN user_side AS s ON c.user_id = s.id
WHERE
    c.value IS NOT NULL
    AND (
        c.field_name <> 'tags'
        OR (contains(c.new_value, 'escalated') AND NOT coalesce(contains(c.old_value, 'escalated'), false))
    )
