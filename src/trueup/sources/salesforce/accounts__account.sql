SELECT
    a.id AS account_id,
    a.name,
    nullif(regexp_extract(lower(a.website), '^\s*(?:https?://)?(?:www\.)?([^/:?#\s]+)', 1), '') AS domain,
    a.parent_id AS parent_account_id,
    a.industry,
    a.segment__c AS segment,
    a.region__c AS region,
    coalesce(a.billing_country, a.billing_country_code) AS country,
    CAST(a.number_of_employees AS BIGINT) AS employees,
    a.annual_revenue,
    a.currency_iso_code AS currency,
    coalesce(a.owner_id, p.id, a.owner_name) AS owner_id,
    a.success_owner__c AS success_owner_id,
    a.customer_since__c AS customer_since,
    a.created_date AS created_at,
    coalesce(a.is_deleted, a._fivetran_deleted) AS is_deleted,
    a._recorded_at AS recorded_at,
    a._load,
    a._row
FROM account AS a
LEFT JOIN person_by_name AS p ON a.owner_name = p.name
