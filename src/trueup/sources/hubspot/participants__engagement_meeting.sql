-- Our people who were asked, and the contact that the row itself names.
WITH asked AS (
    SELECT e.*, unnest(list_distinct(string_split(concat_ws(';', e.hubspot_owner_id, e.hs_attendee_owner_ids), ';')))
        AS owner_id
    FROM engagement_meeting AS e
)

SELECT
    'hubspot:' || a.id AS interaction_id,
    'hubspot:' || nullif(trim(a.owner_id), '') AS person_id,
    CASE
        WHEN trim(a.owner_id) = coalesce(t.owner_id, '') THEN 'hubspot:' || coalesce(s.survivor_id, t.contact_id)
    END AS contact_id,
    t.attended,
    coalesce(a.is_deleted, a.archived, a._fivetran_deleted) AS is_deleted,
    a._load,
    a._row
FROM asked AS a
INNER JOIN touch AS t ON a.id = t.id
LEFT JOIN surviving_contact AS s ON t.contact_id = s.merged_id
WHERE nullif(trim(a.owner_id), '') IS NOT NULL OR t.contact_id IS NOT NULL
