-- The message that began the conversation; its replies are parts.
SELECT
    'intercom:' || c.id AS interaction_id,
    'intercom:' || a.company_id AS account_id,
    c.created_at AS occurred_at,
    a.kind,
    CASE
        WHEN c.source_author_type IN ('user', 'lead', 'contact') THEN 'inbound'
        WHEN c.source_author_type IS NOT NULL THEN 'outbound'
        WHEN c.source_delivered_as = 'customer_initiated' THEN 'inbound'
        WHEN c.source_delivered_as IS NOT NULL THEN 'outbound'
    END AS direction,
    coalesce(c.source_author_type IN ('bot', 'fin') OR c.source_delivered_as = 'automated', false) AS is_automatic,
    true AS is_public,
    'intercom:' || c.id AS thread_id,
    CASE WHEN a.is_case THEN 'intercom:' || c.id END AS case_id,
    coalesce(c.title, c.source_subject) AS subject,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM latest_conversation AS c
LEFT JOIN conversation_about AS a ON c.id = a.conversation_id
