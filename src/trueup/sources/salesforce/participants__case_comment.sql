SELECT
    c.id AS interaction_id,
    CASE WHEN coalesce(w.side, 'us') = 'us' THEN c.created_by_id END AS person_id,
    w.contact_id,
    true AS attended,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._load,
    c._row
FROM case_comment AS c
LEFT JOIN case_author AS w ON c.created_by_id = w.id
WHERE c.is_published AND c.created_by_id IS NOT NULL AND coalesce(w.side, 'us') <> 'system'
