WITH places AS MATERIALIZED (SELECT id, account_id FROM account_of)

SELECT
    t.id AS interaction_id,
    coalesce(
        t.account_id,
        CASE WHEN starts_with(t.what_id, '001') THEN t.what_id END,
        about.account_id,
        partner.account_id,
        named.id,
        t.account_name
    ) AS account_id,
    t.happened_at AS occurred_at,
    t.happened_at + to_seconds(CAST(t.call_duration_in_seconds AS BIGINT)) AS ended_at,
    coalesce(by_type.kind, by_subtype.kind, CASE WHEN contains(lower(t.subject), 'linkedin') THEN 'social' END, 'other')
        AS kind,
    CASE
        WHEN coalesce(t.call_type, t.direction__c) = 'Inbound' THEN 'inbound'
        WHEN coalesce(t.call_type, t.direction__c) = 'Outbound' THEN 'outbound'
        WHEN t.task_subtype = 'Email' AND contains(t.subject, '[In]') THEN 'inbound'
        WHEN t.task_subtype IN ('Email', 'ListEmail') THEN 'outbound'
    END AS direction,
    coalesce(t.is_automatic__c, t.task_subtype = 'ListEmail', false) AS is_automatic,
    true AS is_public,
    CASE WHEN starts_with(t.what_id, '006') THEN t.what_id END AS deal_id,
    CASE WHEN starts_with(t.who_id, '00Q') THEN t.who_id END AS lead_id,
    CASE WHEN starts_with(t.what_id, '500') THEN t.what_id END AS case_id,
    t.subject,
    t.next_step_on AS due_at,
    t.completed_date_time AS completed_at,
    CASE WHEN t.created_date > t.happened_at THEN t.created_date END AS recorded_at,
    coalesce(t.is_deleted, t._fivetran_deleted) AS is_deleted,
    t._load,
    t._row
FROM done_task AS t
LEFT JOIN interaction_kind AS by_type ON lower(t.type) = by_type.word
LEFT JOIN interaction_kind AS by_subtype ON lower(t.task_subtype) = by_subtype.word
LEFT JOIN places AS about ON about.id = CASE WHEN t.account_id IS NULL THEN t.what_id END
LEFT JOIN places AS partner ON partner.id = CASE WHEN t.account_id IS NULL THEN t.who_id END
LEFT JOIN account_by_name AS named ON named.name = CASE WHEN t.account_id IS NULL THEN t.account_name END
