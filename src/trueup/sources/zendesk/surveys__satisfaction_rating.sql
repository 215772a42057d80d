-- Good or bad is a scale from 0 to 1; newer surveys give numbers from 1 to 5.
SELECT
    'zendesk:' || r.id AS response_id,
    'zendesk:' || coalesce(a.organization_id, s.organization_id) AS account_id,
    'zendesk:' || r.requester_id AS contact_id,
    coalesce(r.created_at, r.updated_at) AS answered_at,
    'csat' AS kind,
    CASE
        WHEN starts_with(lower(r.score), 'good') THEN 1
        WHEN starts_with(lower(r.score), 'bad') THEN 0
        ELSE TRY_CAST(r.score AS DOUBLE)
    END AS score,
    CASE WHEN TRY_CAST(r.score AS DOUBLE) IS NULL THEN 1 ELSE 5 END AS scale_max,
    r.comment,
    r._fivetran_deleted AS is_deleted,
    r._load,
    r._row
FROM satisfaction_rating AS r
LEFT JOIN ticket_about AS a ON r.ticket_id = a.ticket_id
LEFT JOIN user_side AS s ON r.requester_id = s.id
WHERE r.score IS NOT NULL AND lower(r.score) NOT IN ('offered', 'unoffered')
