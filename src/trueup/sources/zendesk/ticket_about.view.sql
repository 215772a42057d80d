-- Whose ticket it is: the organisation's, else that of the one who asked.
SELECT
    t.id AS ticket_id,
    coalesce(t.organization_id, s.organization_id, o.id, t.organization_name) AS organization_id,
    t.requester_id,
    coalesce(s.side, 'customer') AS requester_side,
    coalesce(t.assignee_id, a.id, t.assignee_name) AS assignee_id,
    lower(t.via_channel) AS via_channel
FROM latest_ticket AS t
LEFT JOIN user_side AS s ON t.requester_id = s.id
LEFT JOIN organization_by_name AS o ON t.organization_name = o.name
LEFT JOIN agent_by_name AS a ON t.assignee_name = a.name
