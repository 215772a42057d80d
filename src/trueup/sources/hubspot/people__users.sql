-- Users who own nothing; those who do come in as owners.
WITH teams AS (
    SELECT m.user_id, arg_min(t.name, (coalesce(m.is_secondary_user, false), t.name)) AS team
    FROM team_user AS m
    INNER JOIN latest_team AS t ON m.team_id = t.id
    GROUP BY m.user_id
)

SELECT
    'hubspot:user:' || u.id AS person_id,
    nullif(trim(concat_ws(' ', u.first_name, u.last_name)), '') AS name,
    lower(u.email) AS email,
    coalesce(p.name, m.team) AS team,
    r.name AS role,
    u._fivetran_deleted AS is_deleted,
    u._load,
    u._row
FROM users AS u
LEFT JOIN latest_team AS p ON u.primary_team_id = p.id
LEFT JOIN teams AS m ON u.id = m.user_id
LEFT JOIN latest_role AS r ON u.role_id = r.id
ANTI JOIN (SELECT user_id FROM owner WHERE user_id IS NOT NULL) AS o ON u.id = o.user_id
ANTI JOIN (SELECT lower(email) AS email FROM owner WHERE email IS NOT NULL) AS e ON lower(u.email) = e.email
