-- A stage says how a deal ended: HubSpot's own closedwon and closedlost, or what the pipeline says of it.
WITH described AS (
    SELECT
        d.*,
        s.label AS stage_label,
        lower(concat_ws(' ', d.dealtype, p.label)) AS sold,
        CASE
            WHEN coalesce(d.hs_is_closed_won, s.is_won, lower(replace(d.dealstage, ' ', '')) = 'closedwon') THEN 'won'
            WHEN coalesce(d.hs_is_closed, s.is_closed, lower(replace(d.dealstage, ' ', '')) = 'closedlost') THEN 'lost'
            ELSE 'open'
        END AS outcome
    FROM deal AS d
    LEFT JOIN deal_stage_meaning AS s ON d.dealstage = s.stage
    LEFT JOIN latest_deal_pipeline AS p ON d.pipeline = p.id
),

entered AS (
    SELECT deal_id, max(date_entered) AS date_entered FROM deal_stage GROUP BY deal_id
)

SELECT
    'hubspot:' || d.id AS deal_id,
    'hubspot:' || c.company_id AS account_id,
    'hubspot:' || coalesce(d.hubspot_owner_id, o.id, d.owner_name) AS owner_id,
    d.dealname AS name,
    CASE
        WHEN contains(d.sold, 'renew') THEN 'renewal'
        WHEN contains(d.sold, 'existing') OR contains(d.sold, 'expansion') OR contains(d.sold, 'upsell') THEN 'expansion'
        WHEN contains(d.sold, 'new') THEN 'new'
    END AS kind,
    lines.product,
    coalesce(d.stage_label, d.dealstage) AS stage,
    d.outcome,
    d.createdate AS created_at,
    CASE WHEN d.outcome <> 'open' THEN coalesce(d.closedate, e.date_entered) END AS closed_at,
    lines.list_amount,
    coalesce(d.amount, lines.net_amount) AS net_amount,
    upper(d.deal_currency_code) AS currency,
    d.hs_salesforceopportunityid AS extra_external_id,
    'hubspot:' || m.survivor_id AS extra_merged_into,
    m.merged_id IS NOT NULL OR coalesce(d.is_deleted, d.archived, d._fivetran_deleted, false) AS is_deleted,
    d._recorded_at AS recorded_at,
    d._load,
    d._row
FROM described AS d
LEFT JOIN company_of_deal AS c ON d.id = c.deal_id
LEFT JOIN owner_by_name AS o ON d.owner_name = o.name
LEFT JOIN line_total AS lines ON d.id = lines.deal_id
LEFT JOIN entered AS e ON d.id = e.deal_id
LEFT JOIN surviving_deal AS m ON d.id = m.merged_id
