WITH parts AS (
    SELECT
        p.*,
        CASE
            WHEN p.author_type IN ('user', 'lead', 'contact') THEN 'customer'
            WHEN p.author_type = 'admin' THEN 'us'
            ELSE 'system'
        END AS side,
        CASE
            WHEN p.part_type = 'close' THEN ['resolve', 'close']
            WHEN p.part_type = 'open' THEN ['reopen']
            WHEN p.part_type IN ('assignment', 'assign_and_unsnooze', 'default_assignment') THEN ['assignment']
            WHEN p.part_type IN ('snoozed', 'unsnoozed', 'timer_unsnooze') THEN ['status']
            WHEN p.part_type IN ('comment', 'note', 'quick_reply') THEN ['comment']
        END AS kinds
    FROM spoken_part AS p
)

SELECT
    'intercom:' || p.conversation_id AS case_id,
    p.created_at AS occurred_at,
    unnest(p.kinds) AS kind,
    p.side AS by,
    p.part_type <> 'note' AS is_public,
    CASE WHEN p.side = 'us' THEN 'intercom:' || p.author_id END AS person_id,
    CASE WHEN p.kinds[1] = 'assignment' THEN 'intercom:' || p.assigned_to_id ELSE coalesce(p.body, p.part_type) END
        AS value,
    p._fivetran_deleted AS is_deleted,
    p._load,
    p._row
FROM parts AS p
WHERE p.kinds IS NOT NULL
