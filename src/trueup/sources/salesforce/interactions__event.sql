-- The type decides what a meeting was; only a plain meeting, or one without a type we know, is looked at more closely.
WITH places AS MATERIALIZED (SELECT id, account_id FROM account_of)

SELECT
    e.id AS interaction_id,
    coalesce(
        e.account_id,
        CASE WHEN starts_with(e.what_id, '001') THEN e.what_id END,
        about.account_id,
        partner.account_id,
        named.id,
        e.account_name
    ) AS account_id,
    e.began_at AS occurred_at,
    coalesce(e.end_date_time, e.began_at + to_minutes(CAST(e.duration_in_minutes AS BIGINT))) AS ended_at,
    CASE
        WHEN k.kind IS NOT NULL AND k.kind <> 'meeting' THEN k.kind
        WHEN contains(s.words, 'business review') OR contains(s.words, 'qbr') THEN 'business_review'
        WHEN
            contains(s.words, 'design the alliance') OR contains(s.words, 'partnership meeting')
            OR contains(s.words, 'exploratory meeting')
            THEN 'partnership_meeting'
        WHEN k.kind = 'meeting' THEN 'meeting'
        WHEN contains(s.words, 'workshop') THEN 'workshop'
        WHEN contains(s.words, 'demo') THEN 'demo'
        WHEN contains(s.words, 'seminar') OR contains(s.words, 'webinar') THEN 'seminar'
        WHEN contains(s.words, 'trade show') OR contains(s.words, 'tradeshow') THEN 'tradeshow'
        WHEN contains(s.words, 'visit') THEN 'visit'
        WHEN contains(s.words, 'call') THEN 'call'
        ELSE 'meeting'
    END AS kind,
    false AS is_automatic,
    true AS is_public,
    CASE WHEN starts_with(e.what_id, '006') THEN e.what_id END AS deal_id,
    CASE WHEN starts_with(e.who_id, '00Q') THEN e.who_id END AS lead_id,
    CASE WHEN starts_with(e.what_id, '500') THEN e.what_id END AS case_id,
    e.subject,
    CASE WHEN e.created_date > e.began_at THEN e.created_date END AS recorded_at,
    coalesce(e.is_deleted, e._fivetran_deleted) AS is_deleted,
    e._load,
    e._row
FROM held_event AS e
CROSS JOIN LATERAL (SELECT lower(e.subject) AS words) AS s
LEFT JOIN interaction_kind AS k ON lower(e.type) = k.word
LEFT JOIN places AS about ON about.id = CASE WHEN e.account_id IS NULL THEN e.what_id END
LEFT JOIN places AS partner ON partner.id = CASE WHEN e.account_id IS NULL THEN e.who_id END
LEFT JOIN account_by_name AS named ON named.name = CASE WHEN e.account_id IS NULL THEN e.account_name END
