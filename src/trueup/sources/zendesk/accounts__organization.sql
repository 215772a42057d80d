WITH domains AS (
    SELECT organization_id, arg_min(domain_name, coalesce(index, 0)) AS domain
    FROM (
        SELECT d.organization_id, d.domain_name, d.index FROM domain_name AS d WHERE d.organization_id IS NOT NULL
        UNION ALL
        SELECT o.id, d.domain_name, d.index
        FROM domain_name AS d
        INNER JOIN organization AS o ON d._dlt_parent_id = o._dlt_id
    )
    GROUP BY organization_id
)

SELECT
    'zendesk:' || o.id AS account_id,
    o.name,
    lower(
        coalesce(
            d.domain,
            list_filter(string_split(translate(o.domain_names, '[]",;''', '      '), ' '), lambda x: x <> '')[1]
        )
    ) AS domain,
    o.created_at,
    o.external_id AS extra_external_id,
    o.deleted_at IS NOT NULL OR coalesce(o._fivetran_deleted, false) AS is_deleted,
    o._recorded_at AS recorded_at,
    o._load,
    o._row
FROM organization AS o
LEFT JOIN domains AS d ON o.id = d.organization_id
