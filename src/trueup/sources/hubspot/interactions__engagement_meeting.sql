-- The type decides what a meeting was; a plain one, or one without a type we know, is looked at more closely.
SELECT
    'hubspot:' || e.id AS interaction_id,
    'hubspot:' || coalesce(trim(split_part(e.associatedcompanyid, ';', 1)), l.company_id, k.company_id, d.company_id)
        AS account_id,
    coalesce(e.hs_meeting_start_time, e.hs_timestamp, e.hs_createdate) AS occurred_at,
    e.hs_meeting_end_time AS ended_at,
    CASE
        WHEN m.kind IS NOT NULL AND m.kind <> 'meeting' THEN m.kind
        WHEN contains(lower(e.hs_meeting_title), 'business review') OR contains(lower(e.hs_meeting_title), 'qbr')
            THEN 'business_review'
        WHEN
            contains(lower(e.hs_meeting_title), 'design the alliance')
            OR contains(lower(e.hs_meeting_title), 'partnership meeting')
            OR contains(lower(e.hs_meeting_title), 'exploratory meeting')
            THEN 'partnership_meeting'
        WHEN m.kind = 'meeting' THEN 'meeting'
        WHEN contains(lower(e.hs_meeting_title), 'workshop') THEN 'workshop'
        WHEN contains(lower(e.hs_meeting_title), 'demo') THEN 'demo'
        ELSE 'meeting'
    END AS kind,
    false AS is_automatic,
    true AS is_public,
    'hubspot:' || coalesce(l.deal_id, trim(split_part(e.associateddealid, ';', 1))) AS deal_id,
    'hubspot:' || l.ticket_id AS case_id,
    e.hs_meeting_title AS subject,
    CASE
        WHEN e.hs_createdate > coalesce(e.hs_meeting_start_time, e.hs_timestamp, e.hs_createdate) THEN e.hs_createdate
    END AS recorded_at,
    coalesce(e.is_deleted, e.archived, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM engagement_meeting AS e
LEFT JOIN engagement_link AS l ON e.id = l.engagement_id
LEFT JOIN company_of_contact AS k ON trim(split_part(e.associatedcontactid, ';', 1)) = k.contact_id
LEFT JOIN company_of_deal AS d ON trim(split_part(e.associateddealid, ';', 1)) = d.deal_id
LEFT JOIN meeting_kind AS m ON lower(e.hs_activity_type) = m.word
WHERE e.hs_meeting_outcome IS NULL OR upper(e.hs_meeting_outcome) NOT IN ('CANCELED', 'CANCELLED', 'RESCHEDULED')
