-- Comments that only the audits have.
SELECT
    'zendesk:' || coalesce(e.entry_id, e.audit_id) AS interaction_id,
    'zendesk:' || a.organization_id AS account_id,
    e.created_at AS occurred_at,
    coalesce(k.kind, 'email') AS kind,
    CASE
        coalesce(
            s.side,
            CASE coalesce(e.commenter_id, e.author_id)
                WHEN a.requester_id THEN 'customer'
                WHEN a.assignee_id THEN 'us'
            END
        )
        WHEN 'customer' THEN 'inbound'
        WHEN 'us' THEN 'outbound'
        WHEN 'system' THEN 'outbound'
    END AS direction,
    coalesce(s.side = 'system', false) OR coalesce(e.via_channel = 'rule', false) AS is_automatic,
    true AS is_public,
    'zendesk:' || e.ticket_id AS thread_id,
    'zendesk:' || e.ticket_id AS case_id,
    e._load,
    e._row
FROM audit_entry AS e
LEFT JOIN ticket_about AS a ON e.ticket_id = a.ticket_id
LEFT JOIN user_side AS s ON coalesce(e.commenter_id, e.author_id) = s.id
LEFT JOIN channel_kind AS k ON coalesce(e.via_channel, a.via_channel) = k.channel
ANTI JOIN (SELECT ticket_id FROM ticket_comment) AS told ON e.ticket_id = told.ticket_id
WHERE e.entry_type = 'Comment' AND coalesce(e.is_public, true)
