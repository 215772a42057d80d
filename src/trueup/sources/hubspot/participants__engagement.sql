SELECT
    'hubspot:' || e.id AS interaction_id,
    'hubspot:' || e.owner_id AS person_id,
    CAST(NULL AS VARCHAR) AS contact_id,
    true AS attended,
    coalesce(e.is_deleted, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM bare_engagement AS e
WHERE e.owner_id IS NOT NULL
