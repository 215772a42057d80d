-- The company of each contact: the one it names as its own, else the first that it is associated with.
SELECT contact_id, arg_min(company_id, nearness) AS company_id
FROM (
    SELECT id AS contact_id, 1 AS nearness, trim(split_part(associatedcompanyid, ';', 1)) AS company_id
    FROM latest_contact
    WHERE associatedcompanyid IS NOT NULL
    UNION ALL
    SELECT contact_id, 2, min(company_id) FROM company_contact WHERE company_id IS NOT NULL GROUP BY contact_id
)
GROUP BY ALL
