SELECT
    'zendesk:' || u.id AS contact_id,
    'zendesk:' || u.organization_id AS account_id,
    u.name,
    lower(u.email) AS email,
    u.external_id AS extra_external_id,
    u._fivetran_deleted AS is_deleted,
    u._recorded_at AS recorded_at,
    u._load,
    u._row
FROM "user" AS u
WHERE u.role IS NULL OR lower(u.role) NOT IN ('agent', 'admin')
