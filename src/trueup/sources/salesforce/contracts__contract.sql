-- A contract without an end has its term in months; without an amount it is worth what its deal was.
SELECT
    c.id AS contract_id,
    coalesce(c.account_id, a.id, c.account_name) AS account_id,
    c.opportunity__c AS deal_id,
    c.product__c AS product,
    c.start_date AS starts_on,
    coalesce(
        c.end_date, CAST(c.start_date + to_months(CAST(c.contract_term AS INTEGER)) - INTERVAL 1 DAY AS DATE)
    ) AS ends_on,
    coalesce(c.amount__c, o.amount) AS amount,
    c.cost__c AS cost_amount,
    coalesce(c.currency_iso_code, CASE WHEN c.amount__c IS NULL THEN o.currency_iso_code END) AS currency,
    c.renewed_contract__c AS renews_contract_id,
    c.cancelled_on__c AS cancelled_on,
    c.defaulted_on__c AS defaulted_on,
    c.loss__c AS loss_amount,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM contract AS c
LEFT JOIN latest_opportunity AS o ON c.opportunity__c = o.id
LEFT JOIN account_by_name AS a ON c.account_name = a.name
