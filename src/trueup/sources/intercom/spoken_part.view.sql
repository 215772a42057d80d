-- The newest version of each part, with its conversation also where dlt gives only the parent row.
SELECT p.* EXCLUDE (conversation_id), coalesce(p.conversation_id, c.id) AS conversation_id
FROM latest_conversation_part AS p
LEFT JOIN conversation AS c ON p._dlt_parent_id = c._dlt_id
