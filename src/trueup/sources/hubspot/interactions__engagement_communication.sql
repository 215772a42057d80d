-- LinkedIn is social media; WhatsApp and SMS are chats.
SELECT
    'hubspot:' || e.id AS interaction_id,
    'hubspot:' || coalesce(trim(split_part(e.associatedcompanyid, ';', 1)), l.company_id, k.company_id, d.company_id)
        AS account_id,
    coalesce(e.hs_timestamp, e.hs_createdate) AS occurred_at,
    CASE
        WHEN upper(e.hs_communication_channel_type) IN ('SMS', 'WHATS_APP', 'WHATSAPP') THEN 'chat'
        WHEN upper(e.hs_communication_channel_type) LIKE 'LINKEDIN%' THEN 'social'
        ELSE 'social'
    END AS kind,
    false AS is_automatic,
    true AS is_public,
    'hubspot:' || coalesce(l.deal_id, trim(split_part(e.associateddealid, ';', 1))) AS deal_id,
    'hubspot:' || l.ticket_id AS case_id,
    CASE WHEN e.hs_createdate > coalesce(e.hs_timestamp, e.hs_createdate) THEN e.hs_createdate END AS recorded_at,
    coalesce(e.is_deleted, e.archived, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM engagement_communication AS e
LEFT JOIN engagement_link AS l ON e.id = l.engagement_id
LEFT JOIN company_of_contact AS k ON trim(split_part(e.associatedcontactid, ';', 1)) = k.contact_id
LEFT JOIN company_of_deal AS d ON trim(split_part(e.associateddealid, ';', 1)) = d.deal_id
