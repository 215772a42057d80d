-- Contacts that were merged into another, and the one that is left; merging a survivor again is followed once more.
WITH merged AS (
    SELECT merged_id, min(survivor_id) AS survivor_id
    FROM (
        SELECT vid_to_merge AS merged_id, coalesce(canonical_vid, contact_id) AS survivor_id FROM contact_merge_audit
        UNION ALL
        SELECT trim(unnest(string_split(hs_merged_object_ids, ';'))), id
        FROM latest_contact
        WHERE hs_merged_object_ids IS NOT NULL
    )
    WHERE merged_id IS DISTINCT FROM survivor_id
    GROUP BY ALL
)

SELECT m.merged_id, coalesce(further.survivor_id, m.survivor_id) AS survivor_id
FROM merged AS m
LEFT JOIN merged AS further ON m.survivor_id = further.merged_id
