-- A ticket is a problem's own case, or one about a problem, or neither. Nobody changes a closed ticket: its last
-- update was the closing. A solved one without a history was last touched when it was solved.
WITH tags AS (
    SELECT
        ticket_id,
        min(CASE WHEN starts_with(tag, 'area:') THEN substr(tag, 6) END) AS area,
        bool_or(tag = 'escalated') AS is_escalated
    FROM (
        SELECT ticket_id, lower(tag) AS tag FROM ticket_tag WHERE ticket_id IS NOT NULL
        UNION ALL
        SELECT t.id, lower(g.tag) FROM ticket_tag AS g INNER JOIN ticket AS t ON g._dlt_parent_id = t._dlt_id
    )
    GROUP BY ticket_id
),

described AS (
    SELECT
        t.*,
        CASE
            WHEN contains(t.tags, 'area:') THEN nullif(regexp_extract(lower(t.tags), 'area:([^\s,;"\]]+)', 1), '')
        END AS area,
        CASE
            WHEN contains(t.tags, 'escalated')
                THEN list_contains(string_split(translate(lower(t.tags), '[]",;', '     '), ' '), 'escalated')
            WHEN t.tags IS NOT NULL THEN false
        END AS is_escalated
    FROM ticket AS t
)

SELECT
    'zendesk:' || t.id AS case_id,
    'zendesk:' || a.organization_id AS account_id,
    CASE WHEN a.requester_side = 'customer' THEN 'zendesk:' || t.requester_id END AS contact_id,
    'zendesk:' || a.assignee_id AS owner_id,
    coalesce(t.subject, t.raw_subject) AS subject,
    t.description,
    'zendesk:' || coalesce(t.problem_id, CASE WHEN lower(t.type) = 'problem' THEN t.id END) AS issue_key,
    coalesce(t.area, g.area, t.type) AS category,
    t.priority,
    t.status,
    t.created_at AS opened_at,
    CASE
        WHEN lower(t.status) IN ('solved', 'closed')
            THEN
                coalesce(
                    turn.solved_at,
                    m.solved_at,
                    t.solved_at,
                    CASE WHEN lower(t.status) = 'solved' THEN t.updated_at END
                )
    END AS resolved_at,
    CASE WHEN lower(t.status) = 'closed' THEN coalesce(turn.closed_at, t.updated_at) END AS closed_at,
    CAST(m.reopens AS BIGINT) AS reopened_count,
    coalesce(t.is_escalated, g.is_escalated) AS is_escalated,
    coalesce(lower(t.status) = 'deleted', false) OR coalesce(t._fivetran_deleted, false) AS is_deleted,
    t._recorded_at AS recorded_at,
    t._load,
    t._row
FROM described AS t
LEFT JOIN ticket_about AS a ON t.id = a.ticket_id
LEFT JOIN ticket_turn AS turn ON t.id = turn.ticket_id
LEFT JOIN latest_ticket_metric AS m ON t.id = m.ticket_id
LEFT JOIN tags AS g ON t.id = g.ticket_id
