-- Tasks that happened. CompletedDateTime is when; but a call entered as done, with a date before the day it was entered,
-- happened on that date. A mail that is there as EmailMessage is not counted twice.
SELECT
    t.*,
    CASE
        WHEN
            t.activity_date < CAST(t.completed_date_time AS DATE)
            AND t.created_date >= t.completed_date_time - INTERVAL 5 MINUTE
            THEN CAST(t.activity_date AS TIMESTAMP) + INTERVAL 12 HOUR
        ELSE
            coalesce(
                t.completed_date_time, CAST(t.activity_date AS TIMESTAMP) + INTERVAL 12 HOUR, t.created_date
            )
    END AS happened_at
FROM task AS t
ANTI JOIN (SELECT activity_id FROM email_message WHERE activity_id IS NOT NULL) AS mail ON t.id = mail.activity_id
WHERE coalesce(t.is_closed, t.completed_date_time IS NOT NULL OR lower(t.status) = 'completed', false)
