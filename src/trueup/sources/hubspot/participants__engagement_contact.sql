-- Contacts beside the one that the engagement's own row may name.
SELECT
    'hubspot:' || e.engagement_id AS interaction_id,
    CAST(NULL AS VARCHAR) AS person_id,
    'hubspot:' || coalesce(s.survivor_id, e.contact_id) AS contact_id,
    t.attended,
    e._fivetran_deleted AS is_deleted,
    e._load,
    e._row
FROM engagement_contact AS e
INNER JOIN touch AS t ON e.engagement_id = t.id
LEFT JOIN surviving_contact AS s ON e.contact_id = s.merged_id
WHERE e.contact_id IS DISTINCT FROM t.contact_id
