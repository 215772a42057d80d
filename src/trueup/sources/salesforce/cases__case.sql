-- Cases below one parent are about one problem, and so is the parent.
WITH parents AS (SELECT DISTINCT parent_id FROM latest_case WHERE parent_id IS NOT NULL)

SELECT
    c.id AS case_id,
    coalesce(c.account_id, k.account_id, a.id, c.account_name) AS account_id,
    c.contact_id,
    CASE WHEN starts_with(c.owner_id, '00G') THEN NULL ELSE coalesce(c.owner_id, p.id, c.owner_name) END AS owner_id,
    c.subject,
    c.description,
    coalesce(c.issue_key__c, c.parent_id, parents.parent_id) AS issue_key,
    coalesce(c.reason, c.type) AS category,
    c.priority,
    c.status,
    c.created_date AS opened_at,
    CASE WHEN NOT coalesce(c.is_closed, c.closed_date IS NOT NULL) THEN NULL ELSE c.resolved_at__c END AS resolved_at,
    c.closed_date AS closed_at,
    c.is_escalated,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM "case" AS c
LEFT JOIN latest_contact AS k ON k.id = CASE WHEN c.account_id IS NULL THEN c.contact_id END
LEFT JOIN account_by_name AS a ON c.account_name = a.name
LEFT JOIN person_by_name AS p ON c.owner_name = p.name
LEFT JOIN parents ON c.id = parents.parent_id
