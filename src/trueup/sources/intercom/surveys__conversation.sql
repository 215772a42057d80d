SELECT
    'intercom:' || c.id AS response_id,
    'intercom:' || a.company_id AS account_id,
    'intercom:' || a.contact_id AS contact_id,
    coalesce(c.conversation_rating_created_at, c.updated_at) AS answered_at,
    'csat' AS kind,
    TRY_CAST(c.conversation_rating_value AS DOUBLE) AS score,
    5 AS scale_max,
    c.conversation_rating_remark AS comment,
    c._fivetran_deleted AS is_deleted,
    c._load,
    c._row
FROM latest_conversation AS c
LEFT JOIN conversation_about AS a ON c.id = a.conversation_id
WHERE TRY_CAST(c.conversation_rating_value AS DOUBLE) IS NOT NULL
