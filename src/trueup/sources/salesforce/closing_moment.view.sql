-- The last change of each deal's stage: for a closed deal, the moment it was closed.
SELECT opportunity_id, max(changed_at) AS changed_at
FROM (
    SELECT opportunity_id, created_date AS changed_at
    FROM opportunity_field_history
    WHERE lower(field) IN ('stagename', 'stage')
    UNION ALL
    SELECT opportunity_id, created_date FROM stage_change WHERE stage_name IS DISTINCT FROM old_stage_name
)
GROUP BY ALL
