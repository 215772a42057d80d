-- A conversation is a case while somebody of the customer's is in it; closing it is solving it.
WITH closings AS (
    SELECT conversation_id, max(created_at) AS closed_at
    FROM spoken_part
    WHERE part_type IN ('close', 'snoozed_and_closed', 'channel_and_reply_time_expectation_close')
    GROUP BY conversation_id
)

SELECT
    'intercom:' || c.id AS case_id,
    'intercom:' || a.company_id AS account_id,
    'intercom:' || a.contact_id AS contact_id,
    CASE WHEN coalesce(c.assignee_type, 'admin') = 'admin' AND c.assignee_id <> '0' THEN 'intercom:' || c.assignee_id END
        AS owner_id,
    coalesce(c.title, c.source_subject) AS subject,
    c.source_body AS description,
    c.priority,
    coalesce(c.state, CASE WHEN c.open THEN 'open' ELSE 'closed' END) AS status,
    c.created_at AS opened_at,
    CASE
        WHEN coalesce(c.state = 'closed', NOT c.open)
            THEN coalesce(p.closed_at, c.last_close_at, c.first_close_at, c.updated_at)
    END AS resolved_at,
    CASE
        WHEN coalesce(c.state = 'closed', NOT c.open)
            THEN coalesce(p.closed_at, c.last_close_at, c.first_close_at, c.updated_at)
    END AS closed_at,
    CAST(c.count_reopens AS BIGINT) AS reopened_count,
    c._fivetran_deleted AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM conversation AS c
INNER JOIN conversation_about AS a ON c.id = a.conversation_id
LEFT JOIN closings AS p ON c.id = p.conversation_id
WHERE a.is_case
