-- Exports from the screens name an owner instead of giving the id: owners by a name that only one of them has.
SELECT trim(concat_ws(' ', first_name, last_name)) AS name, min(id) AS id
FROM latest_owner
WHERE coalesce(first_name, last_name) IS NOT NULL
GROUP BY ALL
HAVING count(*) = 1
