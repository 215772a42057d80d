-- The author; and what we write reaches the one whose conversation it is.
SELECT
    'intercom:part:' || p.id AS interaction_id,
    CASE WHEN p.author_type = 'admin' THEN 'intercom:' || p.author_id END AS person_id,
    'intercom:' || CASE WHEN p.author_type IN ('user', 'lead', 'contact') THEN p.author_id ELSE a.contact_id END
        AS contact_id,
    true AS attended,
    p._fivetran_deleted AS is_deleted,
    p._load,
    p._row
FROM spoken_part AS p
LEFT JOIN conversation_about AS a ON p.conversation_id = a.conversation_id
WHERE
    (
        p.part_type IN ('comment', 'quick_reply')
        OR (p.part_type IN ('assignment', 'close', 'open') AND p.body IS NOT NULL)
    )
    AND p.author_type IN ('user', 'lead', 'contact', 'admin')
    AND p.author_id IS NOT NULL
