SELECT
    'zendesk:chat:' || c.chat_id AS interaction_id,
    CASE WHEN s.side = 'us' THEN 'zendesk:' || c.user_id END AS person_id,
    CASE WHEN coalesce(s.side, 'customer') = 'customer' THEN 'zendesk:' || c.user_id END AS contact_id,
    true AS attended,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM ticket_chat AS c
LEFT JOIN user_side AS s ON c.user_id = s.id
ANTI JOIN (SELECT ticket_id FROM ticket_comment) AS told ON c.ticket_id = told.ticket_id
WHERE c.user_id IS NOT NULL AND coalesce(s.side, 'customer') <> 'system'
