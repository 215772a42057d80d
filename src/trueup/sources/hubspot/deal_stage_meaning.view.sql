-- What a stage of deals says, by its id and by its label. A lost deal has come nowhere, wherever the pipeline lists it.
WITH described AS (
    SELECT
        id,
        label,
        coalesce(is_closed, probability IN (0, 1) AND lower(label) LIKE '%closed%') AS is_closed,
        coalesce(closed_won, is_closed AND probability = 1) AS is_won,
        coalesce(display_order + 1, probability) AS place
    FROM latest_deal_pipeline_stage
)

SELECT
    stage,
    min(label) AS label,
    bool_or(is_closed OR is_won) AS is_closed,
    bool_or(is_won) AS is_won,
    max(CASE WHEN is_closed AND NOT coalesce(is_won, false) THEN 0 ELSE place END) AS stage_order
FROM (
    SELECT id AS stage, * EXCLUDE (id) FROM described
    UNION ALL
    SELECT label, label, is_closed, is_won, place FROM described WHERE label NOT IN (SELECT id FROM described)
)
WHERE stage IS NOT NULL
GROUP BY stage
