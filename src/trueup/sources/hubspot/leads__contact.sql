-- HubSpot's leads are contacts at a stage of their life: lead, qualified by marketing or sales, then with a deal.
WITH qualified AS (
    SELECT contact_id, min(timestamp) AS qualified_at
    FROM contact_property_history
    WHERE name = 'lifecyclestage' AND value IN ('marketingqualifiedlead', 'salesqualifiedlead')
    GROUP BY contact_id
),

deals AS (
    SELECT
        dc.contact_id,
        arg_min(coalesce(s.survivor_id, d.id), (d.createdate, d.id)) AS deal_id
    FROM deal_contact AS dc
    INNER JOIN latest_deal AS d ON dc.deal_id = d.id
    LEFT JOIN surviving_deal AS s ON d.id = s.merged_id
    GROUP BY dc.contact_id
)

SELECT
    'hubspot:' || c.id AS lead_id,
    'hubspot:' || k.company_id AS account_id,
    'hubspot:' || c.id AS contact_id,
    c.hs_analytics_source AS lead_source,
    'hubspot:' || coalesce(c.hubspot_owner_id, o.id, c.owner_name) AS owner_id,
    coalesce(c.hs_lifecyclestage_lead_date, c.createdate) AS created_at,
    coalesce(
        least(c.hs_lifecyclestage_marketingqualifiedlead_date, c.hs_lifecyclestage_salesqualifiedlead_date),
        q.qualified_at
    ) AS qualified_at,
    c.hs_lifecyclestage_opportunity_date AS converted_at,
    'hubspot:' || d.deal_id AS deal_id,
    c.referral_id,
    m.merged_id IS NOT NULL OR coalesce(c.is_deleted, c.archived, c._fivetran_deleted, false) AS is_deleted,
    c._recorded_at AS recorded_at,
    c._load,
    c._row
FROM contact AS c
LEFT JOIN company_of_contact AS k ON c.id = k.contact_id
LEFT JOIN owner_by_name AS o ON c.owner_name = o.name
LEFT JOIN qualified AS q ON c.id = q.contact_id
LEFT JOIN deals AS d ON c.id = d.contact_id
LEFT JOIN surviving_contact AS m ON c.id = m.merged_id
WHERE
    lower(replace(c.lifecyclestage, ' ', ''))
    IN ('lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer')
    OR coalesce(
        c.hs_lifecyclestage_lead_date,
        c.hs_lifecyclestage_marketingqualifiedlead_date,
        c.hs_lifecyclestage_salesqualifiedlead_date,
        c.hs_lifecyclestage_opportunity_date,
        q.qualified_at
    ) IS NOT NULL
