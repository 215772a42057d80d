SELECT
    'hubspot:' || c.id AS account_id,
    c.name,
    nullif(
        regexp_extract(lower(coalesce(c.domain, c.website)), '^\s*(?:https?://)?(?:www\.)?([^/:?#\s]+)', 1), ''
    ) AS domain,
    'hubspot:' || c.hs_parent_company_id AS parent_account_id,
    c.industry,
    c.segment,
    c.region,
    c.country,
    CAST(c.numberofemployees AS BIGINT) AS employees,
    c.annualrevenue AS annual_revenue,
    'hubspot:' || coalesce(c.hubspot_owner_id, o.id, c.owner_name) AS owner_id,
    'hubspot:' || c.success_owner_id AS success_owner_id,
    CAST(c.hs_lifecyclestage_customer_date AS DATE) AS customer_since,
    c.createdate AS created_at,
    c.salesforceaccountid AS extra_external_id,
    coalesce(c.is_deleted, c.archived, c._fivetran_deleted) AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM company AS c
LEFT JOIN owner_by_name AS o ON c.owner_name = o.name
