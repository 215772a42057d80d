-- Engagements that come without a table of their own type, as HubSpot's first API gave them.
SELECT
    'hubspot:' || e.id AS interaction_id,
    'hubspot:' || l.company_id AS account_id,
    coalesce(e.start_time, e.timestamp, e.created_at) AS occurred_at,
    coalesce(e.end_time, e.timestamp + to_milliseconds(e.duration)) AS ended_at,
    CASE upper(e.type)
        WHEN 'CALL' THEN 'call'
        WHEN 'EMAIL' THEN 'email'
        WHEN 'INCOMING_EMAIL' THEN 'email'
        WHEN 'FORWARDED_EMAIL' THEN 'email'
        WHEN 'MEETING' THEN 'meeting'
        WHEN 'COMMUNICATION' THEN 'social'
        WHEN 'LINKEDIN_MESSAGE' THEN 'social'
        WHEN 'SMS' THEN 'chat'
        WHEN 'WHATS_APP' THEN 'chat'
        ELSE 'other'
    END AS kind,
    CASE upper(e.type)
        WHEN 'INCOMING_EMAIL' THEN 'inbound'
        WHEN 'EMAIL' THEN 'outbound'
        WHEN 'FORWARDED_EMAIL' THEN 'outbound'
    END AS direction,
    false AS is_automatic,
    true AS is_public,
    'hubspot:' || l.deal_id AS deal_id,
    'hubspot:' || l.ticket_id AS case_id,
    coalesce(e.subject, e.title) AS subject,
    coalesce(e.is_deleted, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM bare_engagement AS e
LEFT JOIN engagement_link AS l ON e.id = l.engagement_id
