SELECT
    'zendesk:' || c.ticket_id AS case_id,
    c.created_at AS occurred_at,
    'comment' AS kind,
    coalesce(
        s.side,
        CASE WHEN c.author_id = a.requester_id THEN 'customer' WHEN c.author_id = '-1' THEN 'system' ELSE 'us' END
    ) AS by,
    c.public AS is_public,
    CASE
        WHEN coalesce(s.side, CASE WHEN c.author_id IN (a.requester_id, '-1') THEN 'other' ELSE 'us' END) = 'us'
            THEN 'zendesk:' || c.author_id
    END AS person_id,
    c.body AS value,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM ticket_comment AS c
LEFT JOIN user_side AS s ON c.author_id = s.id
LEFT JOIN ticket_about AS a ON c.ticket_id = a.ticket_id
