-- A published comment reaches the other side by mail and portal; an internal one reaches nobody outside.
SELECT
    c.id AS interaction_id,
    a.account_id,
    c.created_date AS occurred_at,
    'email' AS kind,
    CASE coalesce(w.side, 'us') WHEN 'customer' THEN 'inbound' ELSE 'outbound' END AS direction,
    coalesce(w.side = 'system', false) AS is_automatic,
    true AS is_public,
    c.parent_id AS thread_id,
    c.parent_id AS case_id,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._load,
    c._row
FROM case_comment AS c
LEFT JOIN case_author AS w ON c.created_by_id = w.id
LEFT JOIN account_of AS a ON c.parent_id = a.id
WHERE c.is_published
