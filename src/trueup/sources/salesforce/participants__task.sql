-- One row for both sides. Queues (00G) are nobody, leads (00Q) are not yet contacts.
SELECT
    t.id AS interaction_id,
    CASE WHEN starts_with(t.owner_id, '00G') THEN NULL ELSE coalesce(t.owner_id, p.id, t.owner_name) END AS person_id,
    CASE WHEN starts_with(t.who_id, '00Q') THEN NULL ELSE t.who_id END AS contact_id,
    true AS attended,
    coalesce(t.is_deleted, t._fivetran_deleted) AS is_deleted,
    t._load,
    t._row
FROM done_task AS t
LEFT JOIN person_by_name AS p ON t.owner_name = p.name
WHERE
    coalesce(t.owner_id, t.owner_name, t.who_id) IS NOT NULL
    AND NOT (
        coalesce(starts_with(t.owner_id, '00G'), false)
        AND coalesce(starts_with(t.who_id, '00Q'), t.who_id IS NULL)
    )
