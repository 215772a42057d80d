-- People besides the one that the task itself names.
SELECT
    r.task_id AS interaction_id,
    CASE WHEN starts_with(r.relation_id, '005') THEN r.relation_id END AS person_id,
    CASE WHEN starts_with(r.relation_id, '003') THEN r.relation_id END AS contact_id,
    true AS attended,
    coalesce(r.is_deleted, r._fivetran_deleted) AS is_deleted,
    r._load,
    r._row
FROM task_relation AS r
INNER JOIN done_task AS t ON r.task_id = t.id
WHERE
    NOT coalesce(r.is_what, false)
    AND substr(r.relation_id, 1, 3) IN ('003', '005')
    AND r.relation_id IS DISTINCT FROM t.who_id
    AND r.relation_id IS DISTINCT FROM t.owner_id
