-- How far along a stage is: its place in the pipeline where that was delivered, else its usual probability.
-- A lost deal has come nowhere, wherever the pipeline lists it.
WITH listed AS (
    SELECT
        coalesce(api_name, master_label) AS stage,
        max(CASE WHEN is_closed AND NOT coalesce(is_won, false) THEN 0 ELSE sort_order END) AS stage_order
    FROM opportunity_stage
    GROUP BY ALL
),

seen AS (
    SELECT stage_name AS stage, mode(probability) AS stage_order
    FROM (
        SELECT stage_name, probability FROM opportunity
        UNION ALL
        SELECT stage_name, probability FROM opportunity_history
    )
    WHERE stage_name IS NOT NULL
    GROUP BY ALL
)

SELECT stage, stage_order FROM listed
UNION ALL
SELECT stage, stage_order FROM seen WHERE (SELECT count(*) FROM listed) = 0
