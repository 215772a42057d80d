SELECT
    'zendesk:call:' || c.id AS interaction_id,
    'zendesk:' || coalesce(a.organization_id, s.organization_id) AS account_id,
    c.created_at AS occurred_at,
    c.created_at + to_seconds(CAST(coalesce(c.duration, c.talk_time) AS BIGINT)) AS ended_at,
    'call' AS kind,
    CASE lower(c.direction) WHEN 'inbound' THEN 'inbound' WHEN 'outbound' THEN 'outbound' END AS direction,
    false AS is_automatic,
    true AS is_public,
    'zendesk:' || c.ticket_id AS thread_id,
    'zendesk:' || c.ticket_id AS case_id,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM spoken_call AS c
LEFT JOIN ticket_about AS a ON c.ticket_id = a.ticket_id
LEFT JOIN user_side AS s ON c.customer_id = s.id
