-- Closing a case says two things here: that it is solved (unless it was so before) and that it is closed.
WITH closed_statuses AS (
    SELECT status FROM latest_case WHERE is_closed AND status IS NOT NULL
    UNION
    SELECT unnest(['Closed', 'Geschlossen'])
),

solved_statuses AS (
    SELECT status FROM closed_statuses
    UNION
    SELECT unnest(['Resolved', 'Solved', 'Gelöst'])
),

changes AS (
    SELECT *, lower(replace(field, ' ', '')) AS changed FROM case_history
),

in_ids AS (
    SELECT DISTINCT case_id, created_date
    FROM changes
    WHERE changed IN ('owner', 'caseowner') AND (starts_with(new_value, '005') OR starts_with(new_value, '00G'))
),

told AS (
    SELECT
        c.*,
        CASE
            WHEN c.changed IN ('status', 'casestatus')
                THEN
                    CASE
                        WHEN becomes.status IS NOT NULL AND was.status IS NULL
                            THEN CASE WHEN closes.status IS NULL THEN ['resolve'] ELSE ['resolve', 'close'] END
                        WHEN closes.status IS NOT NULL THEN ['close']
                        WHEN was.status IS NOT NULL AND becomes.status IS NULL THEN ['reopen']
                        ELSE ['status']
                    END
            WHEN c.changed IN ('owner', 'caseowner')
                THEN
                    CASE
                        WHEN starts_with(c.new_value, '005') OR starts_with(c.new_value, '00G') OR in_ids.case_id IS NULL
                            THEN ['assignment']
                    END
            WHEN c.changed IN ('isescalated', 'escalated') AND lower(c.new_value) IN ('true', '1') THEN ['escalation']
            WHEN c.changed = 'ownerescalated' THEN ['escalation']
        END AS kinds
    FROM changes AS c
    LEFT JOIN solved_statuses AS becomes ON c.new_value = becomes.status
    LEFT JOIN closed_statuses AS closes ON c.new_value = closes.status
    LEFT JOIN solved_statuses AS was ON c.old_value = was.status
    LEFT JOIN in_ids ON c.case_id = in_ids.case_id AND c.created_date = in_ids.created_date
)

SELECT
    t.case_id,
    t.created_date AS occurred_at,
    unnest(t.kinds) AS kind,
    coalesce(w.side, 'us') AS by,
    CASE WHEN coalesce(w.side, 'us') = 'us' THEN t.created_by_id END AS person_id,
    CASE WHEN t.changed IN ('owner', 'caseowner') THEN coalesce(p.id, t.new_value) ELSE t.new_value END AS value,
    coalesce(t.is_deleted, t._fivetran_deleted) AS is_deleted,
    t._load,
    t._row
FROM told AS t
LEFT JOIN case_author AS w ON t.created_by_id = w.id
LEFT JOIN person_by_name AS p ON p.name = CASE WHEN t.changed IN ('owner', 'caseowner') THEN t.new_value END
WHERE t.kinds IS NOT NULL
