-- CloseDate is a bare date; the moment is the last change of stage, if that fell on the date (or the day beside it,
-- as the date is local). Without such a change noon stands for the day.
WITH leads AS (
    SELECT converted_opportunity_id AS opportunity_id, min(id) AS lead_id
    FROM latest_lead
    WHERE converted_opportunity_id IS NOT NULL
    GROUP BY ALL
),

stages AS (
    SELECT coalesce(api_name, master_label) AS stage, bool_or(is_closed) AS is_closed, bool_or(is_won) AS is_won
    FROM opportunity_stage
    GROUP BY ALL
),

described AS (
    SELECT
        o.*,
        lower(coalesce(o.type, t.name, t.developer_name)) AS sold,
        CASE
            WHEN coalesce(o.is_won, s.is_won, o.stage_name = 'Closed Won') THEN 'won'
            WHEN coalesce(o.is_closed, s.is_closed, o.stage_name = 'Closed Lost') THEN 'lost'
            ELSE 'open'
        END AS outcome
    FROM opportunity AS o
    LEFT JOIN stages AS s ON o.stage_name = s.stage
    LEFT JOIN latest_record_type AS t ON o.record_type_id = t.id
)

SELECT
    o.id AS deal_id,
    coalesce(o.account_id, a.id, o.account_name) AS account_id,
    coalesce(o.owner_id, p.id, o.owner_name) AS owner_id,
    o.name,
    CASE
        WHEN contains(o.sold, 'renew') OR contains(o.sold, 'verlängerung') THEN 'renewal'
        WHEN
            contains(o.sold, 'existing') OR contains(o.sold, 'expansion') OR contains(o.sold, 'upsell')
            OR contains(o.sold, 'up-sell') OR contains(o.sold, 'cross') OR contains(o.sold, 'upgrade')
            OR contains(o.sold, 'add-on') OR contains(o.sold, 'addon') OR contains(o.sold, 'add on')
            OR contains(o.sold, 'bestand')
            THEN 'expansion'
        WHEN contains(o.sold, 'new') OR contains(o.sold, 'neu') THEN 'new'
    END AS kind,
    lines.product,
    o.stage_name AS stage,
    o.outcome,
    o.created_date AS created_at,
    CASE
        WHEN o.outcome = 'open' THEN NULL
        WHEN abs(date_diff('day', CAST(m.changed_at AS DATE), o.close_date)) <= 1 THEN m.changed_at
        ELSE CAST(o.close_date AS TIMESTAMP) + INTERVAL 12 HOUR
    END AS closed_at,
    lines.list_amount,
    coalesce(o.amount, lines.net_amount) AS net_amount,
    o.currency_iso_code AS currency,
    l.lead_id,
    coalesce(o.is_deleted, o._fivetran_deleted) AS is_deleted,
    o._recorded_at AS recorded_at,
    o._load,
    o._row
FROM described AS o
LEFT JOIN account_by_name AS a ON o.account_name = a.name
LEFT JOIN person_by_name AS p ON o.owner_name = p.name
LEFT JOIN line_total AS lines ON o.id = lines.opportunity_id
LEFT JOIN closing_moment AS m ON o.id = m.opportunity_id
LEFT JOIN leads AS l ON o.id = l.opportunity_id
