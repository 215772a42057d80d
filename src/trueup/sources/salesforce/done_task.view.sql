-- Tasks that happened. CompletedDateTime is when; but a call entered as done, with a date well before the day it was
-- entered, happened on that date. A mail that is there as EmailMessage is not counted twice.
-- ActivityDate is a local date, and on a call that was merely logged the day of the call: only a later one is a next
-- step. The variable zone, if set, is the workspace's time zone, else days are UTC's.
WITH done AS (
    SELECT
        t.*,
        CASE
            WHEN
                t.activity_date < CAST(t.completed_date_time AS DATE) - 1
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
)

SELECT
    *,
    CASE
        WHEN activity_date IS NULL THEN NULL
        WHEN
            activity_date
            > CAST(timezone(coalesce(CAST(getvariable('zone') AS VARCHAR), 'UTC'), timezone('UTC', happened_at)) AS DATE)
            THEN activity_date
    END AS next_step_on
FROM done
