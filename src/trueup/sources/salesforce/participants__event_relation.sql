-- Who was invited; who declined did not come.
SELECT
    event_id AS interaction_id,
    CASE WHEN starts_with(relation_id, '005') THEN relation_id END AS person_id,
    CASE WHEN starts_with(relation_id, '003') THEN relation_id END AS contact_id,
    coalesce(lower(status) <> 'declined', true) AS attended,
    coalesce(is_deleted, _fivetran_deleted) AS is_deleted,
    _load,
    _row
FROM event_relation
WHERE NOT coalesce(is_what, false) AND substr(relation_id, 1, 3) IN ('003', '005')
