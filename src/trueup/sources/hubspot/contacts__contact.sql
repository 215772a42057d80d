-- A contact that was merged into another is gone; what it did is told of the one that is left.
SELECT
    'hubspot:' || c.id AS contact_id,
    'hubspot:' || k.company_id AS account_id,
    nullif(trim(concat_ws(' ', c.firstname, c.lastname)), '') AS name,
    lower(c.email) AS email,
    c.jobtitle AS title,
    c.department,
    CASE
        WHEN contains(upper(c.hs_buying_role), 'DECISION') OR contains(upper(c.hs_buying_role), 'EXECUTIVE') THEN true
    END AS is_decision_maker,
    c.salesforcecontactid AS extra_external_id,
    'hubspot:' || s.survivor_id AS extra_merged_into,
    s.merged_id IS NOT NULL OR coalesce(c.is_deleted, c.archived, c._fivetran_deleted, false) AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM contact AS c
LEFT JOIN company_of_contact AS k ON c.id = k.contact_id
LEFT JOIN surviving_contact AS s ON c.id = s.merged_id
