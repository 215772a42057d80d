-- Users that are machines carry the tag bot.
SELECT user_id
FROM (
    SELECT user_id FROM user_tag WHERE lower(tag) = 'bot'
    UNION ALL
    SELECT u.id
    FROM user_tag AS t
    INNER JOIN "user" AS u ON t._dlt_parent_id = u._dlt_id
    WHERE lower(t.tag) = 'bot'
    UNION ALL
    SELECT id
    FROM latest_user
    WHERE
        contains(lower(tags), 'bot')
        AND list_contains(string_split(translate(lower(tags), '[]",;', '     '), ' '), 'bot')
)
WHERE user_id IS NOT NULL
GROUP BY user_id
