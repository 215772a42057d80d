-- The events that an audit lists, as rows.
SELECT
    a.id AS audit_id,
    a.ticket_id,
    a.author_id,
    a.created_at,
    lower(a.via_channel) AS via_channel,
    a._load,
    a._row,
    e.entry.type AS entry_type,
    e.entry.field_name,
    e.entry.value AS new_value,
    e.entry.previous_value AS old_value,
    e.entry.public AS is_public,
    e.entry.body,
    e.entry.author_id AS commenter_id,
    e.entry.id AS entry_id
FROM ticket_audit AS a
CROSS JOIN LATERAL (
    SELECT
        unnest(
            from_json(
                CASE WHEN json_valid(a.events) THEN a.events END,
                '[{"id": "VARCHAR", "type": "VARCHAR", "field_name": "VARCHAR", "value": "VARCHAR",
                "previous_value": "VARCHAR", "public": "BOOLEAN", "body": "VARCHAR", "author_id": "VARCHAR"}]'
            )
        ) AS entry
) AS e
