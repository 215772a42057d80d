WITH companies AS (
    SELECT ticket_id, min(company_id) AS company_id FROM ticket_company GROUP BY ticket_id
),

askers AS (
    SELECT t.ticket_id, min(coalesce(s.survivor_id, t.contact_id)) AS contact_id
    FROM ticket_contact AS t
    LEFT JOIN surviving_contact AS s ON t.contact_id = s.merged_id
    GROUP BY t.ticket_id
),

linked AS (
    SELECT
        t.*,
        coalesce(a.contact_id, trim(split_part(t.associatedcontactid, ';', 1))) AS asker_id,
        coalesce(c.company_id, trim(split_part(t.associatedcompanyid, ';', 1))) AS company_id
    FROM ticket AS t
    LEFT JOIN companies AS c ON t.id = c.ticket_id
    LEFT JOIN askers AS a ON t.id = a.ticket_id
)

SELECT
    'hubspot:' || t.id AS case_id,
    'hubspot:' || coalesce(t.company_id, k.company_id) AS account_id,
    'hubspot:' || t.asker_id AS contact_id,
    'hubspot:' || coalesce(t.hubspot_owner_id, o.id, t.owner_name) AS owner_id,
    t.subject,
    t.content AS description,
    t.issue_key,
    t.hs_ticket_category AS category,
    t.hs_ticket_priority AS priority,
    coalesce(s.label, t.hs_pipeline_stage) AS status,
    t.createdate AS opened_at,
    -- A ticket that was opened again keeps the date of its last closing, but is not closed.
    CASE WHEN coalesce(s.is_closed, true) THEN t.closed_date END AS closed_at,
    coalesce(t.is_deleted, t.archived, t._fivetran_deleted) AS is_deleted,
    t._recorded_at AS recorded_at,
    t._load,
    t._row
FROM linked AS t
LEFT JOIN company_of_contact AS k ON t.asker_id = k.contact_id
LEFT JOIN ticket_stage_meaning AS s ON t.hs_pipeline_stage = s.stage
LEFT JOIN owner_by_name AS o ON t.owner_name = o.name
