-- Reports name an owner instead of giving the id: our people by a name that only one of them has.
SELECT name, min(id) AS id FROM latest_user WHERE name IS NOT NULL GROUP BY name HAVING count(*) = 1
