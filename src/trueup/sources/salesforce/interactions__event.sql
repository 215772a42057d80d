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
    CASE
        WHEN NOT coalesce(e.is_all_day_event, false)
            THEN coalesce(e.end_date_time, e.began_at + to_minutes(CAST(e.duration_in_minutes AS BIGINT)))
    END AS ended_at,
    CASE
        WHEN k.kind IS NOT NULL AND k.kind <> 'meeting' THEN k.kind
        WHEN contains(e.words, 'business review') OR contains(e.words, 'qbr') THEN 'business_review'
        WHEN
            contains(e.words, 'design the alliance') OR contains(e.words, 'partnership meeting')
            OR contains(e.words, 'exploratory meeting')
            THEN 'partnership_meeting'
        WHEN k.kind = 'meeting' THEN 'meeting'
        WHEN contains(e.words, 'workshop') THEN 'workshop'
        WHEN contains(e.words, 'demo') THEN 'demo'
        WHEN contains(e.words, 'seminar') OR contains(e.words, 'webinar') THEN 'seminar'
        WHEN contains(e.words, 'trade show') OR contains(e.words, 'tradeshow') THEN 'tradeshow'
        WHEN contains(e.words, 'visit') THEN 'visit'
        WHEN contains(e.words, 'call') THEN 'call'
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
FROM (SELECT *, lower(subject) AS words FROM held_event) AS e
LEFT JOIN interaction_kind AS k ON lower(e.type) = k.word
LEFT JOIN places AS about ON about.id = CASE WHEN e.account_id IS NULL THEN e.what_id END
LEFT JOIN places AS partner ON partner.id = CASE WHEN e.account_id IS NULL THEN e.who_id END
LEFT JOIN account_by_name AS named ON named.name = CASE WHEN e.account_id IS NULL THEN e.account_name END
