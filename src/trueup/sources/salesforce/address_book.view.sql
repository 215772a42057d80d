-- Whose mail address it is: one of ours before a contact with the same address; of several contacts the first.
WITH ours AS (
    SELECT lower(email) AS address, min(id) AS person_id
    FROM latest_user
    WHERE email IS NOT NULL AND contact_id IS NULL
    GROUP BY ALL
),

theirs AS (
    SELECT lower(email) AS address, min(id) AS contact_id, arg_min(account_id, id) AS account_id
    FROM latest_contact
    WHERE email IS NOT NULL AND NOT coalesce(is_deleted, _fivetran_deleted, false)
    GROUP BY ALL
)

SELECT address, person_id, CAST(NULL AS VARCHAR) AS contact_id, CAST(NULL AS VARCHAR) AS account_id
FROM ours
UNION ALL
SELECT theirs.address, NULL, theirs.contact_id, theirs.account_id
FROM theirs
ANTI JOIN ours ON theirs.address = ours.address
