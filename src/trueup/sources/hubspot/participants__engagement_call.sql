-- Our person, and the contact that the row itself names.
SELECT
    'hubspot:' || e.id AS interaction_id,
    'hubspot:' || t.owner_id AS person_id,
    'hubspot:' || coalesce(s.survivor_id, t.contact_id) AS contact_id,
    t.attended,
    coalesce(e.is_deleted, e.archived, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM engagement_call AS e
INNER JOIN touch AS t ON e.id = t.id
LEFT JOIN surviving_contact AS s ON t.contact_id = s.merged_id
WHERE coalesce(t.owner_id, t.contact_id) IS NOT NULL
