-- A machine's mail says so in its headers. A mail that is related to nothing belongs to the account of its other side.
WITH places AS MATERIALIZED (SELECT id, account_id FROM account_of)

SELECT
    m.id AS interaction_id,
    coalesce(
        CASE WHEN starts_with(m.related_to_id, '001') THEN m.related_to_id END,
        about.account_id,
        on_case.account_id,
        partner.account_id
    ) AS account_id,
    m.passed_at AS occurred_at,
    'email' AS kind,
    CASE WHEN m.incoming THEN 'inbound' WHEN NOT m.incoming THEN 'outbound' END AS direction,
    coalesce(
        m.is_automatic__c,
        CASE
            WHEN m.headers IS NOT NULL
                THEN
                    contains(lower(m.headers), 'auto-submitted: auto')
                    OR contains(lower(m.headers), 'x-autoreply: yes')
                    OR contains(lower(m.headers), 'precedence: auto_reply')
                    OR contains(lower(m.headers), 'precedence: bulk')
        END,
        false
    )
    OR starts_with(m.subject, 'Automatic reply:')
    OR starts_with(m.subject, 'Out of office:')
    OR starts_with(m.subject, 'Automatische Antwort:') AS is_automatic,
    true AS is_public,
    coalesce(m.thread_identifier, m.parent_id) AS thread_id,
    CASE WHEN starts_with(m.related_to_id, '006') THEN m.related_to_id END AS deal_id,
    coalesce(m.parent_id, CASE WHEN starts_with(m.related_to_id, '500') THEN m.related_to_id END) AS case_id,
    m.subject,
    CASE WHEN m.created_date > m.passed_at THEN m.created_date END AS recorded_at,
    coalesce(m.is_deleted, m._fivetran_deleted) AS is_deleted,
    m._load,
    m._row
FROM sent_email AS m
LEFT JOIN places AS about ON m.related_to_id = about.id
LEFT JOIN places AS on_case ON m.parent_id = on_case.id
LEFT JOIN address_book AS partner
    ON
        partner.address
        = CASE
            WHEN coalesce(m.related_to_id, m.parent_id) IS NULL
                THEN lower(CASE WHEN m.incoming THEN m.from_address ELSE trim(split_part(m.to_address, ';', 1)) END)
        END
