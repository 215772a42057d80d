-- Changes and comments, unless the history of fields or the table of comments tells of the ticket.
SELECT
    'zendesk:' || e.ticket_id AS case_id,
    e.created_at AS occurred_at,
    CASE
        WHEN e.entry_type = 'Comment' THEN 'comment'
        WHEN e.field_name = 'assignee_id' THEN 'assignment'
        WHEN e.new_value = 'solved' THEN 'resolve'
        WHEN e.new_value = 'closed' THEN 'close'
        WHEN e.old_value IN ('solved', 'closed') THEN 'reopen'
        ELSE 'status'
    END AS kind,
    CASE WHEN e.author_id IS NULL OR e.author_id = '-1' THEN 'system' ELSE coalesce(s.side, 'us') END AS by,
    e.is_public,
    CASE WHEN e.author_id <> '-1' AND coalesce(s.side, 'us') = 'us' THEN 'zendesk:' || e.author_id END AS person_id,
    CASE
        WHEN e.entry_type = 'Comment' THEN e.body
        WHEN e.field_name = 'assignee_id' THEN 'zendesk:' || e.new_value
        ELSE e.new_value
    END AS value,
    e._load,
    e._row
FROM audit_entry AS e
LEFT JOIN user_side AS s ON e.author_id = s.id
LEFT JOIN (SELECT DISTINCT ticket_id FROM ticket_field_history) AS changes ON e.ticket_id = changes.ticket_id
LEFT JOIN (SELECT DISTINCT ticket_id FROM ticket_comment) AS comments ON e.ticket_id = comments.ticket_id
WHERE
    (e.entry_type = 'Comment' AND comments.ticket_id IS NULL)
    OR (
        e.entry_type IN ('Change', 'Create')
        AND e.field_name IN ('status', 'assignee_id')
        AND e.new_value IS NOT NULL
        AND changes.ticket_id IS NULL
    )
