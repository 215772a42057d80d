-- The events that an audit lists, as rows.
SELECT
    a.id AS audit_id,
    a.ticket_id,
    a.author_id,
    a.created_at,
    lower(a.via_channel) AS via_channel,
    a._load,
    a._row,
    a.entry.type AS entry_type,
    a.entry.field_name,
    a.entry.value AS new_value,
    a.entry.previous_value AS old_value,
    a.entry.public AS is_public,
    a.entry.body,
    a.entry.author_id AS commenter_id,
    a.entry.id AS entry_id
FROM (
    SELECT
        *,
        unnest(
            from_json(
                CASE WHEN json_valid(events) THEN events END,
                '[{"id": "VARCHAR", "type": "VARCHAR", "field_name": "VARCHAR", "value": "VARCHAR",
                "previous_value": "VARCHAR", "public": "BOOLEAN", "body": "VARCHAR", "author_id": "VARCHAR"}]'
            )
        ) AS entry
    FROM ticket_audit
) AS a
