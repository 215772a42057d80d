-- Who decides is told by a field of the contact, else by a role in a deal.
WITH deciders AS (
    SELECT DISTINCT contact_id
    FROM latest_opportunity_contact_role
    WHERE
        lower(role) IN ('decision maker', 'economic decision maker', 'economic buyer', 'executive sponsor')
        AND NOT coalesce(is_deleted, _fivetran_deleted, false)
)

SELECT
    c.id AS contact_id,
    coalesce(c.account_id, a.id, c.account_name) AS account_id,
    coalesce(c.name, nullif(trim(concat_ws(' ', c.first_name, c.last_name)), '')) AS name,
    lower(c.email) AS email,
    c.title,
    c.department,
    coalesce(c.decision_maker__c, CASE WHEN d.contact_id IS NOT NULL THEN true END) AS is_decision_maker,
    c.reports_to_id,
    c.left_company_on__c AS active_to,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM contact AS c
LEFT JOIN account_by_name AS a ON c.account_name = a.name
LEFT JOIN deciders AS d ON c.id = d.contact_id
