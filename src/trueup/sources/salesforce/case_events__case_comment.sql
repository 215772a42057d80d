SELECT
    c.parent_id AS case_id,
    c.created_date AS occurred_at,
    'comment' AS kind,
    coalesce(w.side, 'us') AS by,
    c.is_published AS is_public,
    CASE WHEN coalesce(w.side, 'us') = 'us' THEN c.created_by_id END AS person_id,
    c.comment_body AS value,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._load,
    c._row
FROM case_comment AS c
LEFT JOIN case_author AS w ON c.created_by_id = w.id
