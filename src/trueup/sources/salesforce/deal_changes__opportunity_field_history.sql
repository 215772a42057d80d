-- Salesforce tells a change of owner twice, in names and in ids: ids are taken, names only where ids are missing.
WITH changes AS (
    SELECT
        *,
        CASE lower(replace(field, ' ', ''))
            WHEN 'stagename' THEN 'stage'
            WHEN 'stage' THEN 'stage'
            WHEN 'amount' THEN 'amount'
            WHEN 'closedate' THEN 'close_date'
            WHEN 'owner' THEN 'owner'
            WHEN 'ownerid' THEN 'owner'
            WHEN 'nextstep' THEN 'next_step'
        END AS changed
    FROM opportunity_field_history
),

in_ids AS (
    SELECT DISTINCT opportunity_id, created_date
    FROM changes
    WHERE changed = 'owner' AND starts_with(new_value, '005')
)

SELECT
    c.opportunity_id AS deal_id,
    c.created_date AS changed_at,
    c.changed AS field,
    CASE WHEN c.changed = 'owner' THEN coalesce(was.id, c.old_value) ELSE c.old_value END AS old_value,
    CASE WHEN c.changed = 'owner' THEN coalesce(becomes.id, c.new_value) ELSE c.new_value END AS new_value,
    CASE WHEN c.changed = 'stage' THEN r.stage_order END AS stage_order,
    c.created_by_id AS person_id,
    coalesce(c.is_deleted, c._fivetran_deleted) AS is_deleted,
    c._load,
    c._row
FROM changes AS c
LEFT JOIN stage_rank AS r ON r.stage = CASE WHEN c.changed = 'stage' THEN c.new_value END
LEFT JOIN person_by_name AS was ON was.name = CASE WHEN c.changed = 'owner' THEN c.old_value END
LEFT JOIN person_by_name AS becomes ON becomes.name = CASE WHEN c.changed = 'owner' THEN c.new_value END
LEFT JOIN in_ids
    ON
        c.created_date = in_ids.created_date
        AND in_ids.opportunity_id
        = CASE WHEN c.changed = 'owner' AND NOT starts_with(c.new_value, '005') THEN c.opportunity_id END
WHERE c.changed IS NOT NULL AND in_ids.opportunity_id IS NULL
