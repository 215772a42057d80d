SELECT
    'intercom:' || c.id AS contact_id,
    'intercom:' || k.company_id AS account_id,
    c.name,
    lower(c.email) AS email,
    c.job_title AS title,
    c.external_id AS extra_external_id,
    c._fivetran_deleted AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM contact AS c
LEFT JOIN company_of_contact AS k ON c.id = k.contact_id
