-- A lead without a date of qualification was qualified when its status first said so.
WITH qualified AS (
    SELECT lead_id, min(created_date) AS qualified_at
    FROM lead_history
    WHERE
        lower(field) IN ('status', 'lead status')
        AND lower(new_value) LIKE '%qualified%'
        AND lower(new_value) NOT LIKE '%unqualified%'
        AND lower(new_value) NOT LIKE '%not qualified%'
        AND lower(new_value) NOT LIKE '%disqualified%'
    GROUP BY ALL
)

SELECT
    l.id AS lead_id,
    l.converted_account_id AS account_id,
    l.converted_contact_id AS contact_id,
    l.lead_source,
    CASE WHEN starts_with(l.owner_id, '00G') THEN NULL ELSE coalesce(l.owner_id, p.id, l.owner_name) END AS owner_id,
    l.created_date AS created_at,
    coalesce(l.qualified_at__c, q.qualified_at) AS qualified_at,
    l.converted_date AS converted_at,
    l.converted_opportunity_id AS deal_id,
    l.referral_id__c AS referral_id,
    coalesce(l.is_deleted, l._fivetran_deleted) AS is_deleted,
    l._recorded_at AS recorded_at,
    l._load,
    l._row
FROM lead AS l
LEFT JOIN person_by_name AS p ON l.owner_name = p.name
LEFT JOIN qualified AS q ON l.id = q.lead_id
