-- The company of each contact: of several the one it was last with.
SELECT contact_id, arg_max(company_id, (coalesce(since, TIMESTAMP '1970-01-01'), company_id)) AS company_id
FROM (
    SELECT contact_id, company_id, coalesce(_fivetran_start, contact_updated_at) AS since
    FROM contact_company
    WHERE contact_id IS NOT NULL AND company_id IS NOT NULL AND coalesce(_fivetran_active, true)
    UNION ALL
    SELECT c.id, k.company_id, NULL
    FROM contact_company AS k
    INNER JOIN contact AS c ON k._dlt_parent_id = c._dlt_id
    WHERE k.company_id IS NOT NULL
)
GROUP BY contact_id
