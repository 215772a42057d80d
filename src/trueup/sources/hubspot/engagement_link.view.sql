-- What an engagement was about: the company it is associated with, else that of its people, deal or ticket.
SELECT
    engagement_id,
    arg_min(company_id, nearness) AS company_id,
    min(deal_id) AS deal_id,
    min(ticket_id) AS ticket_id
FROM (
    SELECT
        engagement_id,
        1 AS nearness,
        company_id,
        CAST(NULL AS VARCHAR) AS deal_id,
        CAST(NULL AS VARCHAR) AS ticket_id
    FROM engagement_company
    UNION ALL
    SELECT e.engagement_id, 2, c.company_id, NULL, NULL
    FROM engagement_contact AS e
    INNER JOIN company_of_contact AS c ON e.contact_id = c.contact_id
    UNION ALL
    SELECT e.engagement_id, 3, c.company_id, coalesce(s.survivor_id, e.deal_id), NULL
    FROM engagement_deal AS e
    LEFT JOIN surviving_deal AS s ON e.deal_id = s.merged_id
    LEFT JOIN company_of_deal AS c ON coalesce(s.survivor_id, e.deal_id) = c.deal_id
    UNION ALL
    SELECT e.engagement_id, 4, t.company_id, NULL, e.ticket_id
    FROM ticket_engagement AS e
    LEFT JOIN ticket_company AS t ON e.ticket_id = t.ticket_id
)
GROUP BY engagement_id
