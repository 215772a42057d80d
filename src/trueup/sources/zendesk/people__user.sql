-- A machine keeps its row, as tickets may be assigned to it, with the role it has.
WITH teams AS (
    SELECT m.user_id, arg_min(g.name, (NOT coalesce(m.default, false), g.name)) AS team
    FROM group_membership AS m
    INNER JOIN latest_group AS g ON m.group_id = g.id
    GROUP BY m.user_id
)

SELECT
    'zendesk:' || u.id AS person_id,
    u.name,
    lower(u.email) AS email,
    coalesce(g.name, t.team) AS team,
    CASE WHEN b.user_id IS NOT NULL THEN 'bot' ELSE u.role END AS role,
    u._fivetran_deleted AS is_deleted,
    u._recorded_at AS recorded_at,
    u._load,
    u._row
FROM "user" AS u
LEFT JOIN latest_group AS g ON u.default_group_id = g.id
LEFT JOIN teams AS t ON u.id = t.user_id
LEFT JOIN machine AS b ON u.id = b.user_id
WHERE lower(u.role) IN ('agent', 'admin')
