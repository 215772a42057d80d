-- Opens and clicks of machines (filtered by HubSpot) do not count.
SELECT
    'hubspot:' || e.email_campaign_id AS campaign_id,
    'hubspot:' || c.contact_id AS contact_id,
    'hubspot:' || c.company_id AS account_id,
    e.created AS occurred_at,
    CASE upper(e.type) WHEN 'SENT' THEN 'send' WHEN 'OPEN' THEN 'open' WHEN 'CLICK' THEN 'click' END AS kind,
    e._fivetran_deleted AS is_deleted,
    e._load,
    e._row
FROM email_event AS e
LEFT JOIN contact_by_email AS c ON lower(e.recipient) = c.email
WHERE upper(e.type) IN ('SENT', 'OPEN', 'CLICK') AND NOT coalesce(e.filtered_event, false)
