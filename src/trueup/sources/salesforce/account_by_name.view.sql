-- Reports name an account instead of giving the id: accounts by a name that only one of them has.
SELECT name, min(id) AS id FROM latest_account WHERE name IS NOT NULL GROUP BY name HAVING count(*) = 1
