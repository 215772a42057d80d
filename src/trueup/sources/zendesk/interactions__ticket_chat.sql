-- A chat is one interaction, begun by the visitor, unless the ticket's comments have it already.
WITH spoken AS (
    SELECT chat_id, min(created_at) AS began_at, max(created_at) AS ended_at FROM ticket_chat_event GROUP BY chat_id
)

SELECT
    'zendesk:chat:' || c.chat_id AS interaction_id,
    'zendesk:' || a.organization_id AS account_id,
    coalesce(s.began_at, t.created_at) AS occurred_at,
    s.ended_at,
    'chat' AS kind,
    'inbound' AS direction,
    false AS is_automatic,
    true AS is_public,
    'zendesk:' || c.ticket_id AS thread_id,
    'zendesk:' || c.ticket_id AS case_id,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM ticket_chat AS c
LEFT JOIN spoken AS s ON c.chat_id = s.chat_id
LEFT JOIN latest_ticket AS t ON c.ticket_id = t.id
LEFT JOIN ticket_about AS a ON c.ticket_id = a.ticket_id
ANTI JOIN (SELECT ticket_id FROM ticket_comment) AS told ON c.ticket_id = told.ticket_id
