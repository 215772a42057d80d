SELECT
    'hubspot:' || o.id AS person_id,
    nullif(trim(concat_ws(' ', o.first_name, o.last_name)), '') AS name,
    lower(o.email) AS email,
    t.team,
    r.name AS role,
    coalesce(o.archived, NOT o.is_active, o._fivetran_deleted) AS is_deleted,
    o._recorded_at AS recorded_at,
    o._load,
    o._row
FROM owner AS o
LEFT JOIN team_of_owner AS t ON o.id = t.owner_id
LEFT JOIN latest_users AS u ON o.user_id = u.id
LEFT JOIN latest_role AS r ON u.role_id = r.id
