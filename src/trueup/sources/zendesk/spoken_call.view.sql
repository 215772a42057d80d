-- Calls that no comment of their ticket tells.
SELECT c.*
FROM call AS c
ANTI JOIN (
    SELECT ticket_id FROM ticket_comment WHERE voice_comment OR starts_with(via_channel, 'voice')
) AS told ON c.ticket_id = told.ticket_id
