-- Engagements that no table of their own type tells in full.
SELECT e.*
FROM engagement AS e
ANTI JOIN (
    SELECT id FROM engagement_call
    UNION ALL
    SELECT id FROM engagement_email
    UNION ALL
    SELECT id FROM engagement_meeting
    UNION ALL
    SELECT id FROM engagement_communication
) AS told ON e.id = told.id
WHERE
    coalesce(e.start_time, e.timestamp, e.created_at) IS NOT NULL
    AND coalesce(upper(e.type) NOT IN ('NOTE', 'TASK'), false)
