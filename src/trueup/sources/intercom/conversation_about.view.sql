-- Whose conversation it is: the author's who began it if a customer, else the first contact's in it.
WITH members AS (
    SELECT conversation_id, min(contact_id) AS contact_id
    FROM (
        SELECT conversation_id, contact_id
        FROM conversation_contact
        WHERE conversation_id IS NOT NULL AND coalesce(_fivetran_active, true)
        UNION ALL
        SELECT c.id, m.contact_id
        FROM conversation_contact AS m
        INNER JOIN conversation AS c ON m._dlt_parent_id = c._dlt_id
    )
    GROUP BY conversation_id
)

SELECT
    c.id AS conversation_id,
    coalesce(
        CASE WHEN c.source_author_type IN ('user', 'lead', 'contact') THEN c.source_author_id END, m.contact_id
    ) AS contact_id,
    k.company_id,
    CASE
        WHEN c.source_type = 'email' THEN 'email'
        WHEN c.source_type IN ('facebook', 'instagram', 'twitter') THEN 'social'
        WHEN c.source_type IN ('phone_call', 'phone_switch', 'call') THEN 'call'
        ELSE 'chat'
    END AS kind,
    -- What we send out by ourselves becomes a case only if somebody answers.
    coalesce(c.source_delivered_as, 'customer_initiated') = 'customer_initiated'
    OR c.source_author_type IN ('user', 'lead', 'contact')
    OR c.first_contact_reply_at IS NOT NULL AS is_case
FROM latest_conversation AS c
LEFT JOIN members AS m ON c.id = m.conversation_id
LEFT JOIN company_of_contact AS k
    ON
        k.contact_id
        = coalesce(
            CASE WHEN c.source_author_type IN ('user', 'lead', 'contact') THEN c.source_author_id END, m.contact_id
        )
