-- Public comments are the conversation; private ones are notes among us. An author whom no user record describes is the
-- customer if it is the one who asked, and ours if the ticket is theirs; else nobody can say who spoke.
SELECT
    'zendesk:' || c.id AS interaction_id,
    'zendesk:' || a.organization_id AS account_id,
    c.created_at AS occurred_at,
    CASE
        WHEN c.voice_comment THEN 'call'
        ELSE coalesce(own.kind, CASE WHEN c.via_channel IS NULL THEN tickets.kind END, 'email')
    END AS kind,
    CASE coalesce(s.side, CASE c.author_id WHEN a.requester_id THEN 'customer' WHEN a.assignee_id THEN 'us' END)
        WHEN 'customer' THEN 'inbound'
        WHEN 'us' THEN 'outbound'
        WHEN 'system' THEN 'outbound'
    END AS direction,
    coalesce(s.side = 'system', false)
    OR coalesce(lower(c.via_channel) IN ('rule', 'system', 'trigger', 'automation'), false)
    OR coalesce(c.author_id = '-1', false) AS is_automatic,
    true AS is_public,
    'zendesk:' || c.ticket_id AS thread_id,
    'zendesk:' || c.ticket_id AS case_id,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM ticket_comment AS c
LEFT JOIN ticket_about AS a ON c.ticket_id = a.ticket_id
LEFT JOIN user_side AS s ON c.author_id = s.id
LEFT JOIN channel_kind AS own ON lower(c.via_channel) = own.channel
LEFT JOIN channel_kind AS tickets ON a.via_channel = tickets.channel
WHERE coalesce(c.public, true)
