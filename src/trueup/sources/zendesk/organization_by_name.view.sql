-- View exports name the organisation instead of giving its id: those whose name only one of them has.
SELECT name, min(id) AS id FROM latest_organization WHERE name IS NOT NULL GROUP BY name HAVING count(*) = 1
