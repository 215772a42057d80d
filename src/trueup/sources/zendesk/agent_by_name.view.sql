-- View exports name the assignee instead of giving the id: agents by a name that only one of them has.
SELECT name, min(id) AS id
FROM latest_user
WHERE name IS NOT NULL AND lower(role) IN ('agent', 'admin')
GROUP BY name
HAVING count(*) = 1
