-- A member was sent the campaign when added; a status may tell of an opening or a click at the first response.
WITH places AS MATERIALIZED (SELECT id, account_id FROM account_of),

members AS (
    SELECT
        *,
        CASE
            WHEN contains(lower(status), 'click') THEN ['send', 'click']
            WHEN contains(lower(status), 'open') THEN ['send', 'open']
            ELSE ['send']
        END AS kinds
    FROM campaign_member
),

events AS (SELECT *, unnest(kinds) AS kind FROM members)

SELECT
    e.campaign_id,
    coalesce(e.contact_id, CASE WHEN starts_with(e.lead_or_contact_id, '003') THEN e.lead_or_contact_id END)
        AS contact_id,
    coalesce(e.account_id, a.account_id, l.account_id) AS account_id,
    CASE
        WHEN e.kind <> 'send' AND e.first_responded_date IS NOT NULL
            THEN greatest(CAST(e.first_responded_date AS TIMESTAMP) + INTERVAL 12 HOUR, e.created_date)
        ELSE e.created_date
    END AS occurred_at,
    e.kind,
    coalesce(e.is_deleted, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM events AS e
LEFT JOIN places AS a ON e.contact_id = a.id
LEFT JOIN places AS l ON e.lead_id = l.id
