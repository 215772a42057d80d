-- Contacts by their address; of several with one address the first.
SELECT lower(c.email) AS email, min(c.id) AS contact_id, arg_min(k.company_id, c.id) AS company_id
FROM latest_contact AS c
LEFT JOIN company_of_contact AS k ON c.id = k.contact_id
ANTI JOIN surviving_contact AS s ON c.id = s.merged_id
WHERE c.email IS NOT NULL
GROUP BY ALL
