-- Replies; some close or assign in the same breath. Notes are among us.
SELECT
    'intercom:part:' || p.id AS interaction_id,
    'intercom:' || coalesce(k.company_id, a.company_id) AS account_id,
    p.created_at AS occurred_at,
    coalesce(a.kind, 'chat') AS kind,
    CASE WHEN p.author_type IN ('user', 'lead', 'contact') THEN 'inbound' ELSE 'outbound' END AS direction,
    coalesce(p.author_type NOT IN ('user', 'lead', 'contact', 'admin'), false) AS is_automatic,
    true AS is_public,
    'intercom:' || p.conversation_id AS thread_id,
    'intercom:' || p.conversation_id AS case_id,
    p._fivetran_deleted AS is_deleted,
    p._load,
    p._row
FROM spoken_part AS p
LEFT JOIN conversation_about AS a ON p.conversation_id = a.conversation_id
LEFT JOIN company_of_contact AS k
    ON k.contact_id = CASE WHEN p.author_type IN ('user', 'lead', 'contact') THEN p.author_id END
WHERE
    p.part_type IN ('comment', 'quick_reply')
    OR (p.part_type IN ('assignment', 'close', 'open') AND p.body IS NOT NULL)
