WITH teams AS (
    SELECT m.admin_id, min(t.name) AS team
    FROM team_admin AS m
    INNER JOIN latest_team AS t ON m.team_id = t.id
    WHERE NOT coalesce(m._fivetran_deleted, false)
    GROUP BY m.admin_id
)

SELECT
    'intercom:' || a.id AS person_id,
    a.name,
    lower(a.email) AS email,
    t.team,
    a.job_title AS role,
    a._fivetran_deleted AS is_deleted,
    a._load,
    a._row
FROM admin AS a
LEFT JOIN teams AS t ON a.id = t.admin_id
