-- The changes that dlt lists below each update of a ticket, with who made them and when.
SELECT
    e.id AS event_id,
    e.ticket_id,
    e.updater_id,
    coalesce(e.created_at, e.timestamp) AS created_at,
    lower(e.via) AS via_channel,
    c.*
FROM ticket_event_child AS c
INNER JOIN ticket_event AS e ON c._dlt_parent_id = e._dlt_id
