-- Each change of a deal's stage, amount or close date by OpportunityHistory, which gives whole rows.
SELECT
    *,
    lag(stage_name) OVER following AS old_stage_name,
    lag(amount) OVER following AS old_amount,
    lag(close_date) OVER following AS old_close_date
FROM opportunity_history
WHERE opportunity_id IS NOT NULL AND created_date IS NOT NULL AND NOT coalesce(is_deleted, _fivetran_deleted, false)
WINDOW following AS (PARTITION BY opportunity_id ORDER BY created_date, _load, _row)
