-- The author; and what we write reaches the one who asked. Machines take no part.
SELECT
    'zendesk:' || c.id AS interaction_id,
    CASE
        WHEN coalesce(s.side, CASE c.author_id WHEN a.assignee_id THEN 'us' END) = 'us' THEN 'zendesk:' || c.author_id
    END AS person_id,
    CASE
        WHEN coalesce(s.side, CASE c.author_id WHEN a.requester_id THEN 'customer' END) = 'customer'
            THEN 'zendesk:' || c.author_id
        WHEN a.requester_side = 'customer' AND coalesce(s.side, 'us') = 'us' THEN 'zendesk:' || a.requester_id
    END AS contact_id,
    true AS attended,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM ticket_comment AS c
LEFT JOIN ticket_about AS a ON c.ticket_id = a.ticket_id
LEFT JOIN user_side AS s ON c.author_id = s.id
WHERE
    coalesce(c.public, true)
    AND c.author_id IS NOT NULL
    AND coalesce(s.side, '') <> 'system'
    AND (s.side IS NOT NULL OR c.author_id IN (a.assignee_id, a.requester_id) OR a.requester_side = 'customer')
    AND c.author_id <> '-1'
