SELECT
    'hubspot:' || e.id AS interaction_id,
    'hubspot:' || coalesce(trim(split_part(e.associatedcompanyid, ';', 1)), l.company_id, k.company_id, d.company_id)
        AS account_id,
    coalesce(e.hs_timestamp, e.hs_createdate) AS occurred_at,
    coalesce(e.hs_timestamp, e.hs_createdate) + to_milliseconds(e.hs_call_duration) AS ended_at,
    'call' AS kind,
    CASE upper(e.hs_call_direction) WHEN 'INBOUND' THEN 'inbound' WHEN 'OUTBOUND' THEN 'outbound' END AS direction,
    false AS is_automatic,
    true AS is_public,
    'hubspot:' || coalesce(l.deal_id, trim(split_part(e.associateddealid, ';', 1))) AS deal_id,
    'hubspot:' || l.ticket_id AS case_id,
    e.hs_call_title AS subject,
    CASE WHEN e.hs_createdate > coalesce(e.hs_timestamp, e.hs_createdate) THEN e.hs_createdate END AS recorded_at,
    coalesce(e.is_deleted, e.archived, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM engagement_call AS e
LEFT JOIN engagement_link AS l ON e.id = l.engagement_id
LEFT JOIN company_of_contact AS k ON trim(split_part(e.associatedcontactid, ';', 1)) = k.contact_id
LEFT JOIN company_of_deal AS d ON trim(split_part(e.associateddealid, ';', 1)) = d.deal_id
WHERE e.hs_call_status IS NULL OR e.hs_call_status NOT IN ('CANCELED', 'FAILED', 'QUEUED')
