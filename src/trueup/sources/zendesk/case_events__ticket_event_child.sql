SELECT
    'zendesk:' || e.ticket_id AS case_id,
    e.created_at AS occurred_at,
    CASE
        WHEN e.comment_present THEN 'comment'
        WHEN e.status = 'solved' THEN 'resolve'
        WHEN e.status = 'closed' THEN 'close'
        WHEN e.status IS NOT NULL AND e.previous_value IN ('solved', 'closed') THEN 'reopen'
        WHEN e.status IS NOT NULL THEN 'status'
        ELSE 'assignment'
    END AS kind,
    CASE WHEN e.updater_id IS NULL OR e.updater_id = '-1' THEN 'system' ELSE coalesce(s.side, 'us') END AS by,
    e.comment_public AS is_public,
    CASE WHEN e.updater_id <> '-1' AND coalesce(s.side, 'us') = 'us' THEN 'zendesk:' || e.updater_id END AS person_id,
    coalesce(e.status, 'zendesk:' || e.assignee_id) AS value,
    e._load,
    e._row
FROM event_entry AS e
LEFT JOIN user_side AS s ON e.updater_id = s.id
LEFT JOIN (SELECT DISTINCT ticket_id FROM ticket_field_history) AS changes ON e.ticket_id = changes.ticket_id
LEFT JOIN (SELECT DISTINCT ticket_id FROM ticket_comment) AS comments ON e.ticket_id = comments.ticket_id
WHERE
    (e.comment_present AND comments.ticket_id IS NULL)
    OR (
        coalesce(e.status, e.assignee_id) IS NOT NULL
        AND NOT coalesce(e.comment_present, false)
        AND changes.ticket_id IS NULL
    )
