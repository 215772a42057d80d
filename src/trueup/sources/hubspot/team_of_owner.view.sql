-- The team of each owner: the primary one before others, by owner, by the user behind the owner, or by dlt's row.
WITH memberships AS (
    SELECT m.owner_id, CASE WHEN m.is_team_primary THEN 1 ELSE 2 END AS nearness, coalesce(t.name, m.name) AS team
    FROM owner_team AS m
    LEFT JOIN latest_team AS t ON m.team_id = t.id
    WHERE m.owner_id IS NOT NULL
    UNION ALL
    SELECT o.id, CASE WHEN m.is_team_primary THEN 1 ELSE 2 END, coalesce(t.name, m.name)
    FROM owner_team AS m
    INNER JOIN owner AS o ON m._dlt_parent_id = o._dlt_id
    LEFT JOIN latest_team AS t ON m.team_id = t.id
    UNION ALL
    SELECT o.id, CASE WHEN m.is_secondary_user THEN 4 ELSE 3 END, t.name
    FROM latest_owner AS o
    INNER JOIN team_user AS m ON o.user_id = m.user_id
    INNER JOIN latest_team AS t ON m.team_id = t.id
)

SELECT owner_id, arg_min(team, (nearness, team)) AS team
FROM memberships
WHERE team IS NOT NULL
GROUP BY owner_id
