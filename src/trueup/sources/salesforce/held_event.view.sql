-- Meetings, without the copies in other calendars and without the patterns of series.
SELECT
    *,
    coalesce(
        start_date_time, activity_date_time, CAST(activity_date AS TIMESTAMP) + INTERVAL 12 HOUR
    ) AS began_at
FROM event
WHERE NOT coalesce(is_child, false) AND NOT coalesce(is_recurrence, false)
