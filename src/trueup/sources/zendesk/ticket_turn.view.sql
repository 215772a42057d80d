-- When a ticket was last solved and last closed, by whichever history tells.
SELECT ticket_id, max(solved_at) AS solved_at, max(closed_at) AS closed_at
FROM (
    SELECT
        ticket_id,
        CASE WHEN value = 'solved' THEN updated END AS solved_at,
        CASE WHEN value = 'closed' THEN updated END AS closed_at
    FROM ticket_field_history
    WHERE field_name = 'status'
    UNION ALL
    SELECT
        ticket_id,
        CASE WHEN new_value = 'solved' THEN created_at END,
        CASE WHEN new_value = 'closed' THEN created_at END
    FROM audit_entry
    WHERE field_name = 'status'
    UNION ALL
    SELECT
        ticket_id,
        CASE WHEN status = 'solved' THEN created_at END,
        CASE WHEN status = 'closed' THEN created_at END
    FROM event_entry
    WHERE status IS NOT NULL
)
GROUP BY ticket_id
