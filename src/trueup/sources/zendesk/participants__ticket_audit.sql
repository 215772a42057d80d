SELECT
    'zendesk:' || coalesce(e.entry_id, e.audit_id) AS interaction_id,
    CASE s.side WHEN 'us' THEN 'zendesk:' || s.id END AS person_id,
    CASE
        WHEN s.side = 'customer' THEN 'zendesk:' || s.id
        WHEN a.requester_side = 'customer' THEN 'zendesk:' || a.requester_id
    END AS contact_id,
    true AS attended,
    e._load,
    e._row
FROM audit_entry AS e
LEFT JOIN ticket_about AS a ON e.ticket_id = a.ticket_id
INNER JOIN user_side AS s ON coalesce(e.commenter_id, e.author_id) = s.id
ANTI JOIN (SELECT ticket_id FROM ticket_comment) AS told ON e.ticket_id = told.ticket_id
WHERE e.entry_type = 'Comment' AND coalesce(e.is_public, true) AND s.side IN ('us', 'customer')
