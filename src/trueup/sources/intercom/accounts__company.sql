SELECT
    'intercom:' || c.id AS account_id,
    c.name,
    nullif(regexp_extract(lower(c.website), '^\s*(?:https?://)?(?:www\.)?([^/:?#\s]+)', 1), '') AS domain,
    c.industry,
    CAST(c.size AS BIGINT) AS employees,
    coalesce(c.remote_created_at, c.created_at) AS created_at,
    c.company_id AS extra_external_id,
    c._fivetran_deleted AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM company AS c
