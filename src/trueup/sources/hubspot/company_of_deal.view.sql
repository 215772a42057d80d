-- The company of each deal: the one it names, else the primary one it is associated with, else that of its people.
SELECT deal_id, arg_min(company_id, nearness) AS company_id
FROM (
    SELECT id AS deal_id, 1 AS nearness, trim(split_part(associatedcompanyid, ';', 1)) AS company_id
    FROM latest_deal
    WHERE associatedcompanyid IS NOT NULL
    UNION ALL
    SELECT deal_id, 2, arg_min(company_id, (CASE WHEN type_id = '5' THEN 0 ELSE 1 END, company_id))
    FROM deal_company
    WHERE company_id IS NOT NULL
    GROUP BY deal_id
    UNION ALL
    SELECT d.deal_id, 3, min(c.company_id)
    FROM deal_contact AS d
    INNER JOIN company_of_contact AS c ON d.contact_id = c.contact_id
    GROUP BY d.deal_id
)
GROUP BY ALL
