SELECT
    'intercom:' || c.id AS interaction_id,
    CASE WHEN c.source_author_type = 'admin' THEN 'intercom:' || c.source_author_id END AS person_id,
    'intercom:' || a.contact_id AS contact_id,
    true AS attended,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM latest_conversation AS c
LEFT JOIN conversation_about AS a ON c.id = a.conversation_id
WHERE c.source_author_type = 'admin' OR a.contact_id IS NOT NULL
