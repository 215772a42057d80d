SELECT
    'zendesk:event:' || e.event_id AS interaction_id,
    CASE s.side WHEN 'us' THEN 'zendesk:' || s.id END AS person_id,
    CASE
        WHEN s.side = 'customer' THEN 'zendesk:' || s.id
        WHEN a.requester_side = 'customer' THEN 'zendesk:' || a.requester_id
    END AS contact_id,
    true AS attended,
    e._load,
    e._row
FROM event_entry AS e
LEFT JOIN ticket_about AS a ON e.ticket_id = a.ticket_id
INNER JOIN user_side AS s ON e.updater_id = s.id
ANTI JOIN (SELECT ticket_id FROM ticket_comment) AS told ON e.ticket_id = told.ticket_id
WHERE e.comment_present AND coalesce(e.comment_public, true) AND s.side IN ('us', 'customer')
